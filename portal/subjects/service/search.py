"""Finding subjects by any of their names, by pinyin, or by code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, select, text

from portal.core import db
from portal.core.db import session
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service import frequent
from portal.subjects.service.register import filter_tokens, subject_of

PAGE_SIZE = 20
FIRST_CANDIDATES = 100
COUNT_CAP = 500
# Names looked at for a count: a subject may have several.
MANY = COUNT_CAP + 100
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


class _Question(NamedTuple):
    words: tuple[str, ...]
    filters: tuple[str, ...]


NOTHING = Results((), 0, is_capped=False, page=1, pages=0)

# Where a row of a name has each of the three forms that are compared.
_COLUMNS = {"normalised": 4, "initials": 5, "pinyin": 6}
_RANKS = "SELECT {rank} AS rank FROM {source} WHERE {where}{verified} {order}"


@dataclass(frozen=True, slots=True)
class _Dialect:
    index: str
    joined: str
    where: str
    rank: str
    order: str
    inside: str
    whole: str
    beginning: str
    joiner: str
    gathered: str
    names: str


_DIALECTS = {
    "sqlite": _Dialect(
        index="name_index i",
        joined="name_index i CROSS JOIN subject_name n ON n.rank = i.rowid",
        where="i.name_index MATCH :tokens{place}",
        rank="i.rowid",
        order="ORDER BY i.rowid LIMIT :limit",
        inside="instr",
        whole='"{}"',
        beginning='"{}"*',
        joiner=" AND ",
        gathered="group_concat(rank)",
        names="IN (SELECT value FROM json_each(:ranks))",
    ),
    "postgresql": _Dialect(
        index="name_index i",
        joined="name_index i JOIN subject_name n ON n.rank = i.rank",
        where="i.tokens @@ CAST(:tokens{place} AS tsquery)",
        rank="i.rank",
        # A sum, so that no plan walks all names in this order to find a rare word.
        order="ORDER BY i.rank + 0 LIMIT :limit",
        inside="strpos",
        whole="'{}'",
        beginning="'{}':*",
        joiner=" & ",
        gathered="string_agg(CAST(rank AS text), ',')",
        names="= ANY(CAST(:ranks AS bigint[]))",
    ),
}
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
    question = _Question(words, tuple(filter_tokens(area_code, kind)))
    page = min(max(page, 1), LAST_PAGE)
    found, total, is_capped = _found(question, page * PAGE_SIZE)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_hits(shown),
        total=total,
        is_capped=is_capped,
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
    question = _Question(words, ())
    ways = names.query_ways(words)
    if _kept(question, ways, at_least=limit):
        return sorted(found), False
    ranks = _indexed(question, ways, limit)
    found.update(subject_of(rank) for way in ways for rank in ranks[way])
    return sorted(found), all(len(ranks[way]) < limit for way in ways)


def _found(question: _Question, wanted: int) -> tuple[list[_Found], int, bool]:
    """What is found in its order, at least as far as `wanted`; how many; whether there are more."""
    ways = names.query_ways(question.words)
    kept = _kept(question, ways, at_least=COUNT_CAP) if wanted <= FIRST_CANDIDATES else {}
    if kept:
        # A frequent word: its number is known, and its first names are.
        ranks = _indexed(question, [way for way in ways if way not in kept], FIRST_CANDIDATES)
        candidates = _candidates(question, ranks | kept)
        found = _ranked(each for some in candidates.values() for each in some)
        is_sure = all(len(candidates[way]) == FIRST_CANDIDATES for way in kept)
        if is_sure and len(found) >= wanted:
            return found, COUNT_CAP, True
    ranks, total = _enough(question, ways)
    candidates = _candidates(question, ranks)
    found = _ranked(each for some in candidates.values() for each in some)
    if len(found) < wanted:
        found += _following(ranks, found)
    return found, min(total, COUNT_CAP), total >= COUNT_CAP


def _kept(
    question: _Question, ways: Sequence[names.Way], *, at_least: int
) -> dict[names.Way, Sequence[int]]:
    """The first ranks by each way for which the word is known to be frequent."""
    if question.filters or len(question.words) > 1 or len(question.words[0]) > names.LENGTH:
        return {}
    parts = {way.mark + question.words[0]: way for way in ways}
    ranks = frequent.first(list(parts), at_least=at_least)
    return {parts[part]: first for part, first in ranks.items()}


def _enough(
    question: _Question, ways: Sequence[names.Way]
) -> tuple[dict[names.Way, Sequence[int]], int]:
    """The ranks that each way finds, as many as it takes to count subjects up to the cap."""
    limit = MANY
    while True:
        ranks = _indexed(question, ways, limit)
        longest = max(map(len, ranks.values()))
        subjects = {subject_of(rank) for some in ranks.values() for rank in some}
        if longest < limit or len(subjects) >= COUNT_CAP:
            return ranks, len(subjects)
        limit *= 4


def _indexed(
    question: _Question, ways: Sequence[names.Way], limit: int
) -> dict[names.Way, Sequence[int]]:
    """The first ranks that the index has for each way, in their order."""
    if not ways:
        return {}
    database = session.get_bind().dialect.name
    dialect = _DIALECTS[database]
    values: dict[str, object] = {"limit": limit}
    forms = []
    for place, way in enumerate(ways):
        asked = names.asked(way, question.words, is_narrowed=bool(question.filters))
        values[f"tokens{place}"] = dialect.joiner.join(
            [dialect.whole.format(token) for token in (*asked.tokens, *question.filters)]
            + [dialect.beginning.format(token) for token in asked.beginnings]
        )
        values |= {f"word{unsure}": question.words[unsure] for unsure in asked.unsure}
        forms.append((way.column, asked.unsure))
    rows = db.rows(_prepared(database, tuple(forms)), values)
    return {ways[place]: sorted(map(int, ranks.split(",") if ranks else ())) for place, ranks in rows}


@lru_cache(maxsize=256)
def _prepared(database: str, forms: tuple[tuple[str, tuple[int, ...]], ...]) -> TextClause:
    """One statement for several ways; each a column and the places of words to look for in it."""
    dialect = _DIALECTS[database]
    selects = []
    for place, (column, unsure) in enumerate(forms):
        verified = [f" AND {dialect.inside}(n.{column}, :word{word}) > 0" for word in unsure]
        ranks = _RANKS.format(
            rank=dialect.rank,
            source=dialect.joined if unsure else dialect.index,
            where=dialect.where.format(place=place),
            verified="".join(verified),
            order=dialect.order,
        )
        # One row for each way: six hundred rows cost more than their numbers.
        selects.append(f"SELECT {place}, {dialect.gathered} FROM ({ranks}) AS found")
    return text(" UNION ALL ".join(selects))


@lru_cache(maxsize=2)
def _names(database: str) -> TextClause:
    return text(
        "SELECT n.rank, n.subject_id, n.kind, n.text, n.normalised, n.initials, n.pinyin "
        f"FROM subject_name n WHERE n.rank {_DIALECTS[database].names}"
    )


def _candidates(
    question: _Question, ranks: Mapping[names.Way, Sequence[int]]
) -> dict[names.Way, list[_Found]]:
    """The first names of each way, by what is stored of them now."""
    first = {way: some[: frequent.KEPT] for way, some in ranks.items()}
    wanted = sorted({rank for some in first.values() for rank in some})
    if not wanted:
        return {way: [] for way in ranks}
    database = session.get_bind().dialect.name
    values = {"ranks": str(wanted) if database == "sqlite" else wanted}
    rows = {row.rank: row for row in db.rows(_names(database), values)}
    candidates = {}
    for way, some in first.items():
        place = _COLUMNS[way.column]
        named = [rows[rank] for rank in some if rank in rows]
        right = [row for row in named if way.finds(question.words, row[place])]
        candidates[way] = [
            _Found(row[1], row[0], _tier(question.words, row[place], row[2]), row[2], row[3],
                   way.name)
            for row in right[:FIRST_CANDIDATES]
        ]  # fmt: skip
    return candidates


def _following(
    ranks: Mapping[names.Way, Sequence[int]], found: Sequence[_Found]
) -> list[_Found]:
    """Every further subject that these ways find, in the order of the index."""
    known = {each.subject_id for each in found}
    first: dict[int, tuple[int, str]] = {}
    for way, some in ranks.items():
        for rank in some[FIRST_CANDIDATES:]:
            subject_id = subject_of(rank)
            if subject_id not in known:
                mine = (rank, way.name)
                first[subject_id] = min(first.get(subject_id, mine), mine)
    return [
        _Found(subject_id, rank, PART, "", "", by)
        for subject_id, (rank, by) in sorted(first.items(), key=lambda item: item[1])
    ]


def _tier(words: Sequence[str], matched: str, kind: str) -> int:
    if matched.startswith(words[0]):
        return EXACT if matched == words[0] else PREFIX
    return SIGN if kind == "sign" else PART


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
