"""The time limits of content/law/terms.toml, each with the provision it stands on."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import get_args

from portal.core import content
from portal.core.calendar import Term, Unit

FILE = "law/terms.toml"


@dataclass(frozen=True)
class LawTerm:
    """A time limit as the page of all terms shows it."""

    key: str
    zh: str
    en: str
    length: int
    unit: Unit
    from_zh: str
    from_en: str
    basis: str
    basis_en: str
    verified: bool
    effective_from: date | None = None

    @property
    def term(self) -> Term:
        return Term(self.length, self.unit, self.basis, self.verified)


@dataclass(frozen=True)
class Limit:
    """A limit that is not a time: lessons, yuan, times a day."""

    key: str
    zh: str
    en: str
    value: int
    unit: str
    basis: str
    basis_en: str
    verified: bool


@cache
def load() -> tuple[LawTerm, ...]:
    """Every time limit in every version, in the order of the file. Raises ContentError."""
    rows = content.need(FILE, "terms")
    terms = tuple(content.build(LawTerm, row, f"{FILE}, {row.get('key', '?')}") for row in rows)
    for term in terms:
        if term.unit not in get_args(Unit):
            raise content.ContentError(f"content/{FILE}, {term.key}: unit '{term.unit}' is unknown")
    return terms


@cache
def limits() -> tuple[Limit, ...]:
    """Every other limit, in the order of the file. Raises ContentError."""
    rows = content.need(FILE, "limits")
    return tuple(content.build(Limit, row, f"{FILE}, {row.get('key', '?')}") for row in rows)


def term(key: str, on: date) -> Term:
    """The time limit of this key in the version that is in force on a day."""
    versions = [each for each in load() if each.key == key]
    if not versions:
        raise content.ContentError(f"content/{FILE}: key '{key}' is missing")
    versions.sort(key=lambda each: each.effective_from or date.min)
    in_force = [each for each in versions if (each.effective_from or date.min) <= on]
    return (in_force or versions)[-1 if in_force else 0].term
