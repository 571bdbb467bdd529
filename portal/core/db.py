"""The database: declarative base, the request's session, and what SQLite needs to behave."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache, partial
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker

from portal.core.prepared import prepared
from portal.core.replica import Replica, Seen, impatient
from portal.core.turns import Turns, lock

BUSY_TIMEOUT_MS = 10_000
CACHE_KB = 4_000

# Only a transaction that will write takes SQLite's write lock at its start.
reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)

# What this request reads with, while it only reads.
reading: ContextVar["Reading | None"] = ContextVar("reading", default=None)

# The copy for pages that all may read, if there is one.
replica: Replica | None = None


class Reading:
    """A request that reads: one cursor of the driver, and one view of the data.

    `seen` is what its answer must show at least, if a copy may answer; None: the primary alone.
    """

    def __init__(self, seen: Seen | None = None) -> None:
        self.seen = seen
        # What it asks, once it has asked anything.
        self.asked: Any = None
        self.dialect: Any = None
        self._bind: Any = None
        self._connection: Any = None

    @property
    def bind(self) -> Engine | Connection:
        """The database of this request; whether the copy may answer is asked once."""
        if self._bind is None:
            is_served = replica and self.seen is not None and replica.serves(self.seen)
            own = session.session_factory.kw["bind"]
            self._bind = replica.engine if replica and is_served else own
        return self._bind  # type: ignore[no-any-return]

    def cursor(self) -> Any:
        """A cursor of the driver, in a transaction that sees nothing of later ones."""
        bind = self.bind
        self.dialect = bind.dialect
        if isinstance(bind, Connection):
            # Somebody else's transaction, such as a test's, is read in and left alone.
            return bind.connection.cursor()
        if bind.dialect.name == "sqlite":
            self.asked = _readers.of(bind)
            self.asked.execute("BEGIN")
        else:
            self._connection = bind.raw_connection()
            self.asked = self._connection.cursor()
        return self.asked

    def end(self, *, is_broken: bool = False) -> None:
        """Give the connection back, or away when it is broken."""
        found, cursor = self._connection, self.asked
        self._connection = self.asked = None
        if found is not None:
            if is_broken:
                found.invalidate()
            found.close()
        elif is_broken:
            _readers.forget()
        elif cursor is not None:
            cursor.execute("COMMIT")


class _Readers(threading.local):
    """The cursor with which a thread reads a SQLite file, from one request to the next.

    To borrow a connection and give it back takes as long as two questions.
    """

    engine: Engine | None = None
    driver: Any = None
    cursor: Any = None

    def of(self, engine: Engine) -> Any:
        if self.engine is not engine:
            self.forget()
            borrowed = engine.raw_connection()
            self.engine, self.driver = engine, borrowed.driver_connection
            borrowed.detach()
            self.cursor = self.driver.cursor()
        return self.cursor

    def forget(self) -> None:
        if self.driver is not None:
            self.driver.close()
        self.engine = self.driver = self.cursor = None


_readers = _Readers()


class _Routed(Session):
    """Asks the copy what this request may ask it."""

    def get_bind(self, *given: Any, **named: Any) -> Engine | Connection:
        now = reading.get()
        if now is None or replica is None:
            return super().get_bind(*given, **named)
        return now.bind


session = scoped_session(sessionmaker(class_=_Routed, autoflush=True, expire_on_commit=False))

from_json = json.JSONDecoder().decode
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


def start(url: str, replica_url: str = "") -> Engine:
    """Make the engine for `url` and bind the session to it; one more for its copy."""
    global replica
    engine = _engine(url)
    replica = _replica(replica_url) if replica_url else None
    session.remove()
    session.configure(bind=engine)
    return engine


def _replica(url: str) -> Replica:
    engine = _engine(url)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connect_impatiently)
    return Replica(engine)


def _connect_impatiently(_dialect: Any, _record: Any, words: Any, named: Any) -> Any:
    return impatient().connect(*words, **named, connect_timeout=2)


def _engine(url: str) -> Engine:
    parsed = make_url(normalise_url(url))
    if parsed.get_backend_name() == "sqlite":
        pool: dict[str, Any] = {}
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # The connection that was given back last is lent next, with its temporary tables.
            pool = {"pool_use_lifo": True}
        engine = create_engine(parsed, json_serializer=to_json, json_deserializer=from_json, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        turns = Turns()
        event.listen(engine, "begin", partial(_begin_sqlite, turns))
        event.listen(engine, "checkin", partial(_leave_turn, turns))
    else:
        engine = create_engine(
            parsed,
            pool_size=4,
            max_overflow=4,
            pool_pre_ping=True,
            json_serializer=to_json,
        )
    return engine


def normalise_url(url: str) -> str:
    """`postgres://` and `postgresql://` both mean psycopg 3."""
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg{separator}{rest}"
    return url


def rows(statement: Executable, values: Mapping[str, object]) -> Sequence[Any]:
    """Rows of a `select()` of columns that a module made once, with the columns' names.

    The quick way for pages that all may read: the driver is asked itself.
    """
    now = reading.get()
    if now is None:
        return session.connection().execute(statement, values).all()
    try:
        cursor = now.asked or now.cursor()
        question = prepared(statement, now.dialect, values)
        found = cursor.execute(question.words, question.values(values)).fetchall()
    except now.bind.dialect.loaded_dbapi.Error:
        # SQLAlchemy asks once more with a good connection, or says in its own way what is wrong.
        now.end(is_broken=True)
        return session.connection().execute(statement, values).all()
    return question.told(found)


def quick(statement: str, values: Mapping[str, object]) -> list[Any]:
    """Rows as the driver gives them, for the few questions that are asked at every keystroke.

    Parameters are written `:name`; what a database needs beyond that is the caller's business.
    """
    now = reading.get()
    cursor: Any = (
        session.connection().connection.cursor() if now is None else (now.asked or now.cursor())
    )
    form = statement if is_sqlite() else _in_percent(statement)
    return list(cursor.execute(form, values).fetchall())


@lru_cache(maxsize=512)
def _in_percent(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)


def is_busy(error: DBAPIError) -> bool:
    """Whether somebody else had SQLite's turn to write for longer than anybody waits for it."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return bool(code & 0xFF == sqlite3.SQLITE_BUSY)


