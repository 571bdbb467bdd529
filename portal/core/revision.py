"""The version of the public data: what the page cache is keyed by."""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import BigInteger, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, normalise_url, session
from portal.core.replica import impatient


class Revision(Base):
    """One row; its value grows with every change of what the public may see."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


NO_VERSION = -1
# A database that keeps askers waiting longer is left alone for as long again.
PATIENCE_SECONDS = 1.0
READ = "SELECT value FROM revision WHERE id = 1"


def bump() -> None:
    """Say, in the transaction that makes it so, that public data have changed."""
    session.execute(update(Revision).where(Revision.id == 1).values(value=Revision.value + 1))


def current() -> int:
    """The version that this transaction sees."""
    return session.scalars(select(Revision.value).where(Revision.id == 1)).one()


@dataclass(slots=True)
class _Known:
    """What one thread last read of a SQLite file."""

    cursor: sqlite3.Cursor
    data_version: tuple[int] | None = None
    value: int = -1


class Away(Exception):
    """The primary does not tell the version now, and has not for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RevisionReader:
    """Reads the committed version quickly, beside the request's transaction.

    SQLite tells a connection by `data_version` whether any other one has committed, for about
    two microseconds; PostgreSQL is asked for the row itself.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(normalise_url(url))
        self.local = threading.local()
        is_sqlite = self.url.get_backend_name() == "sqlite"
        # The committed version; -1 while the database has no such table yet.
        self.current: Callable[[], int] = self._sqlite if is_sqlite else self._postgresql
        self.not_before = 0.0
        self.away_since: float | None = None

    def _sqlite(self) -> int:
        known: _Known | None = self.local.__dict__.get("known")
        if known is None:
            connection = sqlite3.connect(self.url.database or "", isolation_level=None)
            connection.execute("PRAGMA busy_timeout = 10000")
            self.local.connection = connection
            known = self.local.known = _Known(connection.cursor())
        data_version = known.cursor.execute("PRAGMA data_version").fetchone()
        if data_version != known.data_version:
            known.value = self._read_sqlite(self.local.connection)
            known.data_version = data_version
        return known.value

    def _postgresql(self) -> int:
        """Read the row; a connection that was cut meanwhile is made anew, once. Raises Away."""
        import psycopg

        begun = time.monotonic()
        if begun < self.not_before:
            raise self._away(begun)
        try:
            try:
                version = self._ask_postgresql()
            except psycopg.OperationalError:
                version = self._ask_postgresql()
        except psycopg.OperationalError as error:
            taken = time.monotonic() - begun
            if taken > PATIENCE_SECONDS:
                self.not_before = begun + 2 * taken
            raise self._away(begun) from error
        self.away_since = None
        return version

    def _away(self, now: float) -> Away:
        if self.away_since is None:
            self.away_since = now
        return Away(now - self.away_since)

    def _ask_postgresql(self) -> int:
        # Imported here: it takes a third of a second, and SQLite has no use for it.
        import psycopg

        local = self.local
        if getattr(local, "connection", None) is None or local.connection.closed:
            address = self.url.set(drivername="postgresql")
            local.connection = impatient().connect(
                address.render_as_string(hide_password=False), autocommit=True, connect_timeout=2
            )
        try:
            return _value(local.connection.execute(READ).fetchone())
        except psycopg.errors.UndefinedTable:
            return NO_VERSION
        except psycopg.OperationalError:
            local.connection.close()
            raise

    @staticmethod
    def _read_sqlite(connection: sqlite3.Connection) -> int:
        try:
            return _value(connection.execute(READ).fetchone())
        except sqlite3.OperationalError:
            return NO_VERSION


def _value(row: tuple[int] | None) -> int:
    return int(row[0]) if row else NO_VERSION
