"""The list of one scenario: filtered, counted, in the neutral order of names, never stale."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select, tuple_

from portal.core import clock
from portal.core.db import session
from portal.scenarios import rulebook
from portal.scenarios.models import ListingCount, StoredGrade
from portal.scenarios.rules import GRADES, Rule
from portal.scenarios.service.grading import Row, cell, lines, stale
from portal.scenarios.service.replies import shown_replies
from portal.subjects import service as subjects
from portal.subjects.models import Subject, SubjectName

PAGE_SIZE = 20
UNRATED = "none"
# Lines computed while a list is read; where more are stale, the list says that it is behind.
MOST_FRESH = 2000
# Subjects by a name: as many as this are looked for in the index, more are read off the list.
MOST_NAMED = 1000
# Few enough to fetch all and sort them.
FEW = 2000
LICENCES = ("valid", "expired", "none")


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


@dataclass(frozen=True, slots=True)
class _List:
    """A scenario's list on a day, with the lines that were computed just now."""

    rule: Rule
    filters: Filters
    fresh: Mapping[int, Row]
    ids: frozenset[int] | None
    words: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        return self.ids is not None


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
    listed, is_behind = _open(rule, _known(rule, filters or Filters()), today)
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


def _open(rule: Rule, filters: Filters, today: date) -> tuple[_List, bool]:
    due = stale(rule, today, MOST_FRESH + 1)
    fresh = lines(rule, due[:MOST_FRESH], today)
    ids: frozenset[int] | None = None
    words: tuple[str, ...] = ()
    if filters.query.strip():
        found, is_complete = subjects.find_ids(filters.query, limit=MOST_NAMED)
        ids = frozenset(found)
        # A word that very many names have is looked for in the lines of the list itself.
        words = () if is_complete else subjects.words_of(filters.query)
    return _List(rule, filters, fresh, ids, words), len(due) > MOST_FRESH


def _counted(listed: _List) -> tuple[Facets, int, bool]:
    """The counts beside each filter, how many lines there are, and whether there are more."""
    cells: Counter[Any] = Counter()
    fresh = [row for row in listed.fresh.values() if _belongs(listed, row)]
    if not listed.is_named:
        counts = select(ListingCount.__table__)
        of_scenario = counts.where(ListingCount.scenario == listed.rule.slug)
        cells.update({cell(row): row.count for row in session.execute(of_scenario)})
        cells.subtract(cell(row) for row in _replaced(listed))
        is_capped = False
    else:
        rows = session.execute(_stored(listed).limit(MOST_NAMED + 1)).all()
        is_capped = len(rows) > MOST_NAMED
        cells.update(map(cell, rows))
    cells.update(map(cell, fresh))
    total = sum(count for one, count in cells.items() if listed.filters.takes(one))
    if is_capped:
        rows = session.execute(_narrowed(listed, is_few=False).limit(MOST_NAMED + 1)).all()
        total = len(rows) + sum(listed.filters.takes(row) for row in fresh)
        is_capped = total > MOST_NAMED
        total = min(total, MOST_NAMED)
    return _facets(listed, cells), total, is_capped


def _replaced(listed: _List) -> Sequence[Any]:
    """Stored lines that a line computed just now stands for."""
    if not listed.fresh:
        return []
    return session.execute(
        select(StoredGrade.__table__).where(
            StoredGrade.scenario == listed.rule.slug,
            StoredGrade.is_listed,
            StoredGrade.subject_id.in_(_among(list(listed.fresh))),
        )
    ).all()


def _facets(listed: _List, cells: Mapping[Any, int]) -> Facets:
    named = ("grade", "licence", "area_code", "title")
    counts: dict[str, Counter[str]] = {name: Counter() for name in named}
    open_filters = {name: replace(listed.filters, **{name: ""}) for name in counts}
    for one, count in cells.items():
        for name in ("grade", "licence"):
            if open_filters[name].takes(one):
                counts[name][getattr(one, name)] += count
        if open_filters["area_code"].takes(one):
            counts["area_code"][one.area_code] += count
        if open_filters["title"].takes(one):
            for title in one.titles.split():
                counts["title"][title] += count
    rule = listed.rule
    grades = GRADES if rule.is_rated else (UNRATED,)
    return Facets(
        grades={grade: counts["grade"][grade] for grade in grades},
        licences={state: counts["licence"][state] for state in LICENCES if rule.licence},
        titles={title: counts["title"][title] for title in rule.titles},
        areas=counts["area_code"],
    )


