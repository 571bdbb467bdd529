"""Which unit hears a concern: by kind, matter and area, and never the one complained of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.core.calendar import Calendar
from portal.core.errors import Refused
from portal.core.units import CREDIT_OFFICE, Unit, is_conflicted

Level = Literal["town", "county", "city"]

# Who hears what the competent department cannot: the office that leads, then the one beside it.
OFFICES = (Unit(CREDIT_OFFICE), Unit("justice"))
TRANSFERS = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """What a concern is about: where it starts, and the city department that answers for it."""

    key: str
    kinds: tuple[str, ...]
    zh: str
    en: str
    start: Level
    city: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """An area as far as routing must know it: its level, what it lies in, the zone that runs it."""

    level: str
    parent: str
    zone: str


@dataclass(frozen=True)
class City:
    """Areas, the body that runs each county and zone, and which body answers to which."""

    spots: Mapping[str, Spot]
    runs: Mapping[str, str]
    parents: Mapping[str, str | None]


def chain(matter: Matter, area: str, about: Unit, city: City) -> tuple[Unit, ...]:
    """The units that may hear a concern, lowest first; each later one is the next remedy.

    The unit complained of and all that belongs to it are left out. Never empty.
    """
    steps = dict.fromkeys(_levels(matter, area, about, city))
    fit = tuple(unit for unit in steps if not is_conflicted(unit, about, city.parents))
    return fit or OFFICES[-1:]


def office(about: Unit, city: City) -> Unit:
    """The city office that assigns for good and hears of retaliation."""
    fit = [unit for unit in OFFICES if not is_conflicted(unit, about, city.parents)]
    return fit[0] if fit else OFFICES[-1]


def above(present: Unit, units: tuple[Unit, ...]) -> Unit | None:
    """The unit after the present one; the first that is not it where the present one was chosen
    by transfer; None at the end."""
    if present in units:
        later = units[units.index(present) + 1 :]
        return later[0] if later else None
    wider = [unit for unit in units if unit.area == "" and unit != present]
    return wider[-1] if wider else None


def station(area: str, city: City) -> Unit:
    """The unit of a town: the station that the body which runs it keeps there."""
    spot = city.spots.get(area)
    is_town = spot is not None and spot.level == "town"
    return Unit(_runner(area, city), area if is_town else "")


def level(unit: Unit, city: City) -> Level:
    """Township, county (or park) or city."""
    if unit.area:
        return "town"
    return "county" if unit.body in city.runs.values() else "city"


def check_transfer(
    calendar: Calendar, *, present: Unit, to: Unit, about: Unit, city: City, transfers: int,
    received_on: date, today: date, is_assigned: bool,
) -> None:  # fmt: skip
    """A wrong route goes back within a working day, at most twice, never to the one complained of.

    Raises Refused (`assigned_for_good`, `transfers_used`, `transfer_too_late`, `unit_unfit`).
    """
    if is_assigned:
        raise Refused("assigned_for_good")
    if to == present or is_conflicted(to, about, city.parents):
        raise Refused("unit_unfit", "unit")
    if transfers >= TRANSFERS and to != office(about, city):
        raise Refused("transfers_used", "unit")
    if calendar.working_days_between(received_on, today) > 1:
        raise Refused("transfer_too_late")


def _levels(matter: Matter, area: str, about: Unit, city: City) -> Iterator[Unit]:
    local = station(area, city)
    if local.body and local.area and matter.start == "town":
        yield local
    if local.body and matter.start != "city":
        yield Unit(local.body)
    # A complaint about a station is heard by what it belongs to.
    if about.area:
        yield Unit(about.body)
    yield Unit(matter.city)
    yield office(about, city)


def _runner(area: str, city: City) -> str:
    """The body that runs an area: its zone's committee, or the government of its county."""
    while area in city.spots:
        spot = city.spots[area]
        for code in (spot.zone, area):
            if code in city.runs:
                return city.runs[code]
        area = spot.parent
    return ""
