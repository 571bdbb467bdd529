"""States, withdrawal, blanks, duties and their days: tables of cases at their boundaries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.commitments import rules
from portal.commitments.rules import Blank, Due
from portal.core.calendar import Calendar, Term
from portal.core.errors import Refused

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Duty:
    due_on: date = TODAY
    reported_at: datetime | None = None
    outcome: str = ""


def reason(work: Callable[[], object]) -> str:
    try:
        work()
    except Refused as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(
    ("state", "until", "duties", "expected"),
    [
        ("signed", None, (), "in_force"),
        ("signed", TODAY, (), "in_force"),
        ("signed", TODAY - timedelta(1), (), "expired"),
        ("signed", None, (Duty(),), "keeping"),
        ("signed", None, (Duty(outcome="kept"),), "in_force"),
        ("signed", None, (Duty(TODAY - timedelta(1)),), "overdue"),
        ("signed", TODAY - timedelta(1), (Duty(TODAY - timedelta(1)),), "overdue"),
        ("signed", None, (Duty(TODAY - timedelta(1), reported_at=NOW),), "keeping"),
        ("broken", TODAY - timedelta(1), (Duty(TODAY - timedelta(1)),), "broken"),
        ("withdrawn", None, (), "withdrawn"),
    ],
)
def test_what_depends_on_the_day_is_computed(
    state: str, until: date | None, duties: tuple[Duty, ...], expected: str
) -> None:
    assert rules.standing(state, until, duties, TODAY) == expected


def test_every_state_has_words_and_is_reached() -> None:
    assert rules.WORKFLOW.unreachable == frozenset()
    computed = {"in_force", "keeping", "overdue", "expired"}
    assert set(rules.STATES) == (rules.WORKFLOW.states - {"signed"}) | computed
    assert {step.name for step in rules.WORKFLOW.steps} <= set(rules.STEP_WORDS)


@pytest.mark.parametrize(
    ("kind", "state", "minutes", "expected"),
    [
        ("approval", "signed", 9, ""),
        ("approval", "signed", 10, "withdrawal_over"),
        ("public", "signed", 10, ""),
        ("sector", "signed", 9999, ""),
        ("public", "breach_review", 1, "commitment_moved"),
    ],
)
def test_ten_minutes_always_and_later_only_what_is_voluntary(
    kind: str, state: str, minutes: int, expected: str
) -> None:
    now = NOW + timedelta(minutes=minutes)
    check = lambda: rules.check_withdrawal(kind, state=state, signed_at=NOW, now=now)  # noqa: E731
    assert reason(check) == expected


@pytest.mark.parametrize(
    ("blank", "value", "expected"),
    [
        (Blank("b", "", "", "text", least=2), "字号", ""),
        (Blank("b", "", "", "text", least=2), "字", "blank_short"),
        (Blank("b", "", "", "text"), " ", "blank_missing"),
        (Blank("b", "", "", "text"), "字" * 201, "blank_long"),
        (Blank("b", "", "", "number", least=1, most=7), "7", ""),
        (Blank("b", "", "", "number", least=1, most=7), "8", "blank_range"),
        (Blank("b", "", "", "number", least=1, most=7), "七", "blank_number"),
        (Blank("b", "", "", "amount"), "1000000000", ""),
        (Blank("b", "", "", "amount"), "1000000001", "blank_range"),
        (Blank("b", "", "", "date", most=30), "2026-12-20", ""),
        (Blank("b", "", "", "date", most=30), "2026-12-21", "blank_day"),
        (Blank("b", "", "", "date"), "2026-11-19", "blank_day"),
        (Blank("b", "", "", "date"), "明天", "blank_date"),
        (Blank("b", "", "", "choice", choices=(("甲", "A"),)), "甲", ""),
        (Blank("b", "", "", "choice", choices=(("甲", "A"),)), "乙", "blank_choice"),
    ],
)
def test_a_blank_takes_what_it_asks_for(blank: Blank, value: str, expected: str) -> None:
    assert reason(lambda: rules.check_answers([blank], {"b": value}, TODAY)) == expected


@pytest.mark.parametrize(
    ("due", "until", "expected"),
    [
        (Due(days=30), None, date(2026, 12, 20)),
        (Due(months=3), None, date(2027, 2, 20)),
        (Due(on=date(2027, 1, 1)), None, date(2027, 1, 1)),
        (Due(blank="by"), None, date(2026, 12, 1)),
        (Due(end=True), date(2027, 11, 20), date(2027, 11, 20)),
        (Due(months=13), date(2027, 11, 20), date(2027, 11, 20)),
    ],
)
def test_a_duty_ends_on_its_day_and_never_after_the_term(
    due: Due, until: date | None, expected: date
) -> None:
    answers = {"by": "2026-12-01"}
    assert rules.due_on(due, signed_on=TODAY, until=until, answers=answers) == expected


def test_a_term_ends_with_its_last_month_or_never() -> None:
    assert rules.term_until(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.term_until(TODAY, 0) is None


def test_a_text_is_offered_from_its_first_day_on() -> None:
    offer = lambda on: rules.check_offer(is_open=True, from_on=on, today=TODAY)  # noqa: E731
    assert reason(lambda: offer(TODAY)) == ""
    assert reason(lambda: offer(TODAY + timedelta(1))) == "template_early"


@pytest.mark.parametrize(
    ("level", "typed", "is_own", "expected"),
    [
        (2, "王 小麦", True, ""),
        (2, "王大麦", True, "signer_differs"),
        (2, "王大麦", False, ""),
        (2, " ", True, "signer_missing"),
        (1, "王小麦", True, "name_unconfirmed"),
    ],
)
def test_the_typed_name_is_the_signature(
    level: int, typed: str, is_own: bool, expected: str
) -> None:
    check = lambda: rules.check_signer(level, typed, "王小麦", is_own_name=is_own)  # noqa: E731
    assert reason(check) == expected


def test_an_outcome_that_is_not_kept_needs_a_note() -> None:
    assert reason(lambda: rules.check_outcome("kept", "")) == ""
    assert reason(lambda: rules.check_outcome("partly", "")) == "note_needed"
    assert reason(lambda: rules.check_outcome("maybe", "x")) == "outcome_missing"


def test_consent_is_needed_only_where_the_text_requires_it() -> None:
    assert reason(lambda: rules.check_consent("asked", agreed=False)) == ""
    assert reason(lambda: rules.check_consent("required", agreed=False)) == "consent_missing"


@pytest.mark.parametrize(
    ("answered", "until", "files", "expected"),
    [
        (True, date(2026, 11, 27), 1, ""),
        (False, date(2026, 11, 19), 1, ""),
        (False, TODAY, 1, "answer_awaited"),
        (False, None, 1, "answer_awaited"),
        (True, TODAY, 0, "evidence_missing"),
    ],
)
def test_a_breach_waits_for_the_answer_or_its_time(
    answered: bool, until: date | None, files: int, expected: str
) -> None:
    check = lambda: rules.check_breach(  # noqa: E731
        answered=answered, answer_until=until, today=TODAY, files=files
    )
    assert reason(check) == expected


def test_five_working_days_to_answer() -> None:
    calendar = Calendar(frozenset({2026}))
    assert rules.answer_until(calendar, TODAY, Term(5, "working days")) == date(2026, 11, 27)


def test_a_duty_is_recalled_a_week_and_a_day_before() -> None:
    assert rules.reminder_days(date(2026, 12, 20), TODAY) == [
        date(2026, 12, 13), date(2026, 12, 19),
    ]  # fmt: skip
    assert rules.reminder_days(date(2026, 11, 22), TODAY) == [date(2026, 11, 21)]
    assert rules.reminder_days(TODAY, TODAY) == []


def test_a_number_is_region_day_and_six_digits() -> None:
    assert rules.number(TODAY, 1_000_007) == "34040020261120000007"
