"""Load content/law/repair.toml: routes, authorities, the promise, the materials."""

from dataclasses import dataclass
from functools import cache

from portal.core import content
from portal.repair.rules import Authority

FILE = "law/repair.toml"


@dataclass(frozen=True)
class Route:
    """Where an application goes, in both languages."""

    key: str
    zh: str
    en: str
    how: str
    how_en: str


@dataclass(frozen=True)
class Clause:
    zh: str
    en: str


@dataclass(frozen=True)
class RepairLaw:
    """What the file says, checked."""

    basis: str
    basis_en: str
    routes: dict[str, Route]
    authorities: tuple[Authority, ...]
    version: str
    title: str
    title_en: str
    clauses: tuple[Clause, ...]
    materials: tuple[Clause, ...]

    @property
    def promise(self) -> str:
        """The promise as one text; its hash goes into every application."""
        clauses = (f"{place}. {each.zh}" for place, each in enumerate(self.clauses, 1))
        return "\n".join((self.title, self.version, *clauses))


@cache
def load() -> RepairLaw:
    """Raises ContentError when a route is named that is not described."""
    named = content.need(FILE, "commitment")
    routes = {row["key"]: content.build(Route, row, FILE) for row in content.need(FILE, "routes")}
    authorities = tuple(
        content.build(Authority, row, FILE) for row in content.need(FILE, "authorities")
    )
    for each in authorities:
        if each.route not in routes:
            raise content.ContentError(f"content/{FILE}: route '{each.route}' is not described")
    materials = content.need(FILE, "materials")
    return RepairLaw(
        basis=content.need(FILE, "basis"),
        basis_en=content.need(FILE, "basis_en"),
        routes=routes,
        authorities=authorities,
        version=named["version"],
        title=named["title"],
        title_en=named["title_en"],
        clauses=tuple(content.build(Clause, row, FILE) for row in named["clauses"]),
        materials=tuple(content.build(Clause, row, FILE) for row in materials),
    )
