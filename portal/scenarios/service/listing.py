"""The list of one scenario: filtered, counted, in the neutral order of names, never stale."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_

from portal.core import clock
from portal.core.db import session
from portal.scenarios import rulebook
from portal.scenarios.models import ListingCount, StoredGrade
from portal.scenarios.rules import GRADES, Rule
from portal.scenarios.service import lines
from portal.scenarios.service.lines import (
    Filters,
    Lines,
    among,
    belongs,
    conditions,
    narrowed,
    open_list,
    stored_lines,
)
from portal.scenarios.service.replies import shown_replies
from portal.subjects.models import Subject, SubjectName

PAGE_SIZE = 20
UNRATED = "none"
# Few enough to fetch all and sort them.
FEW = 2000
LICENCES = ("valid", "expired", "none")
# What is counted, and the filter that each is counted without.
PLACES = {"grade": "grade", "licence": "licence", "titles": "title", "area_code": "area_code"}


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
    licence: str = "none"
    titles: tuple[str, ...] = ()
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many lines there are of each kind, each counted without its own filter."""

    grades: Mapping[str, int]
    licences: Mapping[str, int]
    titles: Mapping[str, int]
    areas: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `after` and `before` are the codes between which other pages lie."""

    rule: Rule
    today: date
    entries: tuple[Entry, ...]
    facets: Facets
    total: int
    is_capped: bool = False
    is_behind: bool = False
    before: str = ""
    after: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        return self.facets.grades


def find(
    slug: str,
    *,
    filters: Filters | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Listing | None:
    """One page of a scenario's list, or None when there is no such scenario."""
    rule = rulebook.load().get(slug)
    if rule is None:
        return None
    today = clock.today()
    listed, is_behind = open_list(rule, _known(rule, filters or Filters()), today)
    facets, total, is_capped = _counted(listed)
    edge = _edge(listed, after or before)
    is_back = edge is not None and not after
    is_few = total <= FEW and not is_capped
    rows, has_more = (_sorted if is_few else _walked)(listed, edge, size, is_back=is_back)
    has_before = has_more if is_back else edge is not None
    has_after = is_back or has_more
    entries = _entries(rows, rule.slug)
    return Listing(
        rule=rule,
        today=today,
        entries=entries,
        facets=facets,
        total=total,
        is_capped=is_capped,
        is_behind=is_behind,
        before=entries[0].code if has_before and entries else "",
        after=entries[-1].code if has_after and entries else "",
    )


def every_entry(slug: str, filters: Filters, size: int = 5000) -> Iterator[Entry]:
    """All of a filtered list, page after page."""
    page = find(slug, filters=filters, size=size)
    while page is not None:
        yield from page.entries
        page = find(slug, filters=filters, after=page.after, size=size) if page.after else None


def _known(rule: Rule, filters: Filters) -> Filters:
    """Without what this list cannot be filtered by."""
    return replace(
        filters,
        grade=filters.grade if filters.grade in GRADES and rule.is_rated else "",
        licence=filters.licence if filters.licence in LICENCES and rule.licence else "",
        title=filters.title if filters.title in rule.titles else "",
    )


def _counted(listed: Lines) -> tuple[Facets, int, bool]:
    """The counts beside each filter, how many lines there are, and whether there are more."""
    fresh = [row for row in listed.fresh.values() if belongs(listed, row)]
    if listed.is_named:
        rows = session.execute(stored_lines(listed).limit(lines.MOST_NAMED + 1)).all()
        counts = {name: Counter[str]() for name in PLACES}
        _count(counts, listed.filters, rows, 1)
        is_capped = len(rows) > lines.MOST_NAMED
    else:
        counts = {name: _summed(listed, name) for name in PLACES}
        _count(counts, listed.filters, _replaced(listed), -1)
        is_capped = False
    _count(counts, listed.filters, fresh, 1)
    chosen = listed.filters.grade
    total = counts["grade"][chosen] if chosen else sum(counts["grade"].values())
    if is_capped:
        rows = session.execute(narrowed(listed, is_few=False).limit(lines.MOST_NAMED + 1)).all()
        total = len(rows) + sum(listed.filters.takes(row) for row in fresh)
        is_capped = total > lines.MOST_NAMED
        total = min(total, lines.MOST_NAMED)
    return _facets(listed.rule, counts), total, is_capped


def _summed(listed: Lines, place: str) -> Counter[str]:
    """How many stored lines have each value in one place, under the filters of all others."""
    column = getattr(ListingCount, place)
    query = select(column, func.sum(ListingCount.count)).where(
        ListingCount.scenario == listed.rule.slug
    )
    open_filters = replace(listed.filters, **{PLACES[place]: ""})
    query = conditions(query, ListingCount, open_filters, listed.rule, is_few=True)
    found: Counter[str] = Counter()
    for value, count in session.execute(query.group_by(column)):
        found[value] = int(count)
    return found


