"""The databases that are measured: fictional cities, made once into var/bench/ and used again."""

import os
import shutil
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from bench.servers import ROOT

DEFAULT_FOLDER = ROOT / "var" / "bench"
# A warm page of these is what a passer-by and a reader see most.
SHOPS = """
    SELECT subject.code, door_code.id
    FROM door_code JOIN subject ON subject.id = door_code.subject_id
    WHERE door_code.valid_until > date('now') AND door_code.revoked_on IS NULL
      AND door_code.replaced_by IS NULL AND subject.status = 'active'
      AND EXISTS (SELECT 1 FROM record WHERE record.subject_id = subject.id
                  AND record.public_from <= date('now') AND record.public_until IS NULL)
    ORDER BY door_code.id LIMIT 2000
"""


def folder() -> Path:
    """Where cities are kept; BENCH_FOLDER names another place."""
    return Path(os.environ.get("BENCH_FOLDER") or DEFAULT_FOLDER)


@cache
def city(subjects: int) -> Path:
    """The SQLite file of a fictional city of this size, as a worker leaves it."""
    path = folder() / f"city-{subjects}.sqlite"
    if path.exists() and rows(path, "SELECT version_num FROM alembic_version") != [(head(),)]:
        print(f"bringing {path} to the current schema", flush=True)
        flask(url(path), "migrate")
    if not path.exists():
        print(f"making a city of {subjects:,} subjects in {path}", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        _remove(unfinished)
        migrate(url(unfinished))
        flask(url(unfinished), "demo", "--subjects", str(subjects))
        with sqlite3.connect(unfinished) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        unfinished.rename(path)
        _remove(unfinished)
    renew_parts(url(path))
    return path


def copy(path: Path, folder: Path) -> Path:
    """A copy that a benchmark may write to."""
    target = folder / path.name
    with sqlite3.connect(path) as source, sqlite3.connect(target) as connection:
        source.backup(connection)
    source.close()
    connection.close()
    return target


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def flask(database_url: str, *arguments: str) -> None:
    """An operator's command on that database."""
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "portal", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def migrate(database_url: str) -> Any:
    """The portal's schema in an empty database, made in this process; returns the portal."""
    app = portal(database_url)
    result = app.test_cli_runner().invoke(args=["portal", "migrate"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return app


def head() -> str:
    """The newest step of the schema's history."""
    from alembic.script import ScriptDirectory

    from portal.migrations import alembic_config

    return ScriptDirectory.from_config(alembic_config()).get_heads()[0]


def let_go() -> None:
    """End this process's session and close its connections."""
    from portal.core import db

    engine = db.session.get_bind().engine
    db.session.remove()
    engine.dispose()


def renew_parts(database_url: str) -> None:
    """What a worker does on its rounds: gather frequent parts, merge what was stored."""
    from portal.core import db
    from portal.subjects.service import frequent, merging

    db.start(database_url)
    # Parts that answered pages in this process left the session reading.
    db.reads_only.set(False)
    frequent.renew()
    while merging.merge():
        db.session.commit()
    let_go()


def shops(path: Path) -> list[tuple[str, str]]:
    """Codes of shops in existence with records, and the codes on their doors."""
    return rows(path, SHOPS)


def rows(path: Path, query: str) -> list[Any]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def has(program: str) -> bool:
    return shutil.which(program) is not None


def portal(database_url: str) -> Any:
    """A portal in this process, its page cache off."""
    from portal import create_app
    from portal.config import Config

    return create_app(Config(database_url=database_url, page_cache_bytes=0))
