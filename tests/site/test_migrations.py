"""The migrations and the models describe the same database, on SQLite and PostgreSQL."""

from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import select

from portal.core import db, revision
from portal.migrations import alembic_config, upgrade
from tests.conftest import engine_of, let_go, make_app
from tests.databases import Server


def test_history_is_one_line() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert len(script.get_heads()) == 1
    assert [step for step in script.walk_revisions() if step.is_branch_point] == []


def test_models_and_migrations_agree(own_app: Flask) -> None:
    config = alembic_config()
    with engine_of(own_app).connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_migrating_twice_changes_nothing(own_app: Flask) -> None:
    before = db.session.scalar(select(revision.Revision.value))
    upgrade()
    assert db.session.scalar(select(revision.Revision.value)) == before


def test_an_empty_database_can_be_migrated(server: Server) -> None:
    app = make_app(server.new())
    upgrade()
    assert db.session.scalar(select(revision.Revision.value)) is not None
    let_go(app)