def _count(
    counts: Mapping[str, Counter[str]], filters: Filters, rows: Sequence[Any], sign: int
) -> None:
    for place, found in counts.items():
        open_filters = replace(filters, **{PLACES[place]: ""})
        for row in rows:
            if open_filters.takes(row):
                found[getattr(row, place)] += sign


def _replaced(listed: Lines) -> Sequence[Any]:
    """Stored lines that a line computed just now stands for."""
    if not listed.fresh:
        return []
    return session.execute(
        select(StoredGrade.__table__).where(
            StoredGrade.scenario == listed.rule.slug,
            StoredGrade.is_listed,
            StoredGrade.subject_id.in_(among(list(listed.fresh))),
        )
    ).all()


def _facets(rule: Rule, counts: Mapping[str, Counter[str]]) -> Facets:
    grades = GRADES if rule.is_rated else (UNRATED,)
    sets = counts["titles"].items()
    return Facets(
        grades={grade: counts["grade"][grade] for grade in grades},
        licences={state: counts["licence"][state] for state in LICENCES if rule.licence},
        titles={
            title: sum(n for held, n in sets if title in held.split()) for title in rule.titles
        },
        areas={area: count for area, count in counts["area_code"].items() if count},
    )


Edge = tuple[str, int] | None


def _sorted(listed: Lines, edge: Edge, size: int, *, is_back: bool) -> tuple[list[Any], bool]:
    """A page of few lines: all of them fetched, put in order, cut."""
    rows = session.execute(narrowed(listed, is_few=True)).all()
    return _cut(listed, [row for row in rows if _is_beyond(row, edge, is_back=is_back)],
                edge, size, is_back=is_back)  # fmt: skip


def _walked(listed: Lines, edge: Edge, size: int, *, is_back: bool) -> tuple[list[Any], bool]:
    """A page of many lines, read in their order from where the page before it ended."""
    query = narrowed(listed, is_few=False)
    columns = [StoredGrade.name, StoredGrade.subject_id]
    if edge:
        place = tuple_(*columns)
        query = query.where(place < edge if is_back else place > edge)
    order = [column.desc() for column in columns] if is_back else columns
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    return _cut(listed, rows, edge, size, is_back=is_back)


def _cut(
    listed: Lines, rows: Sequence[Any], edge: Edge, size: int, *, is_back: bool
) -> tuple[list[Any], bool]:
    fresh = [
        row for row in listed.fresh.values()
        if belongs(listed, row) and listed.filters.takes(row)
        and _is_beyond(row, edge, is_back=is_back)
    ]  # fmt: skip
    found = sorted([*rows, *fresh], key=_place, reverse=is_back)
    shown = found[:size]
    return (shown[::-1] if is_back else shown), len(found) > size


def _place(row: Any) -> tuple[bytes, int]:
    # As both databases compare names: byte by byte.
    return row.name.encode(), row.subject_id


def _is_beyond(row: Any, edge: Edge, *, is_back: bool) -> bool:
    if edge is None:
        return True
    mine = (edge[0].encode(), edge[1])
    return _place(row) < mine if is_back else _place(row) > mine


def _edge(listed: Lines, code: str) -> Edge:
    """The place of the line that a page begins after or ends before."""
    if not code:
        return None
    row = session.execute(
        select(StoredGrade.name, StoredGrade.subject_id)
        .join(Subject, Subject.id == StoredGrade.subject_id)
        .where(StoredGrade.scenario == listed.rule.slug, Subject.code == code)
    ).first()
    if row is None:
        return None
    fresh = listed.fresh.get(row.subject_id)
    return (fresh or row).name, row.subject_id


def _entries(rows: Sequence[Any], slug: str) -> tuple[Entry, ...]:
    ids = [row.subject_id for row in rows]
    told = {
        row.id: row
        for row in session.execute(
            select(Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status,
                   Subject.area_code)
            .where(Subject.id.in_(among(ids)))
        )
    }  # fmt: skip
    signs: dict[int, list[str]] = {}
    for id_, text in session.execute(
        select(SubjectName.subject_id, SubjectName.text)
        .where(SubjectName.kind == "sign", SubjectName.subject_id.in_(among(ids)))
        .order_by(SubjectName.rank)
    ):
        signs.setdefault(id_, []).append(text)
    replies = shown_replies(slug, ids)
    return tuple(
        Entry(
            code=subject.code,
            name=subject.name,
            kind=subject.kind,
            status=subject.status,
            area_code=subject.area_code,
            grade=row.grade,
            is_disputed=row.is_disputed,
            signs=tuple(signs.get(row.subject_id, ())),
            licence=row.licence,
            titles=tuple(row.titles.split()),
            reply=replies.get(row.subject_id, ""),
        )
        for row in rows
        for subject in (told[row.subject_id],)
    )
