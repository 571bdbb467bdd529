"""The list of one scenario: filtered, counted, in the neutral order of names, never stale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from portal.core import clock
from portal.core.db import session
from portal.scenarios import rulebook
from portal.scenarios.models import ScenarioListing, StoredGrade
from portal.scenarios.rules import GRADES, Rule
from portal.scenarios.service.storing import compute, is_stale
from portal.subjects.models import Subject, SubjectName

PAGE_SIZE = 20
UNRATED = "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject in a list, with its grade of today."""

    code: str
    name: str
    kind: str
    status: str
    area_code: str | None
    grade: str
    is_disputed: bool
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `counts` are those of the list before a grade was chosen."""

    rule: Rule
    today: date
    entries: tuple[Entry, ...]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What was computed just now because what is stored is stale: grade and mark by subject."""

    grades: Mapping[int, tuple[str, bool]]

    def of(self, grade: str) -> list[int]:
        return [id_ for id_, (each, _disputed) in self.grades.items() if each == grade]


def find(
    slug: str,
    *,
    area_code: str | None = None,
    grade: str | None = None,
    query: str = "",
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Listing | None:
    """One page of a scenario's list, or None when there is no such scenario."""
    rule = rulebook.load().get(slug)
    if rule is None:
        return None
    today = clock.today()
    fresh = _fresh(rule, today)
    base = _base(rule, today, area_code, query.strip())
    counts = _counts(base, fresh, rule)
    grade = grade if grade in GRADES and rule.is_rated else None
    total = counts.get(grade, 0) if grade else sum(counts.values())
    pages = max(-(-total // size), 1)
    page = min(max(page, 1), pages)
    chosen = base.where(_has_grade(grade, fresh)) if grade else base
    rows = session.execute(
        chosen.add_columns(
            Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status,
            Subject.area_code, StoredGrade.grade, StoredGrade.is_disputed,
        )
        .order_by(Subject.name, Subject.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()  # fmt: skip
    return Listing(rule, today, _entries(rows, fresh), counts, total, page, pages)


def _fresh(rule: Rule, today: date) -> _Fresh:
    if not rule.is_rated:
        return _Fresh({})
    stale = session.scalars(
        select(StoredGrade.subject_id).where(
            StoredGrade.scenario == rule.slug, is_stale(rule, today)
        )
    ).all()
    found = compute(rule, stale, today)
    return _Fresh({id_: (each.grade, each.is_disputed) for id_, each in found.items()})


def _base(rule: Rule, today: date, area_code: str | None, query: str) -> Select[Any]:
    is_graded = (StoredGrade.subject_id == Subject.id) & (StoredGrade.scenario == rule.slug)
    base = (
        select()
        .select_from(ScenarioListing)
        .join(Subject, Subject.id == ScenarioListing.subject_id)
        .join(StoredGrade, is_graded, isouter=True)
        .where(
            ScenarioListing.scenario == rule.slug,
            ScenarioListing.since <= today,
            or_(ScenarioListing.until.is_(None), ScenarioListing.until > today),
        )
    )
    if area_code:
        base = base.where(Subject.area_code.startswith(area_code, autoescape=True))
    if query:
        named = select(SubjectName.subject_id).where(
            SubjectName.subject_id == Subject.id, SubjectName.text.contains(query, autoescape=True)
        )
        base = base.where(or_(Subject.code == query.upper(), named.exists()))
    return base


def _among(ids: Sequence[int]) -> Any:
    # Written into the statement: a database takes only so many parameters.
    return bindparam(None, list(ids), expanding=True, literal_execute=True)


def _has_grade(grade: str, fresh: _Fresh) -> Any:
    stored = and_(StoredGrade.grade == grade, Subject.id.not_in(_among(list(fresh.grades))))
    if grade == UNRATED:
        stored = or_(stored, StoredGrade.grade.is_(None))
    return or_(stored, Subject.id.in_(_among(fresh.of(grade))))


def _counts(base: Select[Any], fresh: _Fresh, rule: Rule) -> dict[str, int]:
    """How many of each grade; every grade has its place, also one that nobody has."""
    counted = dict.fromkeys(GRADES if rule.is_rated else [UNRATED], 0)
    stored = base.where(Subject.id.not_in(_among(list(fresh.grades)))) if fresh.grades else base
    for grade, count in session.execute(
        stored.add_columns(StoredGrade.grade, func.count()).group_by(StoredGrade.grade)
    ):
        counted[grade or UNRATED] += count
    if fresh.grades:
        some = base.where(Subject.id.in_(_among(list(fresh.grades)))).add_columns(Subject.id)
        for id_ in session.scalars(some):
            counted[fresh.grades[id_][0]] += 1
    return counted


def _entries(rows: Sequence[Any], fresh: _Fresh) -> tuple[Entry, ...]:
    ids = [row.id for row in rows]
    signs: dict[int, list[str]] = {}
    for id_, text in session.execute(
        select(SubjectName.subject_id, SubjectName.text)
        .where(SubjectName.kind == "sign", SubjectName.subject_id.in_(_among(ids)))
        .order_by(SubjectName.rank)
    ):
        signs.setdefault(id_, []).append(text)
    found = []
    for row in rows:
        stored = (row.grade or UNRATED, bool(row.is_disputed))
        grade, is_disputed = fresh.grades.get(row.id, stored)
        found.append(
            Entry(row.code, row.name, row.kind, row.status, row.area_code, grade, is_disputed,
                  tuple(signs.get(row.id, ())))
        )  # fmt: skip
    return tuple(found)
