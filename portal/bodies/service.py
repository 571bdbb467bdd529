"""Questions about areas and bodies, and loading both from content/."""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, select

from portal.bodies.models import Area, Body
from portal.core import content, db
from portal.core.db import session
from portal.core.units import Unit

# About a hundred kilometres, in degrees of latitude.
NEAR_DEGREES = 0.9
# At the city's latitude a degree of longitude is so much of one of latitude.
LONGITUDE_SHARE = 0.84
CITY = "3404"
# What a demo appends to the names of the city's bodies.
MARKS = {"name": "（演示）", "short_name": "（演示）", "english": " (demo)"}
DEMO = "is of demo"
_A_FICTIONAL_ONE = select(Body.slug).where(Body.slug == bindparam("slug"))


@dataclass(frozen=True, slots=True)
class Place:
    """One area of content/areas.csv: city, county, functional zone or town."""

    code: str
    name: str
    english: str
    level: str
    kind: str
    parent: str
    zone: str
    aliases: tuple[str, ...]


@cache
def places() -> Mapping[str, Place]:
    """Every area by its present code."""
    with (content.ROOT / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    found = [Place(**{**row, "aliases": tuple(row["aliases"].split())}) for row in rows]
    return MappingProxyType({place.code: place for place in found})


@cache
def _by_any_code() -> Mapping[str, Place]:
    aliases = {alias: place for place in places().values() for alias in place.aliases}
    return MappingProxyType({**aliases, **places()})


def find_area(code: str | None) -> Place | None:
    """The area with this code, present or former."""
    return _by_any_code().get(code or "")


def counties() -> list[Place]:
    """The seven counties and districts, in the order of their codes."""
    return [place for place in places().values() if place.level == "county"]


def towns(county_code: str) -> list[Place]:
    """The towns, townships, subdistricts and units of a county."""
    found = places().values()
    return [place for place in found if place.level == "town" and place.parent == county_code]


@cache
def area_path(code: str | None, language: str = "zh") -> str:
    """County and town of an area in words, largest first (English: smallest first)."""
    place = find_area(code)
    parts: list[str] = []
    while place is not None and place.level != "city":
        parts.append(place.english if language == "en" else place.name)
        place = find_area(place.parent)
    return ", ".join(parts) if language == "en" else "".join(reversed(parts))


@cache
def county_of(code: str | None) -> Place | None:
    """The county that an area lies in; read from the tree of areas, never from a credit code."""
    place = find_area(code)
    while place is not None and place.level != "county":
        place = find_area(place.parent)
    return place


def find_in_address(address: str) -> Place | None:
    """The smallest area whose name an address contains; towns of one name need their county."""
    county = next((place for place in counties() if place.name in address), None)
    if county is None:
        return None
    town = next((place for place in towns(county.code) if place.name in address), None)
    return town or county


@dataclass(frozen=True, slots=True)
class Point:
    """About where an area lies; good enough for a small map and for the nearest one."""

    code: str
    lat: float
    lon: float


@cache
def points() -> tuple[Point, ...]:
    """The points of content/points.csv: seats of counties, and of towns where someone adds them."""
    with (content.ROOT / "points.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Point(row["code"], float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)
        )


def nearest(lat: float, lon: float) -> str | None:
    """The code of the area whose point is nearest; None for a place far from the city."""
    found = min(points(), key=lambda point: _degrees(point, lat, lon))
    return found.code if _degrees(found, lat, lon) < NEAR_DEGREES else None


def _degrees(point: Point, lat: float, lon: float) -> float:
    return math.hypot(point.lat - lat, (point.lon - lon) * LONGITUDE_SHARE)


@cache
def slugs() -> frozenset[str]:
    """The slug of every body of the city."""
    return frozenset(row["slug"] for row in _on_file())


def names_by_slug() -> Mapping[str, str]:
    """The name of every body of the city; in a demo each says that it is one."""
    return {row["slug"]: row["name"] for row in rows()}


def slug_named(name: str) -> str | None:
    """The slug of the city's body that is called so, with or without the mark of a demo."""
    plain = name.removesuffix(MARKS["name"])
    return next((row["slug"] for row in _on_file() if row["name"] == plain), None)


def name_of(slug: str) -> str:
    """The name of a body that is known; raises LookupError for any other."""
    row = next((row for row in all_rows() if row["slug"] == slug), None)
    if row is None:
        raise LookupError(slug)
    return str(row["name"])


def parents() -> Mapping[str, str | None]:
    """The body that each body answers to, by slug; with the fictional ones of the demo."""
    return {row["slug"]: row.get("parent_slug") for row in (*_on_file(), *fictional())}


def all_rows() -> list[dict[str, Any]]:
    """Every body of the city and every fictional one, by the names that pages show."""
    return [*rows(), *fictional()]


def rows() -> list[dict[str, Any]]:
    """Every body of the city, by the names that pages show.

    In a demo they say so: what is made up there must not stand under the name of an office.
    """
    return marked() if is_of_demo() else _on_file()


def marked() -> list[dict[str, Any]]:
    """Every body of the city under the name that a demo gives it."""
    return [{**row, **{key: row[key] + mark for key, mark in MARKS.items()}} for row in _on_file()]


def is_of_demo() -> bool:
    """Whether the demo lives in this database: only it brings bodies that exist nowhere.

    Asked once in a session, which ends with its request or job.
    """
    known = session.info
    if DEMO not in known:
        known[DEMO] = bool(db.rows(_A_FICTIONAL_ONE, {"slug": fictional()[0]["slug"]}))
    return bool(known[DEMO])


def _on_file() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = content.need("bodies.toml", "bodies")
    return found


def fictional() -> list[dict[str, Any]]:
    """The bodies of the demo, which exist nowhere."""
    found: list[dict[str, Any]] = content.need("demo/bodies.toml", "bodies")
    return found


def areas_to_choose() -> list[tuple[Place, list[Place]]]:
    """Counties with the towns in them, then the city with its zones."""
    zones = [place for place in places().values() if place.level == "zone"]
    of_counties = [(county, [*towns(county.code), county]) for county in counties()]
    return [*of_counties, (places()[CITY], zones)]


@cache
def body_of_area() -> Mapping[str, str]:
    """The government or committee that runs each county and zone, by the code of the area."""
    return {row["area"]: row["slug"] for row in _on_file() if row["level"] == "county"}


def unit_of(body: str | None, area: str | None) -> Unit:
    """The unit that somebody acts for: a station only where the area is a town."""
    place = find_area(area)
    is_town = place is not None and place.level == "town"
    return Unit(body or "", place.code if is_town and place else "")


def load() -> int:
    """Bring areas and bodies of the database to what content/ says; returns how many differ."""
    return _upsert(Area, "code", _area_rows()) + _upsert(Body, "slug", _body_rows(_on_file()))


def load_fictional() -> int:
    """Bring the bodies of the demo into the database; returns how many differ."""
    session.info.pop(DEMO, None)
    return _upsert(Body, "slug", _body_rows(fictional()))


def _area_rows() -> Iterable[dict[str, object]]:
    for place in places().values():
        yield {
            "code": place.code,
            "name": place.name,
            "english": place.english,
            "level": place.level,
            "kind": place.kind,
            "parent_code": place.parent or None,
            "zone_code": place.zone or None,
            "aliases": list(place.aliases),
        }


def _body_rows(rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, object]]:
    for row in rows:
        yield {**{key: value for key, value in row.items() if key != "area"},
               "area_code": row["area"]}  # fmt: skip


def _upsert(model: type[Any], key: str, rows: Iterable[dict[str, object]]) -> int:
    known: dict[Any, Any] = {getattr(thing, key): thing for thing in session.scalars(select(model))}
    changed = 0
    for row in rows:
        thing = known.get(row[key])
        if thing is None:
            session.add(model(**row))
            session.flush()  # a town refers to its county
            changed += 1
        elif any(getattr(thing, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(thing, name, value)
            changed += 1
    return changed
