"""Figures are counted from anonymous events, and anybody who counts again gets the same."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cases import service as cases
from portal.cases.rules.figures import HOPS, AnonymousEvent, Figures, count, shown
from portal.cases.service import figures
from portal.complaints.models import Complaint
from portal.complaints.service import after, intake
from portal.core import db
from portal.statistics import service as statistics
from tests.complaints.conftest import (
    DEMAND,
    FACTS,
    OFFICE,
    PERSON,
    STATION,
    TOWN,
    a_draft,
    act,
    sent,
)
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


def a_held() -> Complaint:
    """One that somebody of the city office looks at first, because it was sent before."""
    sent()
    case = sent(facts=FACTS + "！")
    assert case.state == "held"
    return case


def received(case: Complaint) -> list[str]:
    return [each.unit for each in figures.events_of(case) if each.step == "received"]


def test_what_was_held_is_received_by_the_unit_it_is_released_to_and_by_no_other(
    app: Flask,
) -> None:
    case = a_held()
    assert received(case) == []
    case = act(case, "release", by=OFFICE)
    assert [event.step for event in case.events][-1] == "raise"
    steps = [(each.unit, each.step) for each in figures.events_of(case)]
    assert steps == [(STATION_KEY, "received"), ("development-reform", "clock")]


def test_what_is_not_passed_on_was_received_by_the_office_once(app: Flask, clock: Clock) -> None:
    case = a_held()
    clock.set(date(2026, 11, 23))
    case = act(case, "dismiss", by=OFFICE)
    assert received(case) == ["development-reform"]
    answered = [each for each in figures.events_of(case) if each.step == "answered"]
    assert [(each.unit, each.days) for each in answered] == [("development-reform", 1)]
    case = act(act(case, "explain", by=PERSON), "dismiss", by=OFFICE)
    assert received(case) == ["development-reform"]
    case = act(act(case, "explain", by=PERSON), "release", by=OFFICE)
    assert received(case) == ["development-reform", STATION_KEY]


def test_what_was_released_where_it_lay_or_taken_back_was_received_there(app: Flask) -> None:
    draft = a_draft("default", matter="works", about=COUNTY)
    here, _code = intake.submit(draft, None, in_words=True, trap="x")
    db.session.commit()
    assert received(here) == []
    assert received(act(here, "release", by=OFFICE)) == ["development-reform"]
    case = act(a_held(), "withdraw", by=PERSON)
    assert received(case) == ["development-reform"]


def test_each_case_is_received_once_and_once_more_for_each_hop(app: Flask, clock: Clock) -> None:
    a_held()
    released = act(db.session.scalars(select(Complaint)).all()[-1], "release", by=OFFICE)
    act(act(released, "accept", by=STATION), "answer", by=STATION)
    act(released, "reopen", by=PERSON)
    act(a_sent(3), "transfer", by=STATION, unit=COUNTY)
    clock.set(date(2026, 11, 25))
    cases.note_late(date(2026, 11, 25))
    db.session.commit()
    found = db.session.scalars(select(Complaint)).all()
    told_received = sum(len(received(case)) for case in found)
    hops = [
        (before.step, event.step)
        for case in found for before, event in pairwise(case.events) if event.step in HOPS
    ]  # fmt: skip
    assert {event for _before, event in hops} == {"raise", "transfer", "escalate"}
    assert told_received == len(found) + len(hops) - hops.count(("release", "raise"))


def test_a_clock_that_ran_out_and_still_runs_is_late(app: Flask, clock: Clock) -> None:
    case = sent()
    assert [each.step for each in figures.events_of(case)] == ["received"]
    clock.set(date(2026, 11, 26))
    late = [each for each in figures.events_of(case) if each.step == "clock"]
    assert [(each.day, each.due_on, each.met_on) for each in late] == [
        (date(2026, 11, 25), date(2026, 11, 24), None)
    ]


def test_copies_that_nobody_here_works_on_are_not_counted(app: Flask) -> None:
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
