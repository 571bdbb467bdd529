"""Public pages are read on a replica only while it has what the primary has."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from portal.config import Config
from portal.core import db, replica, revision
from portal.core.replica import Replica, Seen
from tests.conftest import let_go, make_app
from tests.databases import Server
from tests.factories import make_subject

CODE = "92340499MAREPL001X"


@pytest.fixture
def city(server: Server, migrated: str) -> Iterator[Flask]:
    """A portal with one subject, and a copy of its database that calls the subject otherwise."""
    primary = server.new(like=migrated)
    app = make_app(primary)
    with app.app_context():
        make_subject(name="淮南市原本早点铺", code=CODE)
    let_go(app)
    copy = server.new(like=primary)
    app = make_app(primary, replica_url=copy, page_cache_bytes=Config.page_cache_bytes)
    on_the_copy("UPDATE subject SET name = '淮南市副本早点铺'")
    engine = copy_of_it().engine
    yield app
    let_go(app)
    engine.dispose()
    db.replica = None


@pytest.fixture
def client(city: Flask) -> FlaskClient:
    return city.test_client(use_cookies=False)


def on_the_copy(statement: str) -> None:
    with copy_of_it().engine.begin() as connection:
        connection.execute(text(statement))


def copy_of_it() -> Replica:
    assert db.replica
    return db.replica


def change(city: Flask) -> None:
    with city.app_context():
        revision.bump()
        db.session.commit()


def seen_on(client: FlaskClient, **headers: str) -> str:
    """Where the page was read: `原本` is the primary's name, `副本` the copy's."""
    page = client.get(f"/subjects/{CODE}", headers=headers)
    assert page.status_code == 200
    return "副本" if "副本早点铺" in page.text else "原本"


def test_a_public_page_is_read_on_the_replica(client: FlaskClient) -> None:
    assert seen_on(client) == "副本"
    assert copy_of_it().counts == {"used": 1}


def test_a_change_shows_at_once_though_the_replica_is_behind(
    city: Flask, client: FlaskClient
) -> None:
    assert seen_on(client) == "副本"
    change(city)
    assert seen_on(client) == "原本"
    assert copy_of_it().counts["behind"] == 1
    change(city)
    on_the_copy("UPDATE revision SET value = value + 2")
    assert seen_on(client) == "副本", "it has caught up"


def test_only_pages_for_everybody_are_read_there(city: Flask, client: FlaskClient) -> None:
    for address in ("/readyz", "/metrics", "/v/AAAAAAAAAAAAAAAA", "/sign-in", "/reports/shared/x"):
        client.get(address)
    client.post("/verify", data={"number": "1", "code": "2"})
    assert not copy_of_it().counts
    assert seen_on(client, Cookie="session=mine") == "原本"


def test_commands_and_jobs_read_the_primary(city: Flask) -> None:
    with city.app_context():
        name = db.session.execute(text("SELECT name FROM subject")).scalar_one()
    assert "原本" in name


def test_without_the_replica_the_primary_answers(
    city: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_of_it(), "engine", create_engine("sqlite:////nowhere/at/all.sqlite"))
    assert seen_on(client) == "原本"
    change(city)
    assert seen_on(client) == "原本"
    assert copy_of_it().counts == {"away": 2}
    assert copy_of_it().not_before > 0, "it is left alone for a moment"


def test_a_page_that_failed_there_is_read_on_the_primary(city: Flask, client: FlaskClient) -> None:
    city.config["PROPAGATE_EXCEPTIONS"] = False
    on_the_copy("DROP TABLE name_index")
    on_the_copy("ALTER TABLE subject RENAME TO lost")
    assert seen_on(client) == "原本"


@pytest.mark.parametrize(("lag", "answer"), [(0.0, "副本"), (60.0, "原本")])
def test_a_replica_long_without_news_is_behind(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, lag: float, answer: str
) -> None:
    monkeypatch.setattr(copy_of_it(), "question", text(f"SELECT value, {lag} FROM revision"))
    assert seen_on(client) == answer


def test_the_replica_stands_in_for_a_primary_that_is_away_and_not_for_ever(
    city: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = away(city, monkeypatch, seconds=9)
    monkeypatch.setattr(copy_of_it(), "question", text("SELECT value, 60.0 FROM revision"))
    assert seen_on(client) == "副本", "the time since the last news does not count then"
    away(city, monkeypatch, seconds=601)
    # Nobody can tell the version: the page is built, and not kept.
    for _time in range(2):
        assert "X-Request-Id" in client.get("/about").headers
    monkeypatch.setattr(city.wsgi_app, "current_revision", there)
    change(city)
    assert seen_on(client) == "原本"


def test_what_is_in_memory_is_shown_while_the_database_is_away(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own_app.test_client(use_cookies=False)
    there = away(own_app, monkeypatch, seconds=9)
    assert "X-Request-Id" in client.get("/about").headers, "nothing is known yet"
    monkeypatch.setattr(own_app.wsgi_app, "current_revision", there)
    client.get("/about")
    away(own_app, monkeypatch, seconds=9)
    assert "X-Request-Id" not in client.get("/about").headers
    away(own_app, monkeypatch, seconds=601)
    assert "X-Request-Id" in client.get("/about").headers


def away(app: Flask, monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> Any:
    """The primary does not answer; returns how it was asked before."""

    def gone() -> int:
        raise revision.Away(seconds)

    before = app.wsgi_app.current_revision  # type: ignore[attr-defined]
    monkeypatch.setattr(app.wsgi_app, "current_revision", gone)
    return before


def test_a_primary_that_refuses_is_away_and_one_that_keeps_silent_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = revision.RevisionReader("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(revision.Away):
        reader.current()
    assert reader.not_before == 0.0, "a refusal costs nothing; it is asked again"
    monkeypatch.setattr(revision, "PATIENCE_SECONDS", 0.0)
    for _time in range(2):
        with pytest.raises(revision.Away) as away:
            reader.current()
    assert reader.not_before > 0
    assert away.value.seconds > 0, "counted from the first time"


def test_a_server_that_keeps_silent_is_away_soon(
    city: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.is_sqlite():
        pytest.skip("a file does not keep silent")
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.3)
    late = text("SELECT value, 0 FROM revision, pg_sleep(20)")
    monkeypatch.setattr(copy_of_it(), "question", late)
    assert seen_on(client) == "原本"
    assert copy_of_it().counts == {"away": 1}


def test_a_replica_without_the_row_of_the_version_is_not_used(city: Flask) -> None:
    on_the_copy("DELETE FROM revision")
    assert not copy_of_it().serves(Seen(0))
