"""Finding subjects by any of their names, by pinyin, or by code."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import select

from portal.core.db import session
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service import index
from portal.subjects.service.index import Question
from portal.subjects.service.register import filter_tokens, subject_of

PAGE_SIZE = 20
FIRST_CANDIDATES = 100
COUNT_CAP = 500
# Names looked at for a count: a subject may have several.
MANY = COUNT_CAP + 100
LAST_PAGE = COUNT_CAP // PAGE_SIZE
MAX_QUERY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Hit:
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


class _Found(NamedTuple):
    rank: int
    tier: int
    way: names.Way


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
    may_be_kept = question.may_be_kept and page * PAGE_SIZE <= FIRST_CANDIDATES
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
    found, total = _found(question, end, may_be_kept=may_be_kept)
    shown = found[end - PAGE_SIZE : end]
    hits = _hits(question, shown)
    return hits, total, len(shown) - len(hits)


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
    question = Question(words)
    at_least = limit if question.may_be_kept else None
    told = index.ask(question, names.query_ways(words), limit, at_least=at_least)
    found.update(subject_of(rank) for ranks in told.ranks.values() for rank in ranks)
    is_complete = not told.kept and all(len(ranks) < limit for ranks in told.ranks.values())
    return sorted(found), is_complete


def _found(question: Question, wanted: int, *, may_be_kept: bool) -> tuple[list[_Found], int]:
    """What is found in its order, at least as far as `wanted`, and how many up to the cap."""
    ways = names.query_ways(question.words)
    told = index.ask(question, ways, MANY, at_least=COUNT_CAP if may_be_kept else None)
    found = _ranked(_candidates(question, ways, told))
    if told.kept:
        is_sure = all(len(entries) >= FIRST_CANDIDATES for entries in told.kept.values())
        if is_sure and len(found) >= wanted:
            return found, COUNT_CAP
        return _found(question, wanted, may_be_kept=False)
    limit = MANY
    while True:
        every = {subject_of(rank) for ranks in told.ranks.values() for rank in ranks}
        if len(every) >= COUNT_CAP or max(map(len, told.ranks.values())) < limit:
            break
        # Names of few subjects, each with many.
        limit *= 4
        told = index.ask(question, ways, limit)
    if len(found) < wanted:
        found += _following(ways, told, found)
    return found, min(len(every), COUNT_CAP)


def _candidates(
    question: Question, ways: Sequence[names.Way], told: index.Told
) -> Iterator[_Found]:
    """The first names of each way, and how each matches."""
    first = {way: ranks[:FIRST_CANDIDATES] for way, ranks in told.ranks.items()}
    wanted = sorted({rank for ranks in first.values() for rank in ranks})
    rows = {row[0]: row for row in index.names_of(wanted)}
    word = question.words[0]
    for way in ways:
        for entry in told.kept.get(way, ())[:FIRST_CANDIDATES]:
            yield _Found(entry >> 2, entry & 3, way)
        for rank in first.get(way, ()):
            row = rows[rank]
            yield _Found(rank, names.tier(word, row[way.place], row[1]), way)


def _ranked(candidates: Iterable[_Found]) -> list[_Found]:
    best: dict[int, _Found] = {}
    for found in candidates:
        subject_id = subject_of(found.rank)
        known = best.get(subject_id)
        if known is None or (found.tier, found.rank) < (known.tier, known.rank):
            best[subject_id] = found
    return sorted(best.values(), key=lambda found: (found.tier, found.rank))


def _following(
    ways: Sequence[names.Way], told: index.Told, found: Sequence[_Found]
) -> list[_Found]:
    """Every further subject that these ways find, in the order of the index."""
    known = {subject_of(each.rank) for each in found}
    first: dict[int, _Found] = {}
    for way in ways:
        for rank in told.ranks[way][FIRST_CANDIDATES:]:
            subject_id = subject_of(rank)
            if subject_id not in known:
                mine = _Found(rank, names.PART, way)
                first[subject_id] = min(first.get(subject_id, mine), mine, key=_by_rank)
    return sorted(first.values(), key=_by_rank)


def _by_rank(found: _Found) -> int:
    return found.rank


def _hits(question: Question, shown: Sequence[_Found]) -> tuple[Hit, ...]:
    """Those of the names found that are stored now."""
    rows = {}
    signs: dict[int, list[str]] = {}
    for row in index.hits_of([found.rank for found in shown]):
        rows[row[0]] = row
        if row[6] is not None:
            signs.setdefault(row[0], []).append(row[6])
    hits = []
    for rank, _tier, way in shown:
        row = rows.get(rank)
        if row is not None and all(word in row[way.place] for word in question.words):
            code, name, kind, status, area_code, address = row[7:]
            hits.append(
                Hit(
                    code=code,
                    name=name,
                    kind=kind,
                    status=status,
                    area_code=area_code,
                    address=address,
                    signs=tuple(signs.get(rank, ())),
                    matched_kind=row[1],
                    matched_text=row[5],
                    matched_by=way.name,
                )
            )
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
    found = [_Found(ranks[code], names.EXACT, names.CODE) for code in known]
    hits = _hits(Question(()), found)
    return tuple(replace(hit, matched_kind="code", matched_text=hit.code) for hit in hits)
