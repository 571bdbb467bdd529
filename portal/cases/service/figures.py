"""Anonymous events of every case, published each night, and what they come to for each unit."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import zip_longest

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import selectin_polymorphic, selectinload

from portal.cases.models import Case, CaseEvent, PublishedEvent
from portal.cases.rules.figures import (
    HELD,
    HOPS,
    TRANSFERS,
    AnonymousEvent,
    Figures,
    count,
    shown,
    whole,
)
from portal.core import calendar, clock, revision
from portal.core.db import session

__all__ = ["Figures", "AnonymousEvent"]

DAYS = 365
CHUNK = 500


def publish() -> int:
    """Write the events of the last year up to yesterday anew; returns how many.

    They name no case, and units with few cases are left out, so that nobody is recognised.
    """
    events = [event for case in _cases() for event in events_of(case)]
    first, last = clock.today() - timedelta(days=DAYS), clock.today()
    events = [event for event in events if first <= event.day < last]
    enough = {each.unit for each in shown(count(events))}
    rows = sorted(
        (asdict(event) for event in events if event.unit in enough),
        key=lambda row: (row["day"], row["unit"], row["step"], row["kind"], str(row["due_on"])),
    )
    session.execute(delete(PublishedEvent))
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(PublishedEvent), rows[start : start + CHUNK])
    revision.bump()
    return len(rows)


def published(month: str = "") -> list[AnonymousEvent]:
    """The published events, all or those of one month (2026-10)."""
    query = select(PublishedEvent).order_by(PublishedEvent.id)
    found = session.scalars(query)
    return [each.plain for each in found if not month or f"{each.day:%Y-%m}" == month]


def of_units(month: str = "") -> list[Figures]:
    """The figures of each unit with enough cases."""
    return shown(count(published(month)))


def of_unit(unit: str) -> Figures | None:
    """The figures of one unit, or None where there are too few cases."""
    query = select(PublishedEvent).where(PublishedEvent.unit == unit)
    found = shown(count([each.plain for each in session.scalars(query)]))
    return found[0] if found else None


def lately() -> tuple[bool, Figures] | None:
    """All units together this month, or in the last one while this one has too few cases.

    The first part says whether it is this month.
    """
    first = clock.today().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    query = select(PublishedEvent).where(PublishedEvent.day >= before)
    events = [each.plain for each in session.scalars(query)]
    for begin in (first, before):
        found = whole([each for each in events if each.day.replace(day=1) == begin])
        if found is not None:
            return begin == first, found
    return None


def months() -> list[str]:
    """The months that have published events, the newest first."""
    days = session.scalars(select(PublishedEvent.day).distinct())
    return sorted({f"{day:%Y-%m}" for day in days}, reverse=True)


def events_of(case: Case) -> Iterator[AnonymousEvent]:
    """What one case says of the units that had it, without saying which case it was."""
    received: dict[str, date] = {}
    look = was = ""
    for event, following in zip_longest(case.events, case.events[1:]):
        day = _day(event.at)
        if event.step in TRANSFERS:
            yield AnonymousEvent(day, event.unit, case.kind, "transferred")
        unit = _receiver(event, following, was)
        if unit and not (was == HELD and unit in received):
            received[unit] = _day(case.events[0].at) if was == HELD else day
            yield AnonymousEvent(day, unit, case.kind, "received")
        if event.step == "rate":
            yield AnonymousEvent(
                day, event.unit, case.kind, "rated", mark=int(event.details["mark"])
            )
        elif event.step == "reopen":
            yield AnonymousEvent(day, event.unit, case.kind, "reopened")
        if event.unit and _look(case, event) == "answered" != look:
            days = calendar.load().working_days_between(received.get(event.unit, day), day)
            yield AnonymousEvent(day, event.unit, case.kind, "answered", days=days)
        look, was = _look(case, event), event.state
    yield from _clocks_of(case)


def _receiver(event: CaseEvent, following: CaseEvent | None, was: str) -> str:
    """The unit that a case comes to with an event; empty for none.

    Who looks at what was held back has not received it, unless it stays or ends there: the unit
    that it is released to has, so that each case is received once, and once more for each hop.
    """
    if event.step in HOPS:
        return str(event.details["after"])
    if event.state == HELD or (was != HELD and event.step != "open"):
        return ""
    is_released = following is not None and following.step == "raise"
    return "" if is_released else event.unit


def _clocks_of(case: Case) -> Iterator[AnonymousEvent]:
    """Clocks that ended, or ran out while nobody ended them."""
    for each in case.deadlines:
        if not each.holder or each.scope != "state":
            continue
        if each.met_on is not None:
            yield AnonymousEvent(
                each.met_on, each.holder, case.kind, "clock", each.due_on, each.met_on
            )
        elif each.is_running and each.due_on < clock.today():
            day = each.due_on + timedelta(days=1)
            yield AnonymousEvent(day, each.holder, case.kind, "clock", each.due_on)


def _cases() -> Iterator[Case]:
    since = clock.now() - timedelta(days=2 * DAYS)
    kinds = [mapper.class_ for mapper in Case.__mapper__.self_and_descendants]
    query = (
        select(Case)
        .where(Case.opened_at >= since)
        .order_by(Case.id)
        .options(
            selectin_polymorphic(Case, kinds[1:]),
            selectinload(Case.events),
            selectinload(Case.deadlines),
        )
        .execution_options(yield_per=CHUNK)
    )
    yield from session.scalars(query)


def _look(case: Case, event: CaseEvent) -> str:
    return case.states[event.state].look if event.state in case.states else ""


def _day(at: datetime) -> date:
    return at.astimezone(clock.CITY).date()
