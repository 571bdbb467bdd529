"""A copy of the database for pages that all may read, used while it has what the primary has."""

import time
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

# Data that no version is kept for (names of units, when a job was due) may be as old as this.
MOST_SECONDS_BEHIND = 10.0
# A server that keeps a page waiting longer counts as away, and is left alone for a while.
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 10.0

VERSION = "SELECT value, 0 FROM revision WHERE id = 1"
# A replica that has replayed all it received is not behind, however long nothing was written.
VERSION_AND_LAG = """
SELECT value, CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
        AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) THEN 0
    ELSE coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 1e9)
END FROM revision WHERE id = 1
"""


class Seen(NamedTuple):
    """The data version that an answer must show at least, and whether the primary told it."""

    version: int
    is_primary_there: bool = True


@cache
def impatient() -> Any:
    """Connections to PostgreSQL that end when an answer takes too long to begin or to come."""
    # Imported here: it takes a third of a second, and SQLite has no use for it.
    import psycopg

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or PATIENCE_SECONDS)
            except psycopg.errors._WaitTimeout as error:
                self.pgconn.finish()
                raise psycopg.OperationalError("no answer") from error

    return Impatient


class Replica:
    """One server that follows the primary; its address must not lead to several."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        is_postgresql = engine.dialect.name == "postgresql"
        self.question = text(VERSION_AND_LAG if is_postgresql else VERSION)
        self.not_before = 0.0
        self.counts: Counter[str] = Counter()

    def serves(self, seen: Seen) -> bool:
        """Whether a page that must show `seen` may be read here."""
        found = self._ask()
        if found is None:
            result = "away"
        elif found[0] < seen.version or seen.is_primary_there and found[1] > MOST_SECONDS_BEHIND:
            result = "behind"
        else:
            result = "used"
        self.counts[result] += 1
        return result == "used"

    def stand_in(self) -> Seen | None:
        """What to go by while the primary is away; None when this is away too."""
        found = self._ask()
        return Seen(found[0], is_primary_there=False) if found else None

    def _ask(self) -> tuple[int, float] | None:
        if time.monotonic() < self.not_before:
            return None
        try:
            with self.engine.connect() as connection:
                row = connection.execute(self.question).first()
        except SQLAlchemyError:
            self.not_before = time.monotonic() + PAUSE_SECONDS
            return None
        return (int(row[0]), float(row[1])) if row else None
