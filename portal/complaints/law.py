"""Load kinds, matters, outside places and the words of codes from content/complaints/."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from portal.bodies import service as bodies
from portal.complaints.rules.routing import City, Matter, Spot
from portal.core import content

FOLDER = "complaints"


@dataclass(frozen=True)
class Kind:
    """One kind of concern: what it is, whether it is worked here, and where it goes otherwise."""

    key: str
    way: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    places: tuple[str, ...]
    terms: tuple[str, ...]
    law: str


@dataclass(frozen=True)
class Outside:
    """A lawful place outside the portal."""

    key: str
    zh: str
    en: str
    phone: str
    address: str
    verified: bool


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its key, in the order of its page."""
    path = f"{FOLDER}/kinds.toml"
    return {row["key"]: content.build(Kind, row, path) for row in content.need(path, "kinds")}


@cache
def matters() -> Mapping[str, Matter]:
    """Every matter by its key."""
    path = f"{FOLDER}/matters.toml"
    return {row["key"]: content.build(Matter, row, path) for row in content.need(path, "matters")}


def matters_of(kind: str) -> list[Matter]:
    """What a concern of this kind can be about."""
    return [matter for matter in matters().values() if kind in matter.kinds]


@cache
def places() -> Mapping[str, Outside]:
    """Every outside place by its key."""
    path = f"{FOLDER}/places.toml"
    return {row["key"]: content.build(Outside, row, path) for row in content.need(path, "places")}


@cache
def code_words() -> tuple[str, ...]:
    """The words that codes are made of."""
    file = content.ROOT / FOLDER / "words.txt"
    return tuple(file.read_text("utf-8").split())


@cache
def city() -> City:
    """Areas and bodies as routing needs them."""
    return City(
        spots={
            place.code: Spot(place.level, place.parent, place.zone)
            for place in bodies.places().values()
        },
        runs=bodies.body_of_area(),
        parents=bodies.parents(),
    )
