"""What a list holds: its stored lines that may be believed, those computed now, and filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select

from portal.scenarios.models import StoredGrade
from portal.scenarios.rules import Rule
from portal.scenarios.service.grading import Row, lines, stale
from portal.subjects import service as subjects

# Lines computed while a list is read; where more are stale, the list says that it is behind.
MOST_FRESH = 2000
# Up to so many subjects are found by name in the index; for more, the list itself is read.
MOST_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; empty words narrow nothing."""

    area_code: str = ""
    grade: str = ""
    licence: str = ""
    title: str = ""
    query: str = ""

    def takes(self, row: Any) -> bool:
        """Whether a line, or lines counted together, pass everything but the words."""
        return (
            row.area_code.startswith(self.area_code)
            and self.grade in {"", row.grade}
            and self.licence in {"", row.licence}
            and (not self.title or self.title in row.titles.split())
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """A scenario's list on a day, with the lines that were computed just now."""

    rule: Rule
    filters: Filters
    fresh: Mapping[int, Row]
    ids: frozenset[int] | None
    words: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        return self.ids is not None


def open_list(rule: Rule, filters: Filters, today: date) -> tuple[Lines, bool]:
    """A list on a day, its stale lines computed now; and whether too many were stale for that."""
    due = stale(rule, today, MOST_FRESH + 1)
    fresh = lines(rule, due[:MOST_FRESH], today)
    ids: frozenset[int] | None = None
    words: tuple[str, ...] = ()
    if filters.query.strip():
        found, is_complete = subjects.find_ids(filters.query, limit=MOST_NAMED)
        ids = frozenset(found)
        # A word that very many names have is looked for in the lines of the list itself.
        words = () if is_complete else subjects.words_of(filters.query)
    return Lines(rule, filters, fresh, ids, words), len(due) > MOST_FRESH


def among(ids: Sequence[int]) -> Any:
    """Numbers of subjects, written into the statement: databases take only so many parameters."""
    return bindparam(None, list(ids), expanding=True, literal_execute=True)


def stored_lines(listed: Lines) -> Select[Any]:
    """Stored lines of the list that may be believed and that have the name asked for."""
    base = select(StoredGrade.__table__).where(
        StoredGrade.scenario == listed.rule.slug, StoredGrade.is_listed
    )
    if listed.fresh:
        base = base.where(StoredGrade.subject_id.not_in(among(list(listed.fresh))))
    if listed.ids is not None and not listed.words:
        return base.where(StoredGrade.subject_id.in_(among(sorted(listed.ids))))
    for word in listed.words:
        base = base.where(StoredGrade.names.contains(word, autoescape=True))
    return base


def belongs(listed: Lines, row: Row) -> bool:
    """Whether a line computed now is on the list and has the name asked for."""
    if not row.is_listed or listed.ids is None:
        return row.is_listed
    is_named = bool(listed.words) and all(word in row.names for word in listed.words)
    return is_named or row.subject_id in listed.ids


def narrowed(listed: Lines, *, is_few: bool) -> Select[Any]:
    """The stored lines that pass the filters.

    Few lines are found by the index of what narrows them most. Where there are many, the list is
    walked in its order; a condition that tempts the database to sort is then written otherwise.
    """
    stored = stored_lines(listed)
    return conditions(stored, StoredGrade, listed.filters, listed.rule, is_few=is_few)


def conditions(
    query: Select[Any], table: Any, filters: Filters, rule: Rule, *, is_few: bool
) -> Select[Any]:
    """A question about `table`, lines or their counts, under these filters; as `narrowed` says."""
    area = filters.area_code
    if area and is_few:
        query = query.where(table.area_code.between(area, area + "~"))
    elif area:
        query = query.where(table.area_code.startswith(area, autoescape=True))
    if filters.grade:
        query = query.where(table.grade == filters.grade)
    if filters.licence:
        query = query.where(table.licence == filters.licence)
    if filters.title:
        sets = _combinations(rule.titles, filters.title)
        query = query.where((table.titles if is_few else table.titles.concat("")).in_(sets))
    return query


def _combinations(titles: Sequence[str], wanted: str) -> list[str]:
    """Every set of titles with the one that is wanted, as a line keeps it."""
    sets = [""]
    for title in titles:
        with_it = [f"{one} {title}".strip() for one in sets]
        sets = with_it if title == wanted else sets + with_it
    return sets
