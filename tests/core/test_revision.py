"""The version of a SQLite file: noticed at once whoever commits, and no lock is lost by looking."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from portal.core.revision import NO_VERSION, RevisionReader

WRITE = "UPDATE revision SET value = value + 1"
OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE revision SET value = value + 1")
    connection.execute("COMMIT")
    print("done")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE revision (id INTEGER PRIMARY KEY, value INTEGER)")
        connection.execute("INSERT INTO revision VALUES (1, 0)")
        yield connection


@pytest.fixture
def reader(path: Path, writer: sqlite3.Connection) -> Iterator[RevisionReader]:
    reader = RevisionReader(f"sqlite:///{path}")
    yield reader
    writer.close()
    reader.close()


def elsewhere(path: Path) -> str:
    """What another process is told that wants to write."""
    command = [sys.executable, "-c", OTHER, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_every_commit_is_seen_at_once(writer: sqlite3.Connection, reader: RevisionReader) -> None:
    for expected in range(200):
        assert reader.current() == reader.current() == expected
        if expected == 100:
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writer.execute(WRITE)


def test_a_commit_of_another_process_is_seen_too(reader: RevisionReader, path: Path) -> None:
    assert reader.current() == 0
    assert elsewhere(path) == "done"
    assert reader.current() == 1


def test_what_is_not_committed_is_not_seen(
    writer: sqlite3.Connection, reader: RevisionReader
) -> None:
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(WRITE)
    assert reader.current() == 0
    writer.execute("ROLLBACK")
    assert reader.current() == 0


def test_looking_takes_no_lock_from_a_writer(
    writer: sqlite3.Connection, reader: RevisionReader, path: Path
) -> None:
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(WRITE)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: reader.current(), range(400))) == {0}
    assert elsewhere(path) == "database is locked"
    writer.execute("COMMIT")
    assert (elsewhere(path), reader.current()) == ("done", 2)


def test_threads_agree_while_somebody_writes(
    writer: sqlite3.Connection, reader: RevisionReader
) -> None:
    with ThreadPoolExecutor(4) as threads:
        for expected in range(1, 100):
            writer.execute(WRITE)
            assert set(threads.map(lambda _: reader.current(), range(4))) == {expected}


def test_the_table_may_come_later(path: Path) -> None:
    reader = RevisionReader(f"sqlite:///{path}")
    assert reader.current() == NO_VERSION
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE revision (id INTEGER PRIMARY KEY, value INTEGER)")
        assert reader.current() == NO_VERSION
        connection.execute("INSERT INTO revision VALUES (1, 7)")
    assert reader.current() == 7
    reader.close()


def test_a_database_in_memory_is_asked_every_time() -> None:
    reader = RevisionReader("sqlite://")
    assert reader.current() == reader.current() == NO_VERSION
    reader.close()


def test_a_reader_that_read_nothing_has_nothing_to_let_go(path: Path) -> None:
    RevisionReader(f"sqlite:///{path}").close()
    assert not path.exists()
