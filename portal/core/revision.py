"""The version of the public data: what the page cache is keyed by."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable

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
# The header of the index of the log.
HEADER_BYTES = 48
READ = "SELECT value FROM revision WHERE id = 1"


def bump() -> None:
    """Say, in the transaction that makes it so, that public data have changed."""
    session.execute(update(Revision).where(Revision.id == 1).values(value=Revision.value + 1))


def current() -> int:
    """The version that this transaction sees."""
    return session.scalars(select(Revision.value).where(Revision.id == 1)).one()


class Away(Exception):
    """The primary does not tell the version now, and has not for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RevisionReader:
    """Reads the committed version quickly, beside the request's transaction.

    A SQLite file is asked only when something was committed; PostgreSQL is asked for the row.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(normalise_url(url))
        self.local = threading.local()
        self.file: SQLiteFile | None = None
        # The committed version; -1 while the database has no such table yet.
        self.current: Callable[[], int] = self._postgresql
        if self.url.get_backend_name() == "sqlite":
            self.file = SQLiteFile(self.url.database or "")
            self.current = self.file.version
        self.not_before = 0.0
        self.away_since: float | None = None

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

    def close(self) -> None:
        """Let go of the database, when nothing else in this process uses it any more."""
        if self.file:
            self.file.close()
        if hasattr(self.local, "connection"):
            self.local.connection.close()


class SQLiteFile:
    """The version in a SQLite file, read anew when anybody has committed.

    Every commit changes the first 48 bytes of the index of the log, the file -shm; SQLite itself
    compares them to know whether what it has in memory is still true (sqlite.org/walformat.html).
    Looking there takes no lock and a fifth of the time of `PRAGMA data_version`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = None
        # Never closed while the file is in use: the system would drop every lock that this
        # process has on it, those of SQLite among them.
        self.index: int | None = None
        self.known: tuple[bytes, int] = (b"", NO_VERSION)

    def version(self) -> int:
        """The committed version."""
        index = self.index
        if index is not None:
            header, value = self.known
            if header == os.pread(index, HEADER_BYTES, 0):
                return value
        return self._read()

    def _read(self) -> int:
        with self.lock:
            if self.connection is None:
                self.connection = self._opened()
            # Looked at first: what is committed meanwhile is noticed next time.
            header = os.pread(self.index, HEADER_BYTES, 0) if self.index is not None else b""
            value = _read_row(self.connection)
            self.known = (header, value)
            return value

    def _opened(self) -> sqlite3.Connection:
        """A connection that stays, so that nobody takes the index away."""
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 10000")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode == "wal":
            _read_row(connection)
            (_number, _name, path) = connection.execute("PRAGMA database_list").fetchone()
            self.index = os.open(f"{path}-shm", os.O_RDONLY)
        return connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        if self.index is not None:
            os.close(self.index)
        self.connection = self.index = None


def _read_row(connection: sqlite3.Connection) -> int:
    try:
        return _value(connection.execute(READ).fetchone())
    except sqlite3.OperationalError:
        return NO_VERSION


def _value(row: tuple[int] | None) -> int:
    return int(row[0]) if row else NO_VERSION
