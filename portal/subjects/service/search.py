"""Finding subjects by any of their names, by pinyin, or by code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.core.db import session
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service import index
from portal.subjects.service.index import Question
from portal.subjects.service.register import filter_tokens, has_length, subject_of, subjects_of

PAGE_SIZE = 20
FIRST_CANDIDATES = 100
COUNT_CAP = 500
# More names than subjects are looked at for a count, as a subject may have several.
MANY = COUNT_CAP + 100
LAST_PAGE = COUNT_CAP // PAGE_SIZE
MAX_QUERY_LENGTH = 60
# Where in a row of `index.hits_of` the forms of a name begin.
FORMS = 10


class Hit(NamedTuple):
    """A subject found, and the name by which it was found."""

    code: str
    name: str
    kind: str
    status: str
    area_code: str | None
    address: str
    signs: tuple[str, ...]
    matched_kind: str
    matched_text: str
    matched_by: str


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results; `is_capped` says that there are more than `total`."""

    hits: tuple[Hit, ...]
    total: int
    is_capped: bool
    page: int
    pages: int


# The rank of a name, and the way by which it is found.
_Found = tuple[int, names.Way]


class _Rows(NamedTuple):
    """Names with their subjects by rank, the signs of these, and where in a row each form is."""

    names: dict[int, Any]
    signs: dict[int, list[str]]
    places: dict[str, int]


class _Listed(NamedTuple):
    """What is found in its order, how many subjects up to the cap, rows if they are read."""

    found: list[_Found]
    total: int
    rows: _Rows | None = None


NOTHING = Results((), 0, is_capped=False, page=1, pages=0)


