"""What was backed up comes back: every row of every table, and every file."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from portal.core import backup, db, storage
from tests.conftest import FILES, engine_of, let_go, make_app
from tests.databases import Server
from tests.factories import make_account, make_listed, make_record


def everything(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, whatever its order."""
    engine = engine_of(app)
    with engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{table}"'))))
            for table in inspect(engine).get_table_names()
            if not table.startswith("name_index")  # an index of SQLite that cannot be read whole
        }


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["portal", *arguments])


@pytest.mark.limit(20)
def test_a_backup_comes_back_whole(
    own_app: Flask, server: Server, migrated: str, tmp_path: Path
) -> None:
    make_record(make_listed())
    make_account()
    key = storage.put("印章文件".encode())
    archive = tmp_path / "portal.tar"
    before = everything(own_app)
    written = run(own_app, "backup", str(archive))
    assert written.exit_code == 0, written.output
    added = everything(own_app)["audit_event"]
    assert len(added) == len(before["audit_event"]) + 1, "that it was made is an event, after it"
    fresh = make_app(server.new(like=migrated), storage_url=f"file://{tmp_path / 'files'}")
    try:
        result = run(fresh, "restore", str(archive))
        assert result.exit_code == 0, result.output
        assert everything(fresh) == before
        assert storage.get(key) == "印章文件".encode()
        assert fresh.test_client().get("/search?q=牛肉汤").status_code == 200
    finally:
        storage.start(f"file://{FILES / 'files'}")
        let_go(fresh)


def test_a_database_with_something_in_it_is_not_run_over(own_app: Flask, tmp_path: Path) -> None:
    make_listed()
    archive = tmp_path / "portal.tar"
    run(own_app, "backup", str(archive))
    result = run(own_app, "restore", str(archive))
    assert result.exit_code == 1
    assert "not empty" in result.output


def test_a_damaged_archive_changes_nothing(
    own_app: Flask, server: Server, migrated: str, tmp_path: Path
) -> None:
    make_listed()
    whole, damaged = tmp_path / "whole.tar", tmp_path / "damaged.tar"
    run(own_app, "backup", str(whole))
    with tarfile.open(whole) as archive:
        place = archive.getmembers()[0].offset_data + 5000
    data = bytearray(whole.read_bytes())
    data[place] ^= 1
    damaged.write_bytes(data)
    fresh = make_app(server.new(like=migrated))
    before = everything(fresh)
    result = run(fresh, "restore", str(damaged))
    assert result.exit_code == 1
    assert "damaged" in result.output
    assert everything(fresh) == before
    let_go(fresh)


def test_an_archive_of_another_kind_is_refused(own_app: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "other.tar"
    with tarfile.open(archive, "w") as made:
        backup._add(made, "manifest.json", b'{"kind": "oracle", "sha256": {}}')
    assert "another kind" in run(own_app, "restore", str(archive)).output
    with tarfile.open(archive, "w") as made:
        backup._add(made, "other", b"")
    assert "not whole" in run(own_app, "restore", str(archive)).output
    db.session.remove()
