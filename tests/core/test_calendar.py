"""Time limits counted on the official calendar."""

import calendar as months
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import calendar, content
from portal.core.calendar import Calendar, Deadline, Term, Unit, add, add_months

# Hypothesis tries a hundred cases a test.
pytestmark = pytest.mark.limit(5)

CALENDAR = calendar.load()
WORKING = "working days"


def due(start: date, length: int, unit: Unit = "working days") -> date:
    return CALENDAR.end(start, Term(length, unit)).due_on


def test_the_worked_example_of_a_repair_application() -> None:
    applied = date(2026, 11, 23)
    accepted = due(applied, 3)
    decided = due(accepted, 7)
    assert (accepted, decided) == (date(2026, 11, 26), date(2026, 12, 7))
    assert due(decided, 10) == date(2026, 12, 21)


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        (date(2026, 9, 30), 1, "working days", date(2026, 10, 8)),  # the National Day week
        (date(2026, 10, 8), 2, "working days", date(2026, 10, 10)),  # a Saturday worked to make up
        (date(2026, 2, 13), 1, "working days", date(2026, 2, 14)),
        (date(2026, 2, 14), 1, "working days", date(2026, 2, 24)),
        (date(2024, 2, 9), 1, "working days", date(2024, 2, 18)),  # a Sunday worked to make up
        (date(2025, 9, 26), 2, "working days", date(2025, 9, 29)),
        (date(2026, 11, 21), 1, "working days", date(2026, 11, 23)),  # from a Saturday
        (date(2026, 10, 1), 0, "working days", date(2026, 10, 8)),
        (date(2026, 9, 21), 10, "days", date(2026, 10, 8)),  # ends on a holiday: rolls on
        (date(2026, 1, 31), 1, "months", date(2026, 2, 28)),  # clamped, and a make-up Saturday
        (date(2024, 1, 31), 1, "months", date(2024, 2, 29)),
        (date(2024, 2, 29), 1, "years", date(2025, 2, 28)),
        (date(2026, 8, 1), 2, "months", date(2026, 10, 8)),
        (date(2024, 12, 5), 1, "months", date(2025, 1, 6)),
    ],
)
def test_a_term_ends_on_a_working_day(start: date, length: int, unit: Unit, end: date) -> None:
    assert due(start, length, unit) == end


def test_a_deadline_tells_from_which_rest_day_it_was_moved() -> None:
    term = Term(10, "days", "民法典第二百零三条")
    assert CALENDAR.end(date(2026, 9, 21), term) == Deadline(
        started_on=date(2026, 9, 21), due_on=date(2026, 10, 8), term=term,
        is_provisional=False, rolled_from=date(2026, 10, 1),
    )  # fmt: skip


def test_an_end_of_publication_is_never_moved() -> None:
    assert add(date(2026, 7, 1), Term(3, "months")) == date(2026, 10, 1)
    assert add(date(2026, 7, 1), Term(1, "years")) == date(2027, 7, 1)
    assert add(date(2026, 7, 1), Term(2, "days")) == date(2026, 7, 3)
    with pytest.raises(ValueError, match="calendar"):
        add(date(2026, 7, 1), Term(3, "working days"))


def test_an_explanation_names_holidays_and_make_up_days() -> None:
    told = CALENDAR.explain(date(2026, 9, 30), Term(3, "working days"))
    assert told.counted == (date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10))
    assert [day.on.day for day in told.holidays] == [1, 2, 3, 4, 5, 6, 7]
    assert {day.name for day in told.holidays} == {"国庆节"}
    assert [(day.on, day.name_en) for day in told.make_up_days] == [
        (date(2026, 10, 10), "National Day")
    ]
    assert told.weekends == ()


