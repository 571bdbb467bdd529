"""What the full-text index of either database is asked, and the lists of frequent parts beside it."""

from collections.abc import Sequence
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
        return (
            not self.filters and len(self.words) == 1 and len(self.words[0]) <= names.LENGTH
        )


class Told(NamedTuple):
    """By each way either all ranks, up to a limit, or the entries that are kept of a frequent part."""

    ranks: dict[names.Way, list[int]]
    kept: dict[names.Way, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Dialect:
    joined: str
    where: str
    rank: str
    order: str
    inside: str
    whole: str
    beginning: str
    joiner: str
    gathered: str
    among: str


_SQLITE = _Dialect(
    joined="CROSS JOIN subject_name n ON n.rank = i.rowid",
    where="i.name_index MATCH :tokens{place}",
    rank="i.rowid",
    order="i.rowid",
    inside="instr",
    whole='"{}"',
    beginning='"{}"*',
    joiner=" AND ",
    gathered="group_concat(rank)",
    among="IN (SELECT value FROM json_each(:ranks))",
)
_POSTGRESQL = _Dialect(
    joined="JOIN subject_name n ON n.rank = i.rank",
    where="i.tokens @@ CAST(:tokens{place} AS tsquery)",
    rank="i.rank",
    # A sum, so that no plan walks all names in this order to find a rare word.
    order="i.rank + 0",
    inside="strpos",
    whole="'{}'",
    beginning="'{}':*",
    joiner=" & ",
    gathered="string_agg(CAST(rank AS text), ',')",
    among="= ANY(CAST(:ranks AS bigint[]))",
)
# One row for each way: six hundred rows cost more than their numbers.
_RANKS = (
    "SELECT {gathered} FROM (SELECT {rank} AS rank FROM name_index i {joined} "
    "WHERE {where} ORDER BY {order} LIMIT :limit) AS found"
)
_ASKED = "SELECT {place}, NULL, ({ranks})"
# The index is asked only about what is not kept.
_ASKED_OR_KEPT = (
    "SELECT {place}, p.entries, CASE WHEN p.part IS NULL THEN ({ranks}) END "
    "FROM (SELECT 1) AS one LEFT JOIN frequent_part p ON p.part = :part{place} "
    "AND p.total - :at_least >= (SELECT removed FROM name_count WHERE build <> '')"
)
_NAMES = (
    "SELECT n.rank, n.kind, n.normalised, n.initials, n.pinyin "
    "FROM subject_name n WHERE n.rank {among}"
)
_HITS = (
    "SELECT n.rank, n.kind, n.normalised, n.initials, n.pinyin, n.text, sign.text, "
    "s.code, s.name, s.kind, s.status, s.area_code, s.address "
    "FROM subject_name n JOIN subject s ON s.id = n.subject_id "
    "LEFT JOIN subject_name sign ON sign.subject_id = n.subject_id AND sign.kind = 'sign' "
    "WHERE n.rank {among} ORDER BY sign.rank"
)


def ask(
    question: Question, ways: Sequence[names.Way], limit: int, *, at_least: int | None = None
) -> Told:
    """The first ranks of the names that each way finds, in their order.

    With `at_least`, a part that as many subjects have is answered from its list, if there is one.
    """
    dialect = _dialect()
    values: dict[str, Any] = {"limit": limit, "at_least": at_least}
    unsure = []
    for place, way in enumerate(ways):
        asked = names.asked(way, question.words, is_narrowed=bool(question.filters))
        values[f"tokens{place}"] = dialect.joiner.join(
            [dialect.whole.format(token) for token in (*asked.tokens, *question.filters)]
            + [dialect.beginning.format(token) for token in asked.beginnings]
        )
        values[f"part{place}"] = way.mark + question.words[0]
        values |= {f"word{word}": question.words[word] for word in asked.unsure}
        unsure.append((way.column, asked.unsure))
    told = Told({}, {})
    statement = _statement(dialect, tuple(unsure), is_kept=at_least is not None)
    for place, entries, ranks in db.quick(statement, values):
        if entries is None:
            told.ranks[ways[place]] = sorted(map(int, ranks.split(","))) if ranks else []
        else:
            told.kept[ways[place]] = frequent.unpack(entries)
    return told


def names_of(ranks: Sequence[int]) -> list[Any]:
    """Rank, kind and the forms that are compared of the names of these ranks."""
    return db.quick(_named(_dialect(), _NAMES), {"ranks": _array(ranks)}) if ranks else []


def hits_of(ranks: Sequence[int]) -> list[Any]:
    """The same with their texts and subjects, once for every sign of the subject."""
    return db.quick(_named(_dialect(), _HITS), {"ranks": _array(ranks)}) if ranks else []


def _dialect() -> _Dialect:
    return _SQLITE if db.is_sqlite() else _POSTGRESQL


def _array(ranks: Sequence[int]) -> object:
    return str(list(ranks)) if db.is_sqlite() else list(ranks)


@lru_cache(maxsize=4)
def _named(dialect: _Dialect, form: str) -> str:
    return form.format(among=dialect.among)


@lru_cache(maxsize=256)
def _statement(
    dialect: _Dialect, ways: tuple[tuple[str, tuple[int, ...]], ...], *, is_kept: bool
) -> str:
    """One statement for several ways; each a column and the places of words to look for in it."""
    selects = []
    for place, (column, unsure) in enumerate(ways):
        verified = [f" AND {dialect.inside}(n.{column}, :word{word}) > 0" for word in unsure]
        ranks = _RANKS.format(
            gathered=dialect.gathered,
            rank=dialect.rank,
            joined=dialect.joined if unsure else "",
            where=dialect.where.format(place=place) + "".join(verified),
            order=dialect.order,
        )
        form = _ASKED_OR_KEPT if is_kept else _ASKED
        selects.append(form.format(place=place, ranks=ranks))
    return " UNION ALL ".join(selects)