def search(
    query: str, *, area_code: str | None = None, kind: str | None = None, page: int = 1
) -> Results:
    """Subjects one of whose names contains every word of `query`.

    Words are matched as written, as pinyin initials or as full pinyin. Order among the first
    hundred: the whole name, its beginning, a shop sign, any part; within these, and for all that
    follow, subjects in existence, then short names.
    """
    words = words_of(query)
    if not words:
        return NOTHING
    question = Question(words, tuple(filter_tokens(area_code, kind)))
    page = min(max(page, 1), LAST_PAGE)
    may_be_kept = page * PAGE_SIZE <= FIRST_CANDIDATES
    hits, total, missing = _page(question, page, may_be_kept=may_be_kept)
    if missing:
        # A list told of a name that is gone.
        hits, total, _missing = _page(question, page, may_be_kept=False)
    return Results(
        hits=hits,
        total=total,
        is_capped=total >= COUNT_CAP,
        page=page,
        pages=min(-(-total // PAGE_SIZE), LAST_PAGE),
    )


def _page(question: Question, page: int, *, may_be_kept: bool) -> tuple[tuple[Hit, ...], int, int]:
    """The hits of one page, how many there are on all, how many here are no longer stored."""
    end = page * PAGE_SIZE
    listed = _listed(question, end, may_be_kept=may_be_kept)
    shown = listed.found[end - PAGE_SIZE : end]
    rows = listed.rows or _rows([rank for rank, _way in shown], {way for _rank, way in shown})
    hits = _hits(question, shown, rows)
    return hits, listed.total, len(shown) - len(hits)


def words_of(query: str) -> tuple[str, ...]:
    """The words of a question as names are compared; none where it is longer than any name."""
    words = tuple(word for part in query.split() if (word := names.normalise(part)))
    return words if sum(map(len, words)) <= MAX_QUERY_LENGTH else ()


def find_ids(query: str, *, limit: int) -> tuple[list[int], bool]:
    """Subjects by code or any name, in no order, and whether these are all that there are."""
    words = words_of(query)
    if not words:
        return [], True
    found = set(session.scalars(select(Subject.id).where(Subject.code == query.strip().upper())))
    ways = names.query_ways(words)
    told = _asked(Question(words), ways, limit, at_least=limit)
    found |= subjects_of(chain.from_iterable(told.ranks.values()))
    is_complete = not told.kept and all(len(ranks) < limit for ranks in told.ranks.values())
    return sorted(found), is_complete


def _asked(
    question: Question, ways: Sequence[names.Way], limit: int, *, at_least: int | None
) -> index.Answer:
    """What the index knows, or the lists of parts that at least so many subjects have."""
    if at_least is None or not question.may_be_kept:
        return index.Answer(index.ask(question, ways, limit), {})
    return index.ask_or_kept(question.words[0], ways, limit, at_least=at_least)


def _listed(question: Question, wanted: int, *, may_be_kept: bool) -> _Listed:
    """What is found in its order, at least as far as `wanted`."""
    ways = names.query_ways(question.words)
    ranks, kept = _asked(question, ways, MANY, at_least=COUNT_CAP if may_be_kept else None)
    first = {way: some[:FIRST_CANDIDATES] for way, some in ranks.items()}
    word = question.words[0]
    if kept:
        kept = {way: some[:FIRST_CANDIDATES] for way, some in kept.items()}
        found = list(islice(_ranked(ways, kept | _numbered(word, first)), wanted))
        is_sure = all(len(some) == FIRST_CANDIDATES for some in kept.values())
        if is_sure and len(found) == wanted:
            return _Listed(found, COUNT_CAP)
        return _listed(question, wanted, may_be_kept=False)
    limit = MANY
    while True:
        every = subjects_of(chain.from_iterable(ranks.values()))
        if len(every) >= COUNT_CAP or max(map(len, ranks.values())) < limit:
            break
        # Names of few subjects, each with many.
        limit *= 2
        ranks = index.ask(question, ways, limit)
    entries, rows = _entries(word, first)
    found = list(_ranked(ways, entries))
    if len(found) < wanted:
        found += _following(ways, ranks, found)
    return _Listed(found, min(len(every), COUNT_CAP), rows)


def _entries(
    word: str, first: Mapping[names.Way, Sequence[int]]
) -> tuple[dict[names.Way, list[int]], _Rows | None]:
    """The first names of each way as `frequent.entry` numbers them; rows where one page has all."""
    some = {rank for ranks in first.values() for rank in ranks}
    if len(some) > PAGE_SIZE:
        return _numbered(word, first), None
    rows = _rows(list(some), first)
    return {
        way: [
            rank << 2 | names.tier(word, row[rows.places[way.column]], row[1])
            for rank in ranks
            if (row := rows.names.get(rank))
        ]
        for way, ranks in first.items()
    }, rows


def _numbered(word: str, first: Mapping[names.Way, Sequence[int]]) -> dict[names.Way, list[int]]:
    """Names of each way as `frequent.entry` numbers them; of beginnings the rank tells how."""
    read = {way: ranks for way, ranks in first.items() if way.mark != names.BEGINNING}
    begun = {
        way: [
            rank << 2 | (names.EXACT if has_length(rank, len(word)) else names.PREFIX)
            for rank in ranks
        ]
        for way, ranks in first.items()
        if way.mark == names.BEGINNING
    }
    return index.entries_of(word, read) | begun


def _ranked(
    ways: Sequence[names.Way], entries: Mapping[names.Way, Sequence[int]]
) -> Iterator[_Found]:
    """Every subject once, by the name and the way that match best."""
    tiers: list[list[int]] = [[] for _tier in range(names.PART + 1)]
    for place, way in enumerate(ways):
        for entry in entries.get(way, ()):
            tiers[entry & 3].append(entry << 2 | place)
    known = set()
    for alike in tiers:
        for each in sorted(alike):
            rank = each >> 4
            subject_id = subject_of(rank)
            if subject_id not in known:
                known.add(subject_id)
                yield rank, ways[each & 3]


def _following(
    ways: Sequence[names.Way], ranks: Mapping[names.Way, Sequence[int]], found: Sequence[_Found]
) -> Iterator[_Found]:
    """Every further subject that these ways find, in the order of the index."""
    known = subjects_of(rank for rank, _way in found)
    further = [
        (rank, place) for place, way in enumerate(ways) for rank in ranks[way][FIRST_CANDIDATES:]
    ]
    for rank, place in sorted(further):
        subject_id = subject_of(rank)
        if subject_id not in known:
            known.add(subject_id)
            yield rank, ways[place]


def _rows(ranks: Sequence[int], ways: Iterable[names.Way]) -> _Rows:
    columns = dict.fromkeys(way.column for way in ways)
    rows = index.hits_of(ranks, columns)
    signs: dict[int, list[str]] = {}
    for row in rows:
        if row[3] is not None:
            signs.setdefault(row[0], []).append(row[3])
    places = {column: place for place, column in enumerate(columns, FORMS)}
    return _Rows({row[0]: row for row in rows}, signs, places)


def _hits(question: Question, shown: Sequence[_Found], rows: _Rows) -> tuple[Hit, ...]:
    """Those of the names found that are stored now."""
    hits = []
    for rank, way in shown:
        row = rows.names.get(rank)
        if row and all(map(row[rows.places[way.column]].__contains__, question.words)):
            signs = tuple(rows.signs.get(rank, ()))
            hits.append(Hit._make((*row[4:FORMS], signs, row[1], row[2], way.name)))
    return tuple(hits)


def by_codes(codes: Iterable[str]) -> tuple[Hit, ...]:
    """The subjects that have these codes, in the order given."""
    wanted = list(codes)
    ranks = dict(
        session.execute(
            select(Subject.code, SubjectName.rank)
            .join(SubjectName.subject)
            .where(Subject.code.in_(wanted), SubjectName.kind == "registered")
        ).all()
    )
    known = [code for code in wanted if code in ranks]
    found = [(ranks[code], names.CODE) for code in known]
    hits = _hits(Question(()), found, _rows([rank for rank, _way in found], [names.CODE]))
    return tuple(hit._replace(matched_kind="code", matched_text=hit.code) for hit in hits)