def changed(statement: Executable) -> int:
    """How many rows this UPDATE or DELETE met; of an INSERT PostgreSQL does not say.

    Of two who use the same thing up at once, the second meets none.
    """
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def is_sqlite() -> bool:
    """Whether the session talks to SQLite, as its copy then does too."""
    return session.session_factory.kw["bind"].dialect.name == "sqlite"  # type: ignore[no-any-return]


@contextmanager
def only_reading() -> Iterator[None]:
    """Transactions that begin in here write nothing that others see, and take nobody's turn."""
    before = reads_only.set(True)
    try:
        yield
    finally:
        reads_only.reset(before)


def begin_to_write() -> None:
    """Let what follows write: on SQLite in the next transaction, elsewhere in this one."""
    if is_sqlite():
        session.commit()


@contextmanager
def much_in_memory() -> Iterator[None]:
    """Keep more of an SQLite file in memory while very many rows are written to it."""
    if not is_sqlite():
        yield
        return
    connection = session.connection()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{16 * CACHE_KB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KB}")


def leave_to_the_parent() -> None:
    """In a copy of a process: let nothing here touch the connection, which is its parent's."""
    global _parents
    # Kept: without a reference Python would close the parent's connection.
    _parents = session.registry
    session.registry = _not_here  # type: ignore[assignment]


_parents: Any = None


def _not_here() -> Session:
    raise RuntimeError("a process beside another has no database")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # busy_timeout first: two starting workers otherwise die while both ask for WAL.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")


def _begin_sqlite(turns: Turns, connection: Connection) -> None:
    if reads_only.get():
        connection.exec_driver_sql("BEGIN")
        return
    # Nobody has the turn for long: when it does not come, SQLite says that it is busy.
    if not connection.info.get("has_turn"):
        connection.info["has_turn"] = turns.take(BUSY_TIMEOUT_MS / 1000)
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        # A deferred BEGIN loses concurrent read-then-write updates; see DECISIONS.md.
        if not lock(driver, BUSY_TIMEOUT_MS / 1000):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _leave_turn(turns: Turns, _connection: Any, record: Any) -> None:
    if record.info.pop("has_turn", False):
        turns.leave()
