"""Finding subjects by any of their names, by pinyin, or by code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, select, text

from portal.core import db
from portal.core.db import session
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service.register import filter_tokens, subject_of

PAGE_SIZE = 20
FIRST_CANDIDATES = 100
COUNT_CAP = 500
# Names looked at for a count: a subject may have several.
MANY = COUNT_CAP + 100
# Words of these lengths are one token of the index, so what it finds needs no second look.
ONE_TOKEN = {"name": {2}, "initials": {2, 3}, "pinyin": {3}}
# How many of the first names must all be right for the index alone to be believed.
SURE = 50
LAST_PAGE = COUNT_CAP // PAGE_SIZE
MAX_QUERY_LENGTH = 60

# Order of what matched, best first; a code never competes with names.
EXACT, PREFIX, SIGN, PART = range(4)


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
    subject_id: int
    rank: int
    tier: int
    kind: str
    text: str
    by: str


NOTHING = Results((), 0, is_capped=False, page=1, pages=0)

# The first for a page, the second only for a count; a word that is one token needs no verifying.
_NAMES = "SELECT n.rank, n.subject_id, n.kind, n.text, n.{column} AS matched FROM {source} {end}"
_RANKS = "SELECT {rank} AS rank FROM {source} {end}"


@dataclass(frozen=True, slots=True)
class _Dialect:
    index: str
    joined: str
    where: str
    rank: str
    inside: str
    quoted: str
    joiner: str


_DIALECTS = {
    "sqlite": _Dialect(
        index="name_index i",
        joined="name_index i CROSS JOIN subject_name n ON n.rank = i.rowid",
        where="i.name_index MATCH :tokens",
        rank="i.rowid",
        inside="instr",
        quoted='"{}"',
        joiner=" ",
    ),
    "postgresql": _Dialect(
        index="name_index i",
        joined="name_index i JOIN subject_name n ON n.rank = i.rank",
        where="i.tokens @@ CAST(:tokens AS tsquery)",
        rank="i.rank",
        inside="strpos",
        quoted="'{}'",
        joiner=" & ",
    ),
}
_PREFIX = text(
    "SELECT n.rank, n.subject_id, n.kind, n.text, n.normalised AS matched "
    "FROM subject_name n WHERE n.normalised >= :low "
    "AND n.normalised < :high ORDER BY n.normalised, n.rank LIMIT :limit"
)
_BY_RANK = select(SubjectName.rank, SubjectName.kind, SubjectName.text).where(
    SubjectName.rank.in_(bindparam("ranks", expanding=True))
)
_HITS = (
    select(
        Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status, Subject.area_code,
        Subject.address, SubjectName.text.label("sign"),
    )
    .outerjoin(
        SubjectName, (SubjectName.subject_id == Subject.id) & (SubjectName.kind == "sign")
    )
    .where(Subject.id.in_(bindparam("ids", expanding=True)))
    .order_by(SubjectName.rank)
)  # fmt: skip


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
    filters = tuple(filter_tokens(area_code, kind))
    candidates, longer = _candidates(words, filters)
    found = _ranked(candidates)
    total = len(found)
    page = min(max(page, 1), LAST_PAGE)
    if longer:
        total = COUNT_CAP
        is_further = page * PAGE_SIZE > FIRST_CANDIDATES
        if is_further or not _are_plenty(longer, words, filters, candidates):
            found += _following(longer, words, filters, found)
            total = min(len(found), COUNT_CAP)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_hits(shown),
        total=total,
        is_capped=total >= COUNT_CAP,
        page=page,
        pages=min(-(-total // PAGE_SIZE), LAST_PAGE),
    )


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
    if len(words) == 1:
        found |= {each.subject_id for each in _beginning(words[0])}
    is_complete = True
    for way in names.query_ways(words):
        rows = db.rows(_statement(way, words, "verified"), _values(way, words, (), limit))
        found |= {subject_of(rank) for (rank,) in rows}
        is_complete = is_complete and len(rows) < limit
    return sorted(found), is_complete


def _candidates(
    words: tuple[str, ...], filters: tuple[str, ...]
) -> tuple[list[_Found], list[names.Way]]:
    """The first names that each way finds, and the ways that would find more."""
    found = _beginning(words[0]) if len(words) == 1 and not filters else []
    longer = []
    for way in names.query_ways(words):
        statement = _statement(way, words, "names")
        rows = db.rows(statement, _values(way, words, filters, FIRST_CANDIDATES))
        found += [
            _Found(row.subject_id, row.rank, _tier(words, row), row.kind, row.text, way.name)
            for row in rows
        ]
        if len(rows) == FIRST_CANDIDATES:
            longer.append(way)
    return found, longer


def _beginning(word: str) -> list[_Found]:
    values = {"low": word, "high": word + "\U0010ffff", "limit": FIRST_CANDIDATES}
    return [
        _Found(row.subject_id, row.rank, _tier((word,), row), row.kind, row.text, "name")
        for row in db.rows(_PREFIX, values)
    ]


def _are_plenty(
    ways: Sequence[names.Way],
    words: tuple[str, ...],
    filters: tuple[str, ...],
    candidates: Sequence[_Found],
) -> bool:
    """Whether one way alone finds more than the portal counts.

    Looks at the index only. Its tokens may promise a word that a name has in pieces; where that
    did not happen among the first names, it is believed of the rest.
    """
    right = {each.rank for each in candidates}
    for way in ways:
        rows = db.rows(_statement(way, words, "ranks"), _values(way, words, filters, MANY))
        if len(rows) == MANY and right.issuperset([row[0] for row in rows[:SURE]]):
            return True
    return False


def _following(
    ways: Sequence[names.Way],
    words: tuple[str, ...],
    filters: tuple[str, ...],
    found: Sequence[_Found],
) -> list[_Found]:
    """Every further subject that these ways find, up to the cap, in the order of the index."""
    known = {each.subject_id for each in found}
    first: dict[int, tuple[int, str]] = {}
    for way in ways:
        rows = db.rows(_statement(way, words, "verified"), _values(way, words, filters, MANY))
        for (rank,) in rows:
            subject_id = subject_of(rank)
            if subject_id not in known:
                mine = (rank, way.name)
                first[subject_id] = min(first.get(subject_id, mine), mine)
    return [
        _Found(subject_id, rank, PART, "", "", by)
        for subject_id, (rank, by) in sorted(first.items(), key=lambda item: item[1])
    ]


def _statement(way: names.Way, words: tuple[str, ...], purpose: str) -> TextClause:
    return _prepared(session.get_bind().dialect.name, way.column, _unsure(way, words), purpose)


def _unsure(way: names.Way, words: tuple[str, ...]) -> tuple[int, ...]:
    """The places of words that are more than one token: only the name itself can confirm them."""
    lengths = ONE_TOKEN[way.name]
    return tuple(place for place, word in enumerate(words) if len(word) not in lengths)


@lru_cache(maxsize=256)
def _prepared(database: str, column: str, unsure: tuple[int, ...], purpose: str) -> TextClause:
    dialect = _DIALECTS[database]
    verified = "".join(f" AND {dialect.inside}(n.{column}, :word{place}) > 0" for place in unsure)
    is_joined = purpose == "names" or (purpose == "verified" and verified)
    end = (
        f"WHERE {dialect.where}{verified if is_joined else ''} ORDER BY {dialect.rank} LIMIT :limit"
    )
    form = _NAMES if purpose == "names" else _RANKS
    source = dialect.joined if is_joined else dialect.index
    return text(form.format(column=column, rank=dialect.rank, source=source, end=end))


def _values(
    way: names.Way, words: tuple[str, ...], filters: tuple[str, ...], limit: int
) -> dict[str, Any]:
    dialect = _DIALECTS[session.get_bind().dialect.name]
    tokens = [dialect.quoted.format(token) for token in (*way.tokens, *filters)]
    return {
        "limit": limit,
        "tokens": dialect.joiner.join(tokens),
        **{f"word{place}": words[place] for place in _unsure(way, words)},
    }


def _tier(words: Sequence[str], row: Any) -> int:
    if row.matched == words[0]:
        return EXACT
    if row.matched.startswith(words[0]):
        return PREFIX
    return SIGN if row.kind == "sign" else PART


def _ranked(candidates: Iterable[_Found]) -> list[_Found]:
    best: dict[int, _Found] = {}
    for found in candidates:
        known = best.get(found.subject_id)
        if known is None or (found.tier, found.rank) < (known.tier, known.rank):
            best[found.subject_id] = found
    return sorted(best.values(), key=lambda found: (found.tier, found.rank))


def _hits(shown: Sequence[_Found]) -> tuple[Hit, ...]:
    if not shown:
        return ()
    ids = [found.subject_id for found in shown]
    subjects: dict[int, Any] = {}
    signs: dict[int, list[str]] = {}
    for row in db.rows(_HITS, {"ids": ids}):
        subjects[row.id] = row
        if row.sign is not None:
            signs.setdefault(row.id, []).append(row.sign)
    unnamed = [found.rank for found in shown if not found.text]
    named = {row.rank: row for row in db.rows(_BY_RANK, {"ranks": unnamed})} if unnamed else {}
    return tuple(
        Hit(
            code=subject.code,
            name=subject.name,
            kind=subject.kind,
            status=subject.status,
            area_code=subject.area_code,
            address=subject.address,
            signs=tuple(signs.get(found.subject_id, ())),
            matched_kind=(named.get(found.rank) or found).kind,
            matched_text=(named.get(found.rank) or found).text,
            matched_by=found.by,
        )
        for found in shown
        for subject in (subjects[found.subject_id],)
    )


def by_codes(codes: Iterable[str]) -> tuple[Hit, ...]:
    """The subjects that have these codes, in the order given."""
    wanted = list(codes)
    rows = session.execute(
        select(Subject.id, Subject.code, Subject.name).where(Subject.code.in_(wanted))
    ).all()
    place = {code: index for index, code in enumerate(wanted)}
    rows = sorted(rows, key=lambda row: place[row.code])
    return _hits([_Found(row.id, 0, EXACT, "code", row.code, "code") for row in rows])
