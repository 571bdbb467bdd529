"""Whatever day it is, the demo has a month that is over with enough cases for its report."""

from collections import Counter
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cases.rules.figures import LEAST
from portal.core import clock as portal_clock
from portal.core import db
from portal.demo import complaints, people
from portal.demo.rules import SHOWCASE
from portal.demo.rules.concerns import MOST_DAYS, ORDINARY, came_in
from portal.statistics import service as statistics
from portal.statistics.models import MonthReport
from tests.conftest import Clock
from tests.factories import make_subject

DAYS = (
    date(2026, 11, 29), date(2026, 12, 1), date(2026, 12, 15), date(2027, 1, 1), date(2027, 1, 29),
    date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31), date(2028, 2, 29), date(2028, 3, 1),
)  # fmt: skip


def month_before(day: date) -> str:
    return f"{day.replace(day=1) - timedelta(1):%Y-%m}"


def test_on_every_day_of_two_years_enough_concerns_were_answered_in_the_month_before() -> None:
    for later in range(731):
        today = date(2026, 11, 1) + timedelta(later)
        days = [came_in(number, today) for number in range(len(ORDINARY))]
        whole = Counter(
            number % 3
            for number, day in enumerate(days)
            if {f"{day:%Y-%m}", f"{day + timedelta(MOST_DAYS):%Y-%m}"} == {month_before(today)}
        )
        assert min(whole[0], whole[1]) >= LEAST, today
        assert min(days) > today - timedelta(365), today


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
    assert len(board.figures) >= 2
    assert all(each.clocks == 2 * each.received for each in board.figures)
    assert len(statistics.board().figures) >= 3
    assert portal_clock.today() == day
