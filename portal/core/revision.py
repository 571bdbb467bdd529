"""The version of the public data: what the page cache is keyed by."""

import sqlite3
import threading

import psycopg
from sqlalchemy import BigInteger, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, normalise_url, session


class Revision(Base):
    """One row; its value grows with every change of what the public may see."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


READ = "SELECT value FROM revision WHERE id = 1"


def bump() -> None:
    """Say, in the transaction that makes it so, that public data have changed."""
    session.execute(update(Revision).where(Revision.id == 1).values(value=Revision.value + 1))


def current() -> int:
    """The version that this transaction sees."""
    return session.scalars(select(Revision.value).where(Revision.id == 1)).one()


class RevisionReader:
    """Reads the committed version quickly, beside the request's transaction.

    SQLite tells a connection by `data_version` whether any other one has committed, for about
    two microseconds; PostgreSQL is asked for the row itself.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(normalise_url(url))
        self.local = threading.local()

    def current(self) -> int:
        """The committed version; -1 while the database has no such table yet."""
        if self.url.get_backend_name() == "sqlite":
            return self._sqlite()
        return self._postgresql()

    def _sqlite(self) -> int:
        local = self.local
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(self.url.database or "", isolation_level=None)
            local.connection.execute("PRAGMA busy_timeout = 10000")
            local.data_version = None
        data_version = local.connection.execute("PRAGMA data_version").fetchone()
        if data_version != local.data_version:
            local.value = self._value(local.connection)
            local.data_version = data_version
        return int(local.value)

    def _postgresql(self) -> int:
        local = self.local
        if getattr(local, "connection", None) is None or local.connection.closed:
            address = self.url.set(drivername="postgresql")
            local.connection = psycopg.connect(
                address.render_as_string(hide_password=False), autocommit=True
            )
        try:
            return self._value(local.connection)
        except psycopg.OperationalError:
            local.connection.close()
            raise

    @staticmethod
    def _value(connection: "sqlite3.Connection | psycopg.Connection") -> int:
        try:
            row = connection.execute(READ).fetchone()
        except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            return -1
        return int(row[0]) if row else -1
