"""Figures are counted from anonymous events, and anybody who counts again gets the same."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.cases import service as cases
from portal.cases.rules.figures import AnonymousEvent, Figures, count, shown
from portal.cases.service import figures
from portal.complaints.models import Complaint
from portal.complaints.service import after
from portal.core import db
from portal.statistics import service as statistics
from tests.complaints.conftest import FACTS, OFFICE, PERSON, STATION, TOWN, act, sent
from tests.conftest import Clock

STATION_KEY = f"tianjiaan-district/{TOWN}"
COUNTY = "tianjiaan-district"
DAY = date(2026, 11, 20)


def told(step: str, **more: Any) -> AnonymousEvent:
    return AnonymousEvent(DAY, "data", "complaint", step, **more)


def a_sent(number: int) -> Complaint:
    """One of several concerns that have nothing in common."""
    return sent(facts=chr(0x4E00 + number * 50) * 3 + chr(0x4E10 + number * 50) * 30)


def test_events_of_a_unit_come_to_its_figures() -> None:
    met, late = date(2026, 11, 19), date(2026, 11, 23)
    events = [
        *[told("received")] * 10, told("clock", due_on=DAY, met_on=met),
        told("clock", due_on=DAY, met_on=late), told("clock", due_on=DAY),
        told("answered", days=3), told("answered", days=6), told("answered"),
        told("transferred"), told("reopened"), *[told("rated", mark=mark) for mark in range(1, 6)],
        told("rated"), AnonymousEvent(DAY, "tax", "repair", "received"),
    ]  # fmt: skip
    of_data, of_tax = count(events)
    assert of_data == Figures("data", 10, 3, 1, 4.5, 1, 1, 6, 3, 2)
    assert (of_data.on_time_share, of_data.satisfied_share) == (33, 50)
    assert (of_tax.on_time_share, of_tax.satisfied_share, of_tax.median_days) == (None, None, None)
    assert shown([of_data, of_tax]) == [of_data]


def test_a_case_tells_of_every_unit_that_had_it(app: Flask, clock: Clock) -> None:
    case = act(sent(), "transfer", by=STATION, unit=COUNTY)
    clock.set(date(2026, 11, 25))
    cases.note_late(date(2026, 11, 25))
    db.session.commit()
    case = act(act(case, "accept", by=STATION), "answer", by=STATION)
    after.rate(case, by=PERSON, mark="2", text="")
    db.session.commit()
    steps = [(each.unit, each.step) for each in figures.events_of(case) if each.step != "clock"]
    assert steps == [
        (STATION_KEY, "received"), (STATION_KEY, "transferred"), (COUNTY, "received"),
        ("data", "received"), ("data", "answered"), ("data", "rated"), ("data", "reopened"),
        ("development-reform", "received"),
    ]  # fmt: skip
    clocks = [each for each in figures.events_of(case) if each.step == "clock"]
    assert [(each.unit, each.met_on and each.due_on and each.met_on <= each.due_on)
            for each in clocks] == [(COUNTY, False), ("data", True), ("data", True)]  # fmt: skip


def test_what_was_held_and_released_is_no_transfer_and_no_review(app: Flask) -> None:
    sent()
    case = sent(facts=FACTS + "！")
    assert case.state == "held"
    case = act(case, "release", by=OFFICE)
    assert [event.step for event in case.events][-1] == "raise"
    steps = [(each.unit, each.step) for each in figures.events_of(case) if each.step != "clock"]
    assert steps == [("development-reform", "received"), (STATION_KEY, "received")]


def test_a_clock_that_ran_out_and_still_runs_is_late(app: Flask, clock: Clock) -> None:
    case = sent()
    assert [each.step for each in figures.events_of(case)] == ["received"]
    clock.set(date(2026, 11, 26))
    late = [each for each in figures.events_of(case) if each.step == "clock"]
    assert [(each.day, each.due_on, each.met_on) for each in late] == [
        (date(2026, 11, 25), date(2026, 11, 24), None)
    ]


def test_copies_that_nobody_here_works_on_are_not_counted(app: Flask) -> None:
    from portal.complaints.service import intake
    from tests.complaints.conftest import DEMAND, FACTS

    draft = intake.begin("consumer", None)
    intake.save_facts(draft, facts=FACTS, demand=DEMAND)
    case, _code = intake.submit(draft, None, in_words=True)
    case = act(case, "not_solved", by=PERSON)
    assert list(figures.events_of(case)) == []


@pytest.mark.limit(20)
def test_published_figures_equal_their_recomputation(app: Flask, clock: Clock) -> None:
    kept = [a_sent(number) for number in range(10)]
    for case in kept[:6]:
        case = act(act(case, "accept", by=STATION), "answer", by=STATION)
        after.rate(case, by=PERSON, mark="4", text="")
    act(kept[9], "transfer", by=STATION, unit=COUNTY)
    assert statistics.publish() == 0
    clock.set(date(2026, 11, 21))
    assert statistics.publish() == statistics.publish() > 0
    (found,) = figures.of_units()
    assert found == Figures(STATION_KEY, 10, 12, 12, 0.0, 1, 0, 6, 6, 6)
    assert figures.of_unit(STATION_KEY) == found
    assert figures.of_unit(COUNTY) is None
    lines = statistics.events_csv().splitlines()
    again = count(_read(line) for line in lines[1:])
    assert again == [found]
    assert figures.of_units("2026-11") == [found]
    assert figures.of_units("2026-10") == []
    assert figures.months() == ["2026-11"]
    assert all(case.reference not in "".join(lines) for case in kept)


def _read(line: str) -> AnonymousEvent:
    """A line as anybody would read it."""
    day, unit, kind, step, due_on, met_on, days, mark = line.split(",")
    return AnonymousEvent(
        date.fromisoformat(day), unit, kind, step,
        date.fromisoformat(due_on) if due_on else None,
        date.fromisoformat(met_on) if met_on else None,
        int(days) if days else None, int(mark) if mark else None,
    )  # fmt: skip
