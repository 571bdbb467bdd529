"""Whatever day it is, the demo has a month that is over with enough cases for its report."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cases.models import CaseEvent
from portal.cases.rules.figures import LEAST, Figures, count
from portal.cases.service import figures
from portal.complaints.models import Complaint
from portal.core import calendar, db, terms
from portal.core import clock as portal_clock
from portal.demo import complaints, people
from portal.demo.rules import SHOWCASE
from portal.demo.rules.concerns import COUNTY, ORDINARY, STATION, came_in, happened
from portal.statistics import service as statistics
from portal.statistics.models import MonthReport
from tests.conftest import Clock
from tests.factories import TODAY, make_subject

DAYS = (
    date(2026, 11, 29), date(2026, 12, 1), date(2026, 12, 15), date(2027, 1, 1), date(2027, 1, 29),
    date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31), date(2028, 2, 29), date(2028, 3, 1),
)  # fmt: skip


def month_before(day: date) -> str:
    return f"{day.replace(day=1) - timedelta(1):%Y-%m}"


def days_of(number: int, today: date) -> list[date]:
    """The days on which an ordinary concern of the demo came in and was moved on."""
    days = [came_in(number, today)]
    due: date | None = end_of("dir.accept", days[0])
    key = "dir.accept"
    for name, note in ORDINARY[number].steps:
        days.append(happened(name, number, days[-1], due))
        if name in {"accept", "late"} or note in {"1", "2"}:
            key = {"accept": "dir.other", "late": key}.get(name, "dir.review")
            due = end_of(key, days[-1])
        elif name.startswith("answer"):
            due = None
    return days


@cache
def end_of(key: str, day: date) -> date:
    return calendar.load().end(day, terms.term(key, day)).due_on


def test_on_every_day_of_two_years_enough_concerns_were_answered_in_the_month_before() -> None:
    for later in range(731):
        today = date(2026, 11, 1) + timedelta(later)
        days = [days_of(number, today) for number in range(len(ORDINARY))]
        whole = Counter(
            number % 3
            for number, each in enumerate(days)
            if {f"{day:%Y-%m}" for day in each} == {month_before(today)}
        )
        assert min(whole[STATION], whole[COUNTY]) >= LEAST, today
        assert min(map(min, days)) > today - timedelta(365), today
        assert max(map(max, days)) < today, today


@pytest.mark.limit(30)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_month_before_has_its_report(app: Flask, clock: Clock, day: date) -> None:
    clock.set(day)
    for shown in SHOWCASE:
        make_subject(shown.name, code=shown.code)
    people.settle()
    complaints.settle()
    db.session.commit()
    statistics.publish()
    found = db.session.execute(select(MonthReport.month, MonthReport.language)).all()
    assert {(month_before(day), "zh"), (month_before(day), "en")} <= {tuple(row) for row in found}
    board = statistics.board(month_before(day))
    assert [(each.received, each.clocks, each.on_time) for each in board.figures] == [
        (18, 32, 31), (12, 20, 17),
    ]  # fmt: skip
    assert len(statistics.board().figures) >= 3
    assert portal_clock.today() == day


@pytest.fixture
def figured(app: Flask) -> dict[str, Figures]:
    """The figures of every unit of the demo, of those with few cases too."""
    for shown in SHOWCASE:
        make_subject(shown.name, code=shown.code)
    complaints.settle()
    every = db.session.scalars(select(Complaint).order_by(Complaint.id))
    events = [event for case in every for event in figures.events_of(case)]
    return {each.unit: each for each in count(e for e in events if e.day < TODAY)}


def test_some_units_of_the_demo_are_late_and_not_all_alike(figured: dict[str, Figures]) -> None:
    shown = statistics.board().figures
    shares = [each.on_time_share for each in shown]
    assert len(set(shares)) == len(shares) == 3
    assert all(share is not None and 0 < share < 100 for share in shares)
    assert {each.unit: each for each in shown}.items() <= figured.items()


def test_units_of_the_demo_with_few_cases_or_marks_are_not_told(
    figured: dict[str, Figures],
) -> None:
    shown = {each.unit: each for each in statistics.board().figures}
    assert {each.received >= LEAST for each in figured.values()} == {True, False}
    assert set(shown) == {unit for unit, each in figured.items() if each.received >= LEAST}
    assert shown["tax"].satisfied_share is None
    assert shown["tax"].rated > 0
    assert all(each.satisfied_share for unit, each in shown.items() if unit != "tax")


def test_the_demo_has_concerns_that_were_passed_on_climbed_or_were_looked_at_again(
    figured: dict[str, Figures],
) -> None:
    shown = statistics.board().figures
    assert any(each.transfers for each in shown)
    assert any(each.reopened for each in shown)
    climbed = select(Complaint).where(Complaint.events.any(CaseEvent.step == "escalate"))
    found = db.session.scalars(climbed).all()
    assert {"settled", "submitted"} <= {case.state for case in found}
    for case in found:
        late = [each for each in case.deadlines if each.met_on and each.met_on > each.due_on]
        assert late
        assert case.unit.key not in {each.holder for each in late}


@pytest.mark.usefixtures("figured")
def test_what_happened_to_the_concerns_of_the_demo_stands_in_order() -> None:
    for case in db.session.scalars(select(Complaint)):
        times = [event.at for event in case.events]
        assert times == sorted(times)
        assert times[0] == case.opened_at
        assert times[-1] <= portal_clock.now()
        assert case.closed_at in {None, times[-1]}
