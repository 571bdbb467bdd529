"""Writers of one SQLite file are served in the order in which they came."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.core import db
from portal.core.turns import Turns, lock


def test_who_came_first_is_served_first() -> None:
    turns, served, waiting = Turns(), [], []
    assert turns.take(1)
    for number in range(5):
        thread = threading.Thread(target=lambda n=number: _served(turns, served, n))
        thread.start()
        waiting.append(thread)
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    turns.leave()
    for thread in waiting:
        thread.join()
    assert served == [0, 1, 2, 3, 4]


def _served(turns: Turns, served: list[int], number: int) -> None:
    assert turns.take(5)
    served.append(number)
    turns.leave()


def test_whoever_waited_too_long_is_told_and_no_longer_waits() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.leave()
    assert turns.take(0.01)


def test_a_turn_that_comes_as_waiting_ends_is_taken() -> None:
    turns = Turns()
    assert turns.take(1)

    class Late(list[threading.Lock]):
        """A queue from which the ticket was just called."""

        def append(self, ticket: threading.Lock) -> None:
            assert ticket.locked()

    turns._waiting = Late()  # type: ignore[assignment]
    assert turns.take(0.01)


def test_a_second_writer_waits_and_a_reader_does_not(tmp_path: Path) -> None:
    engine = db.start(f"sqlite:///{tmp_path / 'a.sqlite'}")
    db.reads_only.set(False)
    with engine.begin() as first:
        first.execute(text("CREATE TABLE thing (name TEXT)"))
    order: list[str] = []

    def write() -> None:
        with engine.begin() as second:
            second.execute(text("INSERT INTO thing VALUES ('second')"))
            order.append("second")

    with engine.begin() as first:
        thread = threading.Thread(target=write)
        thread.start()
        token = db.reads_only.set(True)
        with engine.connect() as reader:
            assert reader.scalar(text("SELECT count(*) FROM thing")) == 0
        db.reads_only.reset(token)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    engine.dispose()


WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("writing", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@contextmanager
def another_process_writes(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun to write and goes on until a line is written to it."""
    command = [sys.executable, "-c", WRITER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_a_writer_waits_for_another_process_and_no_longer_than_that(tmp_path: Path) -> None:
    engine = db.start(f"sqlite:///{tmp_path / 'a.sqlite'}")
    db.reads_only.set(False)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (name TEXT)"))
    with another_process_writes(tmp_path / "a.sqlite") as other:
        begun: list[float] = []
        thread = threading.Thread(target=lambda: _write(engine, begun))
        thread.start()
        time.sleep(0.3)
        assert not begun
        ended = time.monotonic()
        other.communicate("\n")
        thread.join()
    assert begun[0] - ended < 1
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM thing")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == db.BUSY_TIMEOUT_MS
    engine.dispose()


def _write(engine: Any, begun: list[float]) -> None:
    with engine.begin() as connection:
        begun.append(time.monotonic())
        connection.execute(text("INSERT INTO thing VALUES ('mine')"))


def test_who_waited_too_long_is_told_that_the_database_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 100)
    engine = db.start(f"sqlite:///{tmp_path / 'a.sqlite'}")
    db.reads_only.set(False)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (name TEXT)"))
    with (
        another_process_writes(tmp_path / "a.sqlite"),
        pytest.raises(OperationalError, match="locked"),
    ):
        engine.connect().execute(text("INSERT INTO thing VALUES ('mine')"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO thing VALUES ('mine')"))
    engine.dispose()


def test_a_failure_that_waiting_does_not_mend_is_told_at_once(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)
    assert lock(connection, 60)
    assert not lock(connection, 60), "a transaction within a transaction"
    connection.close()
