"""Questions that the driver answers itself, compared with the same ones through SQLAlchemy."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    or_,
    select,
)
from sqlalchemy.exc import DatabaseError

from portal.core import db
from portal.core.db import UTCDateTime
from tests.conftest import engine_of

DAY = date(2026, 11, 29)
THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("day", Date),
    Column("at", UTCDateTime),
    Column("is_open", Boolean),
    Column("details", JSON),
)
ROWS = [
    {"id": 1, "name": "汤", "day": DAY, "at": datetime(2026, 11, 29, 12, tzinfo=UTC),
     "is_open": True, "details": [["用料", "牛肉"]]},
    {"id": 2, "name": "50%", "day": None, "at": None, "is_open": False, "details": {}},
    {"id": 3, "name": "it's", "day": date(2024, 2, 29), "at": datetime(2024, 2, 29, tzinfo=UTC),
     "is_open": None, "details": None},
]  # fmt: skip
EVERYTHING = select(*THINGS.c).order_by(THINGS.c.id)
SINCE = EVERYTHING.where(or_(THINGS.c.day.is_(None), THINGS.c.day >= bindparam("day")))
AMONG = EVERYTHING.where(
    THINGS.c.id.in_(bindparam("ids", expanding=True)),
    THINGS.c.day.in_(bindparam("days", expanding=True)),
)
NAMED = EVERYTHING.where(THINGS.c.name != "汤", THINGS.c.day > date(2020, 1, 1))
WHEN = EVERYTHING.where(THINGS.c.at == bindparam("at")).limit(bindparam("most"))


@pytest.fixture
def things(own_app: Flask) -> Iterator[Flask]:
    """A portal whose database has a table with a column of every type that pages read."""
    with engine_of(own_app).begin() as connection:
        THINGS.create(connection)
        connection.execute(THINGS.insert(), ROWS)
    yield own_app
    db.session.remove()
    db.reading.set(None)


def asked(statement: Any, values: dict[str, Any]) -> Sequence[Any]:
    """The rows as a reading request gets them."""
    now = db.Reading()
    db.reading.set(now)
    found = db.rows(statement, values)
    now.end()
    db.reading.set(None)
    return found


@pytest.mark.parametrize(
    ("statement", "values", "ids"),
    [
        (EVERYTHING, {}, [1, 2, 3]),
        (SINCE, {"day": DAY}, [1, 2]),
        (AMONG, {"ids": [1, 2, 3], "days": (DAY,)}, [1]),
        (AMONG, {"ids": [3, 1], "days": [DAY, date(2024, 2, 29)]}, [1, 3]),
        (AMONG, {"ids": [], "days": [DAY]}, []),
        (NAMED, {}, [3]),
        (WHEN, {"at": ROWS[0]["at"], "most": 5}, [1]),
    ],
)
def test_rows_are_the_same_as_through_sqlalchemy(
    things: Flask, statement: Any, values: dict[str, Any], ids: list[int]
) -> None:
    told = asked(statement, values)
    with engine_of(things).connect() as connection:
        expected = connection.execute(statement, values).all()
    assert [tuple(row) for row in told] == [tuple(row) for row in expected]
    assert [row.id for row in told] == ids


def test_columns_have_their_names(things: Flask) -> None:
    row = asked(EVERYTHING, {})[0]
    assert (row.name, row.day, row.is_open, row.details) == ("汤", DAY, True, [["用料", "牛肉"]])
    assert row.at == datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_one_request_sees_one_moment(things: Flask) -> None:
    """On SQLite; PostgreSQL reads each question as of its own moment, as it always did."""
    if not db.is_sqlite():
        pytest.skip("each question of PostgreSQL has a moment of its own")
    now = db.Reading()
    db.reading.set(now)
    assert len(db.rows(EVERYTHING, {})) == 3
    with engine_of(things).begin() as connection:
        connection.execute(THINGS.delete())
    assert len(db.rows(EVERYTHING, {})) == 3
    now.end()
    assert not asked(EVERYTHING, {})


def test_a_broken_connection_is_replaced_and_the_question_asked_again(things: Flask) -> None:
    now = db.Reading()
    db.reading.set(now)
    now.cursor().connection.close()
    assert len(db.rows(EVERYTHING, {})) == 3
    now.end()
    assert len(asked(EVERYTHING, {})) == 3


def test_a_thread_keeps_the_connection_it_reads_a_file_with(things: Flask, tmp_path: Path) -> None:
    """Until it reads another file; another thread has one of its own."""
    if not db.is_sqlite():
        pytest.skip("connections to PostgreSQL are lent by the pool")
    found = []

    def read() -> Any:
        now = db.Reading()
        connection = now.cursor().connection
        now.end()
        found.append(connection)
        return connection

    assert read() is read()
    assert not found[0].in_transaction
    other = threading.Thread(target=read)
    other.start()
    other.join()
    assert found[2] is not found[0]
    engine = engine_of(things)
    db.start(f"sqlite:///{tmp_path / 'other.sqlite'}")
    try:
        assert read() is not found[0]
        with pytest.raises(sqlite3.ProgrammingError):
            found[0].execute("SELECT 1")
    finally:
        db.session.configure(bind=engine)
    assert len(asked(EVERYTHING, {})) == 3


def test_a_wrong_question_is_told_as_sqlalchemy_tells_it(things: Flask) -> None:
    db.reading.set(db.Reading())
    with pytest.raises(DatabaseError):
        db.rows(select(Table("nowhere", MetaData(), Column("nothing", Integer)).c.nothing), {})
