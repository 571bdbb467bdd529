"""One archive of everything: the whole database at one instant, and every stored file."""

import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

from portal.core import storage
from portal.core.db import Base, session

MANIFEST = "manifest.json"
SQLITE_FILE = "database.sqlite"
TABLES = "tables/"
FILES = "files/"
# What the migrations say themselves.
NOT_COPIED = frozenset({"alembic_version"})


class Failed(Exception):
    """The archive could not be written or brought back; the message says what to do."""


@dataclass(frozen=True)
class Totals:
    """How much was written or brought back."""

    database: int
    files: int


def write(target: Path) -> Totals:
    """Write the archive; it appears under its name only when it is whole."""
    partial = target.with_name(target.name + ".partial")
    try:
        with tempfile.TemporaryDirectory() as folder, tarfile.open(partial, "w") as archive:
            sums = {}
            size = 0
            for path in _dump(Path(folder)):
                name = path.name if path.name == SQLITE_FILE else TABLES + path.name
                sums[name] = _sum_of(path)
                size += path.stat().st_size
                archive.add(path, name)
            for key in sorted(storage.keys()):
                _add(archive, FILES + key, storage.get(key))
                sums[FILES + key] = key
            told = {"kind": _kind(), "schema": _schema(), "sha256": sums}
            _add(archive, MANIFEST, json.dumps(told).encode())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Totals(size, sum(name.startswith(FILES) for name in sums))


def read(source: Path) -> Totals:
    """Bring an archive back into an empty database; nothing is touched when it is not whole."""
    if not _is_empty():
        raise Failed(
            "The database is not empty. Restoring only fills an empty one: "
            "choose another DATABASE_URL."
        )
    with tarfile.open(source) as archive:
        manifest = _checked(archive)
        names = list(manifest["sha256"])
        for name in names:
            if name.startswith(FILES):
                storage.put(_member(archive, name).read())
        load = _load_sqlite if manifest["kind"] == "sqlite" else _load_postgresql
        load(archive, [name for name in names if not name.startswith(FILES)])
        size = sum(archive.getmember(name).size for name in names if not name.startswith(FILES))
    return Totals(size, sum(name.startswith(FILES) for name in names))


def _is_empty() -> bool:
    """Whether there is nothing in the database that a restore would run over."""
    connection = session.connection()
    tables = inspect(connection).get_table_names()
    found = [
        connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()  # noqa: S608  # fixed
        for name in ("subject", "account", "document")
        if name in tables
    ]
    session.rollback()
    return not any(found)


def _url() -> URL:
    return session.get_bind().engine.url


def _kind() -> str:
    return _url().get_backend_name()


def _schema() -> str:
    """The revision of the schema; nothing for a database that was never migrated."""
    connection = session.connection()
    has_one = "alembic_version" in inspect(connection).get_table_names()
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_one else ""
    session.rollback()
    return found or ""


def _dump(folder: Path) -> Iterator[Path]:
    if _kind() == "sqlite":
        path = folder / SQLITE_FILE
        # A consistent copy while others write.
        with _sqlite(_url().database or "") as source, _sqlite(path) as copy:
            source.backup(copy)
        yield path
        return
    with _postgresql() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in _tables(connection):
            path = folder / table
            columns = _columns(connection, table)
            command = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), columns)
            with path.open("wb") as file, connection.cursor().copy(command) as copied:
                for chunk in copied:
                    file.write(chunk)
            yield path


def _load_sqlite(archive: tarfile.TarFile, names: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SQLITE_FILE
        path.write_bytes(_member(archive, names[0]).read())
        session.remove()
        with _sqlite(path) as copy, _sqlite(_url().database or "") as target:
            copy.backup(target)


def _load_postgresql(archive: tarfile.TarFile, names: Sequence[str]) -> None:
    session.remove()
    with _postgresql() as connection:
        tables = [name.removeprefix(TABLES) for name in names]
        emptied = sql.SQL(", ").join(map(sql.Identifier, tables))
        # What the empty database noted of itself gives way to the trail that comes back.
        connection.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(emptied))
        for table in tables:
            columns = _columns(connection, table)
            command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
            file = _member(archive, TABLES + table)
            with connection.cursor().copy(command) as copied:
                while chunk := file.read(1 << 20):
                    copied.write(chunk)
            _continue_numbers(connection, table)
        connection.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        connection.commit()


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Every table, each after those it refers to."""
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    names = [row[0] for row in rows if row[0] not in NOT_COPIED]
    return sorted(names, key=lambda name: order.get(name, -1))


def _columns(connection: psycopg.Connection[Any], table: str) -> sql.Composed:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(row[0]) for row in rows)


def _continue_numbers(connection: psycopg.Connection[Any], table: str) -> None:
    """New rows are numbered after those that came back."""
    found = connection.execute(
        "SELECT column_name, pg_get_serial_sequence(quote_ident(%s), column_name) "
        "FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = current_schema()",
        [table, table],
    )
    for column, sequence in found.fetchall():
        if sequence:
            connection.execute(
                sql.SQL("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}").format(
                    sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table)
                )
            )


@contextmanager
def _sqlite(path: Path | str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        yield connection


@contextmanager
def _postgresql() -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own, in one transaction; what fails leaves nothing behind."""
    url = _url().set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(url)) as connection:
        yield connection


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name) if name in archive.getnames() else None
    if found is None:
        raise Failed(f"The archive is not whole: {name} is missing.")
    return found


def _checked(archive: tarfile.TarFile) -> dict[str, Any]:
    """The manifest, after every part was compared with its checksum."""
    manifest: dict[str, Any] = json.loads(_member(archive, MANIFEST).read())
    if manifest["kind"] != _kind():
        raise Failed(
            f"The archive is of {manifest['kind']}; DATABASE_URL names another kind of database."
        )
    if manifest["kind"] == "postgresql" and manifest["schema"] != _schema():
        raise Failed(
            f"The archive has schema {manifest['schema']}. Run `portal migrate` of that version "
            "on the empty database first."
        )
    for name, expected in manifest["sha256"].items():
        if _sum(_member(archive, name)) != expected:
            raise Failed(f"The archive is damaged: {name} is not as it was written.")
    return manifest


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return _sum(file)


def _sum(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
