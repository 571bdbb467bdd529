"""Finding subjects by any of their names, by pinyin, or by code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text

from portal.core.db import session
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service.register import filter_tokens

PAGE_SIZE = 20
FIRST_CANDIDATES = 100
COUNT_CAP = 500
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


@dataclass(frozen=True, slots=True)
class _Found:
    subject_id: int
    rank: int
    tier: int
    kind: str
    text: str
    by: str


NOTHING = Results((), 0, is_capped=False, page=1, pages=0)

_FIELDS = "n.rank, n.subject_id, n.kind, n.text, n.{column} AS matched"
_SQLITE = (
    "SELECT {fields} FROM name_index i CROSS JOIN subject_name n ON n.rank = i.rowid "
    "WHERE i.name_index MATCH :tokens {verify} ORDER BY i.rowid LIMIT :limit"
)
_POSTGRESQL = (
    "SELECT {fields} FROM name_index i JOIN subject_name n ON n.rank = i.rank "
    "WHERE i.tokens @@ CAST(:tokens AS tsquery) {verify} ORDER BY i.rank LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class _Dialect:
    statement: str
    inside: str
    quoted: str
    joiner: str


_DIALECTS = {
    "sqlite": _Dialect(_SQLITE, "instr", '"{}"', " "),
    "postgresql": _Dialect(_POSTGRESQL, "strpos", "'{}'", " & "),
}
_PREFIX = (
    "SELECT n.rank, n.subject_id, n.kind, n.text, n.normalised AS matched "
    "FROM subject_name n WHERE n.normalised >= :low "
    "AND n.normalised < :high ORDER BY n.normalised, n.rank LIMIT :limit"
)
_HITS = select(
    Subject.id,
    Subject.code,
    Subject.name,
    Subject.kind,
    Subject.status,
    Subject.area_code,
    Subject.address,
).where(Subject.id.in_(bindparam("ids", expanding=True)))
_SIGNS = select(SubjectName.subject_id, SubjectName.text).where(
    SubjectName.subject_id.in_(bindparam("ids", expanding=True)), SubjectName.kind == "sign"
)


def search(
    query: str, *, area_code: str | None = None, kind: str | None = None, page: int = 1
) -> Results:
    """Subjects one of whose names contains every word of `query`.

    Words are matched as written, as pinyin initials or as full pinyin. Order: the whole name,
    its beginning, a shop sign, any part; within these subjects in existence, then short names.
    """
    words = [word for part in query.split() if (word := names.normalise(part))]
    if not words or sum(map(len, words)) > MAX_QUERY_LENGTH:
        return NOTHING
    page = min(max(page, 1), LAST_PAGE)
    filters = filter_tokens(area_code, kind)
    wanted = max(FIRST_CANDIDATES, page * PAGE_SIZE + 1)
    found = _ranked(_candidates(words, filters, wanted))
    total = len(found)
    if total >= FIRST_CANDIDATES:
        total = max(total, _count(words, filters))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_hits(shown),
        total=total,
        is_capped=total >= COUNT_CAP,
        page=page,
        pages=min(-(-total // PAGE_SIZE), LAST_PAGE),
    )


def _candidates(words: Sequence[str], filters: Sequence[str], limit: int) -> Iterable[_Found]:
    if len(words) == 1 and not filters:
        yield from _beginning(words[0], limit)
    for way in names.query_ways(words):
        yield from _containing(words, way, filters, limit)


def _beginning(word: str, limit: int) -> Iterable[_Found]:
    rows = session.execute(
        text(_PREFIX), {"low": word, "high": word + "\U0010ffff", "limit": limit}
    )
    for row in rows:
        yield _Found(row.subject_id, row.rank, _tier([word], row), row.kind, row.text, "name")


def _containing(
    words: Sequence[str], way: names.Way, filters: Sequence[str], limit: int
) -> Iterable[_Found]:
    statement, parameters = _statement(words, way, filters, limit)
    for row in session.execute(text(statement), parameters):
        yield _Found(row.subject_id, row.rank, _tier(words, row), row.kind, row.text, way.name)


def _count(words: Sequence[str], filters: Sequence[str]) -> int:
    """How many subjects contain the words, counted up to the cap."""
    counts = []
    for way in names.query_ways(words):
        statement, parameters = _statement(words, way, filters, COUNT_CAP)
        counted = f"SELECT count(DISTINCT subject_id) FROM ({statement}) AS found"  # noqa: S608
        counts.append(session.execute(text(counted), parameters).scalar_one())
    return int(max(counts))


def _statement(
    words: Sequence[str], way: names.Way, filters: Sequence[str], limit: int
) -> tuple[str, dict[str, Any]]:
    """The query of one way; a word of two characters is its token, so longer ones are verified."""
    dialect = _DIALECTS[session.get_bind().dialect.name]
    parameters: dict[str, Any] = {"limit": limit}
    conditions = []
    for place, word in enumerate(words):
        if way.name != "name" or len(word) != 2:
            conditions.append(f" AND {dialect.inside}(n.{way.column}, :word{place}) > 0")
            parameters[f"word{place}"] = word
    tokens = [dialect.quoted.format(token) for token in (*way.tokens, *filters)]
    parameters["tokens"] = dialect.joiner.join(tokens)
    fields = _FIELDS.format(column=way.column)
    return dialect.statement.format(fields=fields, verify="".join(conditions)), parameters


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
    subjects = {row.id: row for row in session.execute(_HITS, {"ids": ids})}
    signs: dict[int, list[str]] = {}
    for row in session.execute(_SIGNS, {"ids": ids}):
        signs.setdefault(row.subject_id, []).append(row.text)
    return tuple(
        Hit(
            code=subject.code,
            name=subject.name,
            kind=subject.kind,
            status=subject.status,
            area_code=subject.area_code,
            address=subject.address,
            signs=tuple(signs.get(found.subject_id, ())),
            matched_kind=found.kind,
            matched_text=found.text,
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
