"""Check digits of the numbers this country writes."""

import pytest

from portal.core.digits import (
    identity_check,
    looks_like_credit_code,
    looks_like_identity,
    passes_luhn,
)


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("340402199001010019", True),
        ("34040219900101001X", True),
        ("340402199002300019", False),  # 30 February
        ("340402170001010019", False),  # nobody alive
        ("990402199001010019", False),  # no such province
        ("340402650101123", True),
        ("340402651301123", False),
        ("34040265010112", False),
    ],
)
def test_an_identity_number_has_a_province_and_a_birthday(number: str, is_one: bool) -> None:
    assert looks_like_identity(number) is is_one


def test_the_last_character_of_an_identity_number_follows_from_the_others() -> None:
    assert identity_check("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("digits", "holds"), [("4111111111111111", True), ("4111111111111112", False)]
)
def test_a_bank_card_passes_luhn(digits: str, holds: bool) -> None:
    assert passes_luhn(digits) is holds


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("91340400MA2HNXA137", True),
        ("91340400MA2HNXA138", False),
        ("91340400MA2HNXA1O7", False),
        ("91340400", False),
        ("I1340400MA2HNXA137", False),
    ],
)
def test_a_credit_code_has_two_check_digits(code: str, is_one: bool) -> None:
    assert looks_like_credit_code(code) is is_one
