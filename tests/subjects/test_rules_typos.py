"""One slip of the hand in a credit code is found and named."""

import pytest

from portal.core.digits import CREDIT_ALPHABET
from portal.subjects.rules.typos import Suggestion, suggest

GOOD = "92340403MA2NRT016E"


@pytest.mark.parametrize(
    ("typed", "slip", "position", "found", "expected"),
    [
        ("92340403MA2NRT0I6E", "substituted", 16, "I", "1"),
        ("92340403MA2NRT018E", "substituted", 17, "8", "6"),
        ("9234O403MA2NRT016E", "substituted", 5, "O", "0"),
        ("92340403MA2NRT061E", "swapped", 16, "61", "16"),
        ("92340403MA2NRT16E", "missing", 15, "", "0"),
        ("92340403MA2NNRT016E", "extra", 13, "N", ""),
    ],
)
def test_the_slip_is_named(typed: str, slip: str, position: int, found: str, expected: str) -> None:
    first = suggest(typed, exists={GOOD}.__contains__)
    assert first == [Suggestion(GOOD, slip, position, found, expected)]  # type: ignore[arg-type]


@pytest.mark.limit(5)
def test_every_single_substitution_leads_back_to_the_code() -> None:
    for place in range(18):
        for letter in CREDIT_ALPHABET:
            typed = GOOD[:place] + letter + GOOD[place + 1 :]
            if typed != GOOD:
                assert GOOD in [found.code for found in suggest(typed)]


def test_likelier_codes_come_first() -> None:
    assert suggest("92340403MA2NRT0I6E")[0].code == GOOD
    assert [found.weight for found in suggest("92340403MA2NRT016F")] == sorted(
        found.weight for found in suggest("92340403MA2NRT016F")
    )


@pytest.mark.parametrize("typed", [GOOD, "", "9234", "淮南市田家庵区"])
def test_nothing_is_suggested_for_a_valid_code_or_another_thing(typed: str) -> None:
    assert suggest(typed) == []


def test_few_codes_are_ever_suggested() -> None:
    assert len(suggest("92340403MA2NRT016F")) < 30
