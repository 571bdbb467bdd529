"""A worker merges what storing names leaves beside the search index, which slows every search.

SQLite keeps what each storing adds in a segment of its own, and a search looks into each: among
100,000 subjects 25 segments cost seven times as much as one. PostgreSQL keeps it in a pending list
that a search reads from end to end.
"""

from typing import Any

from sqlalchemy import select, text

from portal.core import db
from portal.core.db import session
from portal.subjects.models import NameCount

# What one transaction writes: other writers wait for some hundredths of a second.
PAGES = 100
# Even two segments of one size are merged, not only four: there remain as many as sizes.
_EAGERLY = text("INSERT INTO name_index (name_index, rank) VALUES ('usermerge', 2)")
_IS_EAGER = text("SELECT v = 2 FROM name_index_config WHERE k = 'usermerge'")
_MERGE = text("INSERT INTO name_index (name_index, rank) VALUES ('merge', :pages)")
_CLEAN = text("SELECT gin_clean_pending_list('ix_name_index_tokens')")

# The count of names when nothing was left to merge: until it changes, there is nothing again.
_settled: Any = None


def merge() -> int:
    """Merge a little of what was stored; returns whether there was any. The caller commits."""
    global _settled
    count = _count()
    if count == _settled:
        return 0
    if _merged() if db.is_sqlite() else session.scalar(_CLEAN):
        return 1
    session.rollback()
    _settled = count
    return 0


def _count() -> Any:
    """What every storing of names changes, read without keeping writers out."""
    session.rollback()
    reading = db.reads_only.set(True)
    try:
        return tuple(session.execute(select(NameCount.__table__)).one())
    finally:
        session.rollback()
        db.reads_only.reset(reading)


def _merged() -> bool:
    if not session.scalar(_IS_EAGER):
        session.execute(_EAGERLY)
    driver: Any = session.connection().connection.driver_connection
    before = driver.total_changes
    session.execute(_MERGE, {"pages": PAGES})
    # FTS5 counts the command itself as one change, and its work as more.
    return bool(driver.total_changes - before > 1)