def _among(ids: Sequence[int]) -> Any:
    # Written into the statement: a database takes only so many parameters.
    return bindparam(None, list(ids), expanding=True, literal_execute=True)


def _stored(listed: _List) -> Select[Any]:
    """Stored lines of the list that may be believed and that have the name asked for."""
    base = select(StoredGrade.__table__).where(
        StoredGrade.scenario == listed.rule.slug, StoredGrade.is_listed
    )
    if listed.fresh:
        base = base.where(StoredGrade.subject_id.not_in(_among(list(listed.fresh))))
    if listed.ids is not None and not listed.words:
        return base.where(StoredGrade.subject_id.in_(_among(sorted(listed.ids))))
    for word in listed.words:
        base = base.where(StoredGrade.names.contains(word, autoescape=True))
    return base


def _belongs(listed: _List, row: Row) -> bool:
    if not row.is_listed or listed.ids is None:
        return row.is_listed
    is_named = bool(listed.words) and all(word in row.names for word in listed.words)
    return is_named or row.subject_id in listed.ids


def _narrowed(listed: _List, *, is_few: bool) -> Select[Any]:
    """The stored lines that pass the filters.

    Few lines are found by the index of what narrows them most. Where there are many, the list is
    walked in its order; a condition that tempts the database to sort is then written otherwise.
    """
    filters, base = listed.filters, _stored(listed)
    area, titles = filters.area_code, StoredGrade.titles
    if area and is_few:
        base = base.where(StoredGrade.area_code.between(area, area + "~"))
    elif area:
        base = base.where(StoredGrade.area_code.startswith(area, autoescape=True))
    if filters.grade:
        base = base.where(StoredGrade.grade == filters.grade)
    if filters.licence:
        base = base.where(StoredGrade.licence == filters.licence)
    if filters.title:
        sets = _combinations(listed.rule.titles, filters.title)
        base = base.where((titles if is_few else titles.concat("")).in_(sets))
    return base


def _combinations(titles: Sequence[str], wanted: str) -> list[str]:
    """Every set of titles with the one that is wanted, as a line keeps it."""
    sets = [""]
    for title in titles:
        with_it = [f"{one} {title}".strip() for one in sets]
        sets = with_it if title == wanted else sets + with_it
    return sets


Edge = tuple[str, int] | None


def _sorted(listed: _List, edge: Edge, size: int, *, is_back: bool) -> tuple[list[Any], bool]:
    """A page of few lines: all of them fetched, put in order, cut."""
    rows = session.execute(_narrowed(listed, is_few=True)).all()
    return _cut(listed, [row for row in rows if _is_beyond(row, edge, is_back=is_back)],
                edge, size, is_back=is_back)  # fmt: skip


def _walked(listed: _List, edge: Edge, size: int, *, is_back: bool) -> tuple[list[Any], bool]:
    """A page of many lines, read in their order from where the page before it ended."""
    query = _narrowed(listed, is_few=False)
    columns = [StoredGrade.name, StoredGrade.subject_id]
    if edge:
        place = tuple_(*columns)
        query = query.where(place < edge if is_back else place > edge)
    order = [column.desc() for column in columns] if is_back else columns
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    return _cut(listed, rows, edge, size, is_back=is_back)


def _cut(
    listed: _List, rows: Sequence[Any], edge: Edge, size: int, *, is_back: bool
) -> tuple[list[Any], bool]:
    fresh = [
        row for row in listed.fresh.values()
        if _belongs(listed, row) and listed.filters.takes(row)
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


def _edge(listed: _List, code: str) -> Edge:
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
            .where(Subject.id.in_(_among(ids)))
        )
    }  # fmt: skip
    signs: dict[int, list[str]] = {}
    for id_, text in session.execute(
        select(SubjectName.subject_id, SubjectName.text)
        .where(SubjectName.kind == "sign", SubjectName.subject_id.in_(_among(ids)))
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