def test_an_explanation_in_plain_days_counts_every_day() -> None:
    told = CALENDAR.explain(date(2026, 11, 19), Term(3, "days"))
    assert told.counted == tuple(date(2026, 11, day) for day in (20, 21, 22, 23))
    assert told.weekends == (date(2026, 11, 21), date(2026, 11, 22))
    assert told.deadline.rolled_from == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("start", "length", "is_provisional"),
    [
        (date(2026, 12, 18), 5, False),
        (date(2026, 12, 24), 5, True),  # the notice for 2027 may move these days
        (date(2026, 12, 31), 5, True),
        (date(2027, 3, 1), 5, True),
        (date(2023, 12, 28), 5, True),
        (date(2023, 12, 31), 5, False),
        (date(2025, 12, 29), 5, False),
    ],
)
def test_past_the_loaded_years_a_date_is_provisional(
    start: date, length: int, is_provisional: bool
) -> None:
    assert CALENDAR.end(start, Term(length, "working days")).is_provisional is is_provisional


def test_past_the_loaded_years_weekends_alone_count() -> None:
    assert due(date(2027, 9, 30), 1) == date(2027, 10, 1)


def test_a_gap_between_loaded_years_is_not_known() -> None:
    gap = Calendar(years=frozenset({2024, 2026}))
    assert not gap.knows(date(2024, 5, 1), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 9, 30), date(2026, 10, 10), 3),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 23), date(2026, 11, 20), 0),
    ],
)
def test_working_days_between_two_dates_leave_out_the_first(
    start: date, end: date, days: int
) -> None:
    assert CALENDAR.working_days_between(start, end) == days


def test_the_official_counts_of_working_days_hold() -> None:
    in_year = {
        year: CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
        for year in (2024, 2025, 2026)
    }
    assert in_year == {2024: 251, 2025: 248, 2026: 248}


days = st.dates(date(2024, 1, 1), date(2026, 12, 1))


@given(days, st.integers(1, 60))
def test_counting_back_gives_the_length(start: date, length: int) -> None:
    assert CALENDAR.working_days_between(start, due(start, length)) == length
    assert len(CALENDAR.explain(start, Term(length, "working days")).counted) == length


@given(days, days, st.integers(0, 40), st.sampled_from(["working days", "days", "months"]))
def test_a_later_start_never_ends_earlier(one: date, two: date, length: int, unit: Unit) -> None:
    first, second = sorted((one, two))
    assert due(first, length, unit) <= due(second, length, unit)


@given(days, st.integers(1, 40), st.sampled_from(["working days", "days", "months", "years"]))
def test_every_end_is_a_working_day_after_the_start(start: date, length: int, unit: Unit) -> None:
    end = due(start, length, unit)
    assert end > start
    assert CALENDAR.is_working_day(end)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_keep_the_day_or_clamp_to_the_last(start: date, count: int) -> None:
    end = add_months(start, count)
    assert (end.year - start.year) * 12 + end.month - start.month == count
    assert end.day == min(start.day, months.monthrange(end.year, end.month)[1])


@given(days)
def test_a_day_is_worked_or_a_rest_day_but_never_both(day: date) -> None:
    assert not {day} & set(CALENDAR.holidays) & set(CALENDAR.workdays)
    assert CALENDAR.next_working_day(day) - day < timedelta(days=12)


GOOD = """year = 2031
source = "https://example.cn"
holidays = [{name = "元旦", name_en = "New Year", days = [2031-01-01]}]
workdays = [{name = "元旦", name_en = "New Year", days = [2031-01-04]}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(content, "ROOT", tmp_path)
    content.load.cache_clear()
    (tmp_path / "calendar").mkdir()
    return tmp_path / "calendar"


def test_a_calendar_is_read_from_its_files(folder: Path) -> None:
    (folder / "2031.toml").write_text(GOOD, "utf-8")
    read = calendar.load.__wrapped__()
    assert read.years == {2031}
    assert read.is_working_day(date(2031, 1, 4))
    assert not read.is_working_day(date(2031, 1, 1))
    assert read.sources == {2031: "https://example.cn"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("year = 2031", "year = 2032", "2031.toml: key 'year' is 2032"),
        ("year = 2031", "", "2031.toml: key 'year' is missing"),
        ("2031-01-04", "2031-01-06", "2031-01-06 cannot be a make-up day"),
        ("2031-01-04", "2031-01-01", "2031-01-01 cannot be a make-up day"),
    ],
)
def test_a_wrong_calendar_file_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "2031.toml").write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(content.ContentError, match=message):
        calendar.load.__wrapped__()
