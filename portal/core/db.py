"""The database: declarative base, the request's session, and what SQLite needs to behave."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker

BUSY_TIMEOUT_MS = 10_000

# Only a transaction that will write takes SQLite's write lock at its start.
reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)

session = scoped_session(sessionmaker(autoflush=True, expire_on_commit=False))

to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

BigId = BigInteger().with_variant(Integer(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware out, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime}


def start(url: str) -> Engine:
    """Make the engine for `url` and bind the session to it."""
    parsed = make_url(normalise_url(url))
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, json_serializer=to_json)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            parsed, pool_size=4, max_overflow=4, pool_pre_ping=True, json_serializer=to_json
        )
    session.remove()
    session.configure(bind=engine)
    return engine


def normalise_url(url: str) -> str:
    """`postgres://` and `postgresql://` both mean psycopg 3."""
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg{separator}{rest}"
    return url


def rows(statement: Executable, values: Mapping[str, object]) -> Sequence[Any]:
    """Plain rows of a prepared `select()` of columns: the quick way for pages that all may read."""
    return session.connection().execute(statement, values).all()


def quick(statement: str, values: Mapping[str, object]) -> list[Any]:
    """Rows as the driver gives them, for the few questions that are asked at every key.

    Parameters are written `:name`; what a database needs beyond that is the caller's business.
    """
    driver: Any = session.connection().connection.driver_connection
    form = statement if is_sqlite() else _in_percent(statement)
    return list(driver.execute(form, values).fetchall())


@lru_cache(maxsize=512)
def _in_percent(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)


def is_sqlite() -> bool:
    """Whether the session talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # busy_timeout first: two starting workers otherwise die while both ask for WAL.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA mmap_size = 268435456")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred BEGIN loses concurrent read-then-write updates; see DECISIONS.md.
    connection.exec_driver_sql("BEGIN" if reads_only.get() else "BEGIN IMMEDIATE")
