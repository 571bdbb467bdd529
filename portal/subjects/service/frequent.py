"""The first names of every frequent part, kept beside the index, which would gather all of them.

Of each part is kept every name up to some rank, so that its first hundred are certain. Names that
are stored or removed later are added and taken out. What goes beyond is left to the index.
"""

import secrets
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update

from portal.core import bulk, db
from portal.core.db import session
from portal.subjects.models import FrequentPart, NameCount, SubjectName
from portal.subjects.rules import frequent, names
from portal.subjects.rules.frequent import Kept, Name

# As many names stored or removed make the lists worth renewing, and so does this share of all.
WORTH = 5000
SHARE = 100
SAMPLE = 50_000
AT_ONCE = 5000
COLUMNS = ("part", "through", "total", "entries")

NAMES = select(
    SubjectName.rank, SubjectName.kind, SubjectName.normalised, SubjectName.initials,
    SubjectName.pinyin,
)  # fmt: skip


def name_of(row: Sequence[Any]) -> Name:
    """A row of `NAMES`."""
    return Name(row[0], row[1], names.NameColumns(*row[2:5]))


def keep(added: Sequence[Name], removed: Sequence[Name]) -> None:
    """Note that names were stored and removed, and put the lists right.

    The row that counts them also makes writers of names queue.
    """
    count = session.execute(
        update(NameCount)
        .values(added=NameCount.added + len(added), removed=NameCount.removed + len(removed))
        .returning(NameCount.build, NameCount.names, NameCount.added, NameCount.removed)
    ).one()
    if not count.build:
        return
    if _is_due(count):
        # So many names are quicker gathered anew; until then the index answers alone.
        session.execute(update(NameCount).values(build=""))
        return
    throughs = _throughs(count.build)
    new, gone = _entries(added, throughs), _entries(removed, throughs)
    if new or gone:
        _put_right(new, gone)


def _is_due(count: Any) -> bool:
    return bool(count.added + count.removed > max(WORTH, count.names // SHARE))


def _entries(changed: Iterable[Name], throughs: dict[str, int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for name in changed:
        for part in frequent.among(name, throughs):
            found.setdefault(part, set()).add(frequent.entry(part, name))
    return found


def _put_right(new: dict[str, set[int]], gone: dict[str, set[int]]) -> None:
    wanted = select(FrequentPart.part, FrequentPart.entries)
    parts = sorted({*new, *gone})
    rows = session.execute(wanted.where(bulk.among(FrequentPart.part, parts))).all()
    nothing: set[int] = set()
    changed = [
        {
            "its_part": part,
            "its_entries": pack(
                sorted({*unpack(entries)} - gone.get(part, nothing) | new.get(part, nothing))
            ),
        }
        for part, entries in rows
    ]
    session.connection().execute(
        update(FrequentPart)
        .where(FrequentPart.part == bindparam("its_part"))
        .values(entries=bindparam("its_entries")),
        changed,
    )


@lru_cache(maxsize=1)
def _throughs(_build: str) -> dict[str, int]:
    """Up to which rank each part is kept; that changes only when the lists are renewed."""
    rows = session.execute(select(FrequentPart.part, FrequentPart.through))
    return {row.part: row.through for row in rows}


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
    some = _read(NAMES.where(SubjectName.subject_id % step == 0))
    parts = frequent.Parts(frequent.likely((name.columns for name in some), 1 / step))
    total = 0
    for name in _read(NAMES.order_by(SubjectName.rank)):
        parts.add(name)
        total += 1
    return total, list(parts.kept())


def _read(statement: Any) -> Iterator[Name]:
    rows = session.connection().execute(statement.execution_options(yield_per=AT_ONCE))
    return map(name_of, rows)


def _replace(count: Any, total: int, kept: Iterable[Kept]) -> bool:
    """Put these lists in the place of the old ones, unless names changed since `count`."""
    unchanged = (
        NameCount.build == count.build,
        NameCount.added == count.added,
        NameCount.removed == count.removed,
    )
    renewed = {"build": secrets.token_hex(8), "names": total, "added": 0, "removed": 0}
    if not db.changed(update(NameCount).where(*unchanged).values(**renewed)):
        return False
    session.execute(delete(FrequentPart))
    rows = [(each.part, each.entries[-1] >> 2, each.total, pack(each.entries)) for each in kept]
    bulk.insert(FrequentPart, COLUMNS, rows)
    return True


def pack(entries: Sequence[int]) -> bytes:
    """The entries of a list as it is stored."""
    return struct.pack(f"<{len(entries)}q", *entries)


def unpack(entries: bytes) -> tuple[int, ...]:
    """The entries of a stored list."""
    return struct.unpack(f"<{len(entries) // 8}q", entries)
