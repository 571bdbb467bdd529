"""What the index of either database is asked, and the lists of frequent parts beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from portal.core import db
from portal.subjects.rules import names
from portal.subjects.service import frequent


class Question(NamedTuple):
    """Normalised words, and the tokens that narrow what has them."""

    words: tuple[str, ...]
    filters: tuple[str, ...] = ()

    @property
    def may_be_kept(self) -> bool:
        """Whether this is one part of a name, in the whole city."""
        return not self.filters and len(self.words) == 1 and len(self.words[0]) <= names.LENGTH


class Answer(NamedTuple):
    """By each way all ranks up to a limit, or the entries that are kept of a frequent part."""

    ranks: dict[names.Way, list[int]]
    kept: dict[names.Way, Sequence[int]]


@dataclass(frozen=True, slots=True, eq=False)
class _Dialect:
    joined: str
    narrowed: str
    # Whether the index finds names in their order, one after the other.
    is_ordered: bool
    where: str
    rank: str
    order: str
    inside: str
    whole: str
    beginning: str
    joiner: str
    gathered: str
    # Parts, and ranks of names.
    among: str
    told: str


_SQLITE = _Dialect(
    joined="CROSS JOIN subject_name n ON n.rank = i.rowid",
    narrowed="",
    is_ordered=True,
    where="i.name_index MATCH :tokens{place}",
    rank="i.rowid",
    order="i.rowid",
    inside="instr",
    whole='"{}"',
    beginning='"{}"*',
    joiner=" AND ",
    gathered="group_concat(rank)",
    among="IN (SELECT value FROM json_each(:among))",
    told="json_each(:among{place}) AS told CROSS JOIN",
)
_POSTGRESQL = _Dialect(
    joined="JOIN subject_name n ON n.rank = i.rank",
    # One question for each name: a join would gather and sort, or read, all names of a county.
    narrowed=(
        " AND (SELECT i.tokens @@ CAST(:tokens{place} AS tsquery)"
        " FROM name_index i WHERE i.rank = n.rank)"
    ),
    is_ordered=False,
    where="i.tokens @@ CAST(:tokens{place} AS tsquery)",
    rank="i.rank",
    # A sum, so that no plan walks all names in this order to find a rare word.
    order="i.rank + 0",
    inside="strpos",
    whole="'{}'",
    beginning="'{}':*",
    joiner=" & ",
    gathered="string_agg(CAST(rank AS text), ',')",
    among="= ANY(:among)",
    told="unnest(CAST(:among{place} AS bigint[])) AS told(value) JOIN",
)
# One row for each way: six hundred rows cost more than one text of six hundred numbers.
_RANKS = (
    "SELECT {gathered} FROM (SELECT {rank} AS rank FROM name_index i {joined} "
    "WHERE {where}{verified} ORDER BY {order} LIMIT :limit) AS found"
)
# What very many names have is soon found by walking through all of them.
_WALKED = (
    "SELECT {gathered} FROM (SELECT n.rank AS rank FROM subject_name n "
    "WHERE n.rank >= :from{place}{verified}{narrowed} ORDER BY n.rank LIMIT :limit) AS found"
)
# The index is asked only about what is not kept.
_ASKED_OR_KEPT = (
    "SELECT {place}, p.entries, CASE WHEN p.part IS NULL THEN ({ranks}) END "
    "FROM (SELECT 1) AS one LEFT JOIN frequent_part p ON p.part = :part{place} "
    "AND p.total - :at_least >= (SELECT removed FROM name_count WHERE build <> '')"
)
# One row at least; none when the lists are void.
_SHARES = (
    "SELECT p.part, p.total, c.names, substr(p.entries, 1, 8) FROM name_count c "
    "LEFT JOIN frequent_part p ON p.part {among} WHERE c.build <> ''"
)
# As `frequent.entry`, but in the database: fetching the names would cost three times as much.
_ENTRIES = (
    "SELECT {place}, {gathered} FROM (SELECT n.rank * 4 + CASE "
    "WHEN n.{column} = :word THEN {names.EXACT} "
    "WHEN {inside}(n.{column}, :word) = 1 THEN {names.PREFIX} "
    "WHEN n.kind = 'sign' THEN {names.SIGN} ELSE {names.PART} END AS rank "
    "FROM {told} subject_name n ON n.rank = told.value) AS found"
)
_HITS = (
    "SELECT n.rank, n.kind, n.text, sign.text, "
    "s.code, s.name, s.kind, s.status, s.area_code, s.address{forms} "
    "FROM {told} subject_name n ON n.rank = told.value JOIN subject s ON s.id = n.subject_id "
    "LEFT JOIN subject_name sign ON sign.subject_id = n.subject_id AND sign.kind = 'sign' "
    "ORDER BY sign.rank"
)


class _Form(NamedTuple):
    """How one way is asked: the column, the places of words to look for in it, and how to tell that
    one is met; by tokens or on the way through all names.
    """

    column: str
    unsure: tuple[int, ...]
    is_walked: bool
    met: str = "> 0"


def ask(question: Question, ways: Sequence[names.Way], limit: int) -> dict[names.Way, list[int]]:
    """The first ranks of the names that each way finds, in their order."""
    dialect = _dialect()
    shares, first = _shares(dialect, question, ways)
    values: dict[str, Any] = {"limit": limit}
    values |= {f"word{place}": word for place, word in enumerate(question.words)}
    forms = []
    for place, way in enumerate(ways):
        asked = names.asked(
            way, question.words, shares,
            filters=len(question.filters), is_ordered=dialect.is_ordered,
        )  # fmt: skip
        values[f"tokens{place}"] = _tokens(dialect, asked, question.filters)
        if asked.is_walked:
            values[f"from{place}"] = max(first[way.mark + word] for word in question.words)
        forms.append(
            _Form(
                way.column,
                asked.unsure,
                asked.is_walked and not (question.filters and dialect.is_ordered),
                "= 1" if way.mark == names.BEGINNING else "> 0",
            )
        )
    statement = _statement(dialect, tuple(forms), bool(question.filters))
    return {ways[place]: _numbers(ranks) for place, ranks in db.quick(statement, values)}


def ask_or_kept(word: str, ways: Sequence[names.Way], limit: int, *, at_least: int) -> Answer:
    """The same of one short word; a part that at least so many subjects have is answered from its
    list, if there is one.
    """
    dialect = _dialect()
    values: dict[str, Any] = {"limit": limit, "at_least": at_least}
    for place, way in enumerate(ways):
        values[f"part{place}"] = part = way.mark + word
        values[f"tokens{place}"] = dialect.beginning.format(part)
    told = Answer({}, {})
    for place, entries, ranks in db.quick(_kept_statement(dialect, len(ways)), values):
        if entries is None:
            told.ranks[ways[place]] = _numbers(ranks)
        else:
            told.kept[ways[place]] = frequent.unpack(entries)
    return told


def _shares(
    dialect: _Dialect, question: Question, ways: Sequence[names.Way]
) -> tuple[dict[str, float] | None, dict[str, int]]:
    """What share of all names has each frequent part of a question, and the first rank that has."""
    parts = [way.mark + word for way in ways for word in question.words]
    statement = _SHARES.format(among=dialect.among)
    rows = db.quick(statement, {"among": _array(dialect, parts)})
    # A list that lost all its names says nothing.
    found = [row for row in rows if row[3]]
    shares = {part: total / every for part, total, every, _first in found}
    first = {part: frequent.unpack(entry)[0] >> 2 for part, _total, _every, entry in found}
    return (shares if rows else None), first


def _tokens(dialect: _Dialect, asked: names.Asked, filters: Sequence[str]) -> str:
    whole = [dialect.whole.format(token) for token in (*asked.tokens, *filters)]
    begun = [dialect.beginning.format(token) for token in asked.beginnings]
    return dialect.joiner.join(whole + begun)


def entries_of(word: str, ranks: Mapping[names.Way, Sequence[int]]) -> dict[names.Way, list[int]]:
    """The names of these ranks as `frequent.entry` numbers them, in their order, by each way."""
    dialect = _dialect()
    asked = [way for way, some in ranks.items() if some]
    if not asked:
        return {}
    values: dict[str, Any] = {"word": word}
    values |= {f"among{place}": _array(dialect, ranks[way]) for place, way in enumerate(asked)}
    statement = _entries_statement(dialect, tuple(way.column for way in asked))
    return {asked[place]: _numbers(told) for place, told in db.quick(statement, values)}


def _numbers(gathered: str | None) -> list[int]:
    return sorted(map(int, gathered.split(","))) if gathered else []


def hits_of(ranks: Sequence[int], columns: Iterable[str]) -> list[Any]:
    """The names of these ranks and their subjects, once for every sign of the subject.

    The forms of a name in these columns come last.
    """
    if not ranks:
        return []
    dialect = _dialect()
    statement = _hits_statement(dialect, tuple(columns))
    return db.quick(statement, {"among": _array(dialect, ranks)})


def _dialect() -> _Dialect:
    return _SQLITE if db.is_sqlite() else _POSTGRESQL


def _array(dialect: _Dialect, values: Sequence[int] | Sequence[str]) -> object:
    return db.to_json(values) if dialect is _SQLITE else list(values)


@lru_cache(maxsize=64)
def _hits_statement(dialect: _Dialect, columns: tuple[str, ...]) -> str:
    forms = "".join(f", n.{column}" for column in columns)
    return _HITS.format(forms=forms, told=dialect.told.format(place=""))


@lru_cache(maxsize=256)
def _statement(dialect: _Dialect, forms: tuple[_Form, ...], is_narrowed: bool) -> str:
    """One statement for several ways."""
    return " UNION ALL ".join(
        f"SELECT {place}, ({_ranks(dialect, place, form, is_narrowed=is_narrowed)})"
        for place, form in enumerate(forms)
    )


@lru_cache(maxsize=16)
def _kept_statement(dialect: _Dialect, ways: int) -> str:
    ranks = [_ranks(dialect, place, _Form("", (), is_walked=False)) for place in range(ways)]
    return " UNION ALL ".join(
        _ASKED_OR_KEPT.format(place=place, ranks=each) for place, each in enumerate(ranks)
    )


def _ranks(dialect: _Dialect, place: int, form: _Form, *, is_narrowed: bool = False) -> str:
    verified = [
        f" AND {dialect.inside}(n.{form.column}, :word{word}) {form.met}" for word in form.unsure
    ]
    return (_WALKED if form.is_walked else _RANKS).format(
        place=place,
        gathered=dialect.gathered,
        rank=dialect.rank,
        joined=dialect.joined if form.unsure else "",
        narrowed=dialect.narrowed.format(place=place) if is_narrowed else "",
        where=dialect.where.format(place=place),
        verified="".join(verified),
        order=dialect.order,
    )


@lru_cache(maxsize=64)
def _entries_statement(dialect: _Dialect, columns: tuple[str, ...]) -> str:
    selects = [
        _ENTRIES.format(
            names=names,
            place=place,
            gathered=dialect.gathered,
            column=column,
            inside=dialect.inside,
            told=dialect.told.format(place=place),
        )
        for place, column in enumerate(columns)
    ]
    return " UNION ALL ".join(selects)
