"""The migrations and the models describe the same database, on SQLite and PostgreSQL."""

import ast
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import insert, select, text

from portal.core import db, revision
from portal.migrations import alembic_config, draft, upgrade
from portal.subjects import service as subjects
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service import register
from tests.conftest import engine_of, let_go, make_app
from tests.databases import Server

VERSIONS = Path(__file__).resolve().parents[2] / "portal" / "migrations" / "versions"
# What takes away or forbids something that the version before still does.
CONTRACTING = {
    "alter_column", "create_check_constraint", "create_foreign_key", "create_unique_constraint",
    "drop_column", "drop_table", "rename_table",
}  # fmt: skip
# A type that is only another name for one of the database's.
UNCHANGING = {"portal.core.db.UTCDateTime"}
NOW = datetime(2026, 11, 1, tzinfo=UTC)
# Written before anything was in production.
BEFORE_THE_FIRST_RELEASE = {"0009_lists_replies_and_agents.py"}


def contractions(source: str) -> list[str]:
    """What a migration does that an older version, still serving, would stumble over.

    A new column must be allowed to be empty, or have a default in the database.
    """
    upgrade = next(
        node for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )  # fmt: skip
    found = []
    for node in ast.walk(upgrade):
        name = node.func.attr if _is_method(node) else ""
        if name in CONTRACTING or (name == "add_column" and _is_needed(node)):
            found.append(name)
    return found


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _is_needed(added: ast.Call) -> bool:
    words = {
        word.arg: ast.unparse(word.value)
        for node in ast.walk(added) if isinstance(node, ast.Call) for word in node.keywords
    }  # fmt: skip
    return words.get("nullable") == "False" and "server_default" not in words


def test_migrations_only_expand_so_that_the_version_before_goes_on_serving() -> None:
    told = {
        path.name: found
        for path in VERSIONS.glob("0*.py")
        if (found := contractions(path.read_text()))
    }
    assert set(told) == BEFORE_THE_FIRST_RELEASE, told


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("op.drop_column('record', 'title')", ["drop_column"]),
        ("op.add_column('a', sa.Column('b', sa.Date(), nullable=False))", ["add_column"]),
        ("op.add_column('a', sa.Column('b', sa.Date()))", []),
        ("op.add_column('a', sa.Column('b', sa.Date(), nullable=False, server_default='x'))", []),
        ("op.create_table('a', sa.Column('b', sa.Date(), nullable=False))", []),
    ],
)
def test_what_an_older_version_stumbles_over_is_found(line: str, found: list[str]) -> None:
    assert contractions(f"def upgrade() -> None:\n    {line}\n") == found


def living(source: str) -> list[str]:
    """What a step takes from the portal of today, which may be another one tomorrow."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.split(".")[0] == "portal"]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "portal":
            found += [f"{node.module}.{name.name}" for name in node.names]
    return [name for name in found if name not in UNCHANGING]


def test_a_step_of_history_depends_on_nothing_that_changes_later() -> None:
    told = {
        path.name: found for path in VERSIONS.glob("0*.py") if (found := living(path.read_text()))
    }
    assert told == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from portal.records.models import Record", ["portal.records.models.Record"]),
        ("from portal.subjects import service", ["portal.subjects.service"]),
        ("import portal.records.rules", ["portal.records.rules"]),
        ("from portal.core.db import UTCDateTime", []),
        ("import sqlalchemy as sa", []),
    ],
)
def test_what_changes_later_is_found_in_a_step(line: str, found: list[str]) -> None:
    assert living(line) == found


def test_names_stored_before_they_were_cut_anew_are_found_afterwards(server: Server) -> None:
    app = make_app(server.new())
    with engine_of(app).connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        name = names.columns("虚构县李记牛肉汤馆")
        rank = register.static_rank("active", len(name.normalised), 1, 0)
        given = {"code": "92340499MADEM0011M", "kind": "individual_business", "updated_at": NOW}
        connection.execute(insert(Subject).values(id=1, name="虚构县李记牛肉汤馆", **given))
        connection.execute(
            insert(SubjectName).values(rank=rank, subject_id=1, kind="registered", text="虚构",
                                       **asdict(name))
        )  # fmt: skip
        connection.commit()
    upgrade()
    for query in ("虚", "李记", "牛肉汤馆", "xgxlj", "lijiniurou"):
        assert [hit.code for hit in subjects.search(query).hits] == [given["code"]], query
    narrowed = subjects.search("牛肉汤", kind="individual_business")
    assert [hit.code for hit in narrowed.hits] == [given["code"]]
    assert not subjects.search("牛肉汤", kind="enterprise").hits
    let_go(app)


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


def test_the_next_step_is_drafted_from_the_models(own_app: Flask, tmp_path: Path) -> None:
    with engine_of(own_app).begin() as connection:
        connection.execute(text("DROP TABLE month_report"))
    number = draft("Add the reports of months", tmp_path)
    source = (tmp_path / f"{number}_add_the_reports_of_months.py").read_text()
    newest = max(path.name[:4] for path in VERSIONS.glob("0*.py"))
    assert (int(number), f'down_revision = "{newest}"' in source.replace("'", '"')) == (
        int(newest) + 1,
        True,
    )
    assert "op.create_table('month_report'" in source
    compile(source, "draft", "exec")
