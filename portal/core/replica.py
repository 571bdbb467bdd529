"""A copy of the database for pages that all may read, used while it has what the primary has."""

import time
from collections import Counter
from typing import NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

# Data that no version is kept for (names of units, when a job was due) may be as old as this.
MOST_SECONDS_BEHIND = 10.0
# How long the copy alone answers for a primary that is away.
STAND_IN_SECONDS = 600.0
# One that did not answer is left alone for a moment.
PAUSE_SECONDS = 2.0

VERSION = "SELECT value, 0 FROM revision WHERE id = 1"
# Everything received is replayed, and more is coming: not behind at all, however quiet the city.
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


class Replica:
    """One server that follows the primary; its address must not lead to several."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        is_postgresql = engine.dialect.name == "postgresql"
        self.question = text(VERSION_AND_LAG if is_postgresql else VERSION)
        self.not_before = 0.0
        self.away_since: float | None = None
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
        """What to go by while the primary is away; None when that has lasted too long."""
        now = time.monotonic()
        if self.away_since is None:
            self.away_since = now
        found = self._ask() if now - self.away_since < STAND_IN_SECONDS else None
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
