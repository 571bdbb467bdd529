"""The first names of every frequent part, kept beside the index, which would gather all of them.

Of each part is kept every name up to some rank, so that its first hundred are certain. Names that
are stored later are added where they belong; names that are gone are told by their text when the
list is read. What goes beyond is left to the index.
"""

import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update

from portal.core import bulk, db
from portal.core.db import session
from portal.subjects.models import FrequentPart, NameCount, SubjectName
from portal.subjects.rules import names
from portal.subjects.rules.frequent import KEPT, Kept, Parts, likely

# As many names stored or removed make the lists worth renewing, and so does this share of all.
WORTH = 5000
SHARE = 20
SAMPLE = 50_000
AT_ONCE = 5000
# At most four ways to read a word.
WAYS = 4
COLUMNS = ("part", "through", "total", "ranks")

_FIRST = text(
    "SELECT p.part, p.ranks FROM frequent_part p CROSS JOIN name_count c "
    "WHERE p.part IN (:part0, :part1, :part2, :part3) AND c.build <> '' "
    "AND p.total - c.removed >= :at_least"
)
_NAMES = select(
    SubjectName.rank, SubjectName.normalised, SubjectName.initials, SubjectName.pinyin
).order_by(SubjectName.rank)


def first(parts: Sequence[str], *, at_least: int) -> dict[str, Sequence[int]]:
    """The ranks of the first names of those of these parts that `at_least` subjects have.

    A name may have changed since: whoever shows it looks whether it has the part.
    """
    padded = [*parts, *parts[:1] * (WAYS - len(parts))]
    values: dict[str, object] = {f"part{place}": part for place, part in enumerate(padded)}
    rows = db.rows(_FIRST, values | {"at_least": at_least})
    return {part: _unpacked(ranks) for part, ranks in rows}


def keep(added: Sequence[tuple[int, names.NameColumns]], removed: int) -> None:
    """Note that names were stored and removed, and add the new ones where they belong.

    The row that counts them also makes writers of names queue.
    """
    count = session.execute(
        update(NameCount)
        .values(added=NameCount.added + len(added), removed=NameCount.removed + removed)
        .returning(NameCount.build, NameCount.names, NameCount.added, NameCount.removed)
    ).one()
    if not count.build:
        return
    if _is_due(count):
        # So many names are quicker gathered anew; until then the index answers alone.
        session.execute(update(NameCount).values(build=""))
        return
    _insert(added, _throughs(count.build))


def _is_due(count: Any) -> bool:
    return bool(count.added + count.removed > max(WORTH, count.names // SHARE))


def _insert(
    added: Iterable[tuple[int, names.NameColumns]], throughs: Mapping[str, int]
) -> None:
    new: dict[str, set[int]] = {}
    for rank, columns in added:
        for part in _known(columns, throughs):
            if rank <= throughs[part]:
                new.setdefault(part, set()).add(rank)
    if not new:
        return
    wanted = select(FrequentPart.part, FrequentPart.ranks)
    rows = session.execute(wanted.where(bulk.among(FrequentPart.part, list(new)))).all()
    session.connection().execute(
        update(FrequentPart)
        .where(FrequentPart.part == bindparam("its_part"))
        .values(ranks=bindparam("its_ranks")),
        [
            {"its_part": part, "its_ranks": _packed(sorted(new[part].union(_unpacked(ranks))))}
            for part, ranks in rows
        ],
    )


def _known(columns: names.NameColumns, throughs: Mapping[str, int]) -> Iterator[str]:
    """The frequent parts of a name: where one is, its beginnings are."""
    for part in names.parts(columns):
        shortest = 1 + names.SHORTEST.get(part[:1], 0)
        for end in range(shortest, len(part) + 1):
            if part[:end] not in throughs:
                break
            yield part[:end]


@lru_cache(maxsize=1)
def _throughs(_build: str) -> dict[str, int]:
    """Up to which rank each part is kept; that changes only when the lists are renewed."""
    return {
        part: through
        for part, through in session.execute(select(FrequentPart.part, FrequentPart.through))
    }


def renew() -> int:
    """Gather the lists anew when enough names changed; returns whether that was done.

    Takes transactions of its own: nobody waits while the names are read. Where names were stored
    meanwhile, nothing is kept, and the next call begins again.
    """
    session.rollback()
    reading = db.reads_only.set(True)
    try:
        count = session.execute(select(NameCount.__table__)).one()
        kept = _gathered() if _is_due(count) else None
    finally:
        session.rollback()
        db.reads_only.reset(reading)
    if kept is None:
        return 0
    is_done = _replace(count, *kept)
    session.commit()
    return int(is_done)


def _gathered() -> tuple[int, list[Kept]]:
    """How many names there are, and their frequent parts."""
    subjects = session.scalar(text("SELECT max(id) FROM subject")) or 0
    step = max(subjects // SAMPLE, 1)
    some = _NAMES.where(SubjectName.subject_id % step == 0)
    parts = Parts(likely((names.parts(columns) for _rank, columns in _read(some)), 1 / step))
    total = 0
    for total, (rank, columns) in enumerate(_read(_NAMES), 1):
        parts.add(rank, names.parts(columns), is_registered=not rank & 15)
    return total, list(parts.kept())


def _read(statement: Any) -> Iterator[tuple[int, names.NameColumns]]:
    rows = session.connection().execute(statement.execution_options(yield_per=AT_ONCE))
    for rank, *columns in rows:
        yield rank, names.NameColumns(*columns)


def _replace(count: Any, total: int, kept: Iterable[Kept]) -> bool:
    """Put these lists in the place of the old ones, unless names changed since `count`."""
    result = session.execute(
        update(NameCount)
        .where(
            NameCount.build == count.build,
            NameCount.added == count.added,
            NameCount.removed == count.removed,
        )
        .values(build=secrets.token_hex(8), names=total, added=0, removed=0)
    )
    if not result.rowcount:  # type: ignore[attr-defined]
        return False
    session.execute(delete(FrequentPart))
    rows = [(each.part, each.ranks[-1], each.total, _packed(each.ranks)) for each in kept]
    bulk.insert(FrequentPart, COLUMNS, rows)
    return True


def _packed(ranks: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(ranks)}q", *ranks)


def _unpacked(ranks: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(ranks) // 8}q", ranks)
