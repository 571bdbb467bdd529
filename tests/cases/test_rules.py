"""Clocks in working days, codes, and who may decide."""

from datetime import date

import pytest

from portal.cases import rules
from portal.core import calendar
from portal.core.calendar import Term
from portal.core.errors import Refused

FRIDAY = date(2026, 11, 20)
DAYS = calendar.load()
TEN = DAYS.end(FRIDAY, Term(10, "working days"))


@pytest.mark.parametrize(("today", "left", "tone"), [
    (FRIDAY, 10, "calm"),
    (date(2026, 12, 1), 3, "calm"),
    (date(2026, 12, 2), 2, "amber"),
    (TEN.due_on, 0, "amber"),
    (date(2026, 12, 5), -1, "late"),
    (date(2026, 12, 8), -2, "late"),
])  # fmt: skip
def test_a_clock_is_amber_from_four_fifths_on_and_late_after_its_last_day(
    today: date, left: int, tone: str
) -> None:
    found = rules.clock(DAYS, FRIDAY, TEN.due_on, today)
    assert (found.days_left, found.tone) == (left, tone)


def test_days_on_which_others_had_to_act_are_added() -> None:
    term = Term(10, "working days")
    assert rules.prolonged(DAYS, FRIDAY, term, 0).due_on == TEN.due_on
    assert rules.prolonged(DAYS, FRIDAY, term, 3).due_on == date(2026, 12, 9)


def test_a_code_may_be_typed_as_it_was_read() -> None:
    kept = rules.code_hash("X2611ABCDEF", "0123-ABCD")
    assert rules.code_hash("X2611ABCDEF", " o123 abcd") == kept
    assert rules.code_hash("X2611ABCDEG", "0123-ABCD") != kept
    assert "0123" not in kept[:4]


@pytest.mark.parametrize(("check", "reason"), [
    (lambda: rules.check_second("a", "a"), "second_person_needed"),
    (lambda: rules.check_note("  "), "note_needed"),
    (lambda: rules.check_expected("submitted", "accepted"), "moved_on"),
])  # fmt: skip
def test_what_is_missing_is_refused(check: object, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check()  # type: ignore[operator]
    assert refused.value.reason == reason


def test_what_is_there_is_let_through() -> None:
    rules.check_second("a", "b")
    rules.check_note("因为材料不全")
    rules.check_expected("", "accepted")
    rules.check_expected("accepted", "accepted")
