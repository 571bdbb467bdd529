"""Numbers that people read aloud."""

import pytest

from portal.core import ids


def test_an_id_has_no_look_alikes_and_is_rarely_the_same() -> None:
    found = {ids.random_id(10) for _ in range(1000)}
    assert len(found) == 1000
    assert set("".join(found)) <= set(ids.ALPHABET)
    assert not set("ILOU") & set(ids.ALPHABET)


def test_a_passing_id_has_eight_of_the_same_letters() -> None:
    found = {ids.passing_id() for _ in range(1000)}
    assert len(found) > 990
    assert {len(each) for each in found} == {8}
    assert set("".join(found)) == set(ids.ALPHABET)


def test_what_people_type_is_understood() -> None:
    assert ids.normalise_id(" o1lI-uabc ") == "0111VABC"


@pytest.mark.parametrize(
    ("text", "key"),
    [("7", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), ("-1", None), ("٣", None),
     ("1 ", None)],
)  # fmt: skip
def test_a_key_is_a_number_that_a_database_can_hold(text: str, key: int | None) -> None:
    assert ids.key_of(text) == key
