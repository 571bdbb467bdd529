"""What every test can ask for: a portal on both databases, a browser, a clock that stands still."""

import atexit
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import scoped_session

from portal import create_app
from portal.config import Config
from portal.core import clock as portal_clock
from portal.core import db
from tests.browser import Browser
from tests.databases import SERVERS, Server

# Processor seconds a test may take, by the name of its module or folder; others may take 60.
LIMITS = {"test_rules": 1.0, "test_service": 4.0, "test_routes": 8.0, "journeys": 15.0}
# A property is tried on a hundred examples.
HYPOTHESIS_FACTOR = 40
FILES = Path(tempfile.mkdtemp(prefix="portal-files-"))
atexit.register(shutil.rmtree, FILES, ignore_errors=True)
SECRET = "only for tests, and long enough to be accepted"


class Clock:
    """The portal's clock, standing still until a test moves it."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in the city, a Friday

    def __call__(self) -> datetime:
        return self.instant

    def set(self, day: date, hour: int = 10, minute: int = 0) -> None:
        """Make it `hour` o'clock of `day` in the city."""
        self.instant = datetime(
            day.year, day.month, day.day, hour, minute, tzinfo=portal_clock.CITY
        ).astimezone(UTC)

    def move(self, **how_far: float) -> None:
        """`move(days=1)`, `move(minutes=5)`."""
        self.instant += timedelta(**how_far)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Frozen at 10:00 on Friday 20 November 2026 in the city."""
    frozen = Clock()
    monkeypatch.setattr(portal_clock, "source", frozen)
    return frozen


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Makes databases; every test that needs one runs on SQLite and on PostgreSQL."""
    server = SERVERS[request.param]()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    """A database made by the real migrations; copy it, do not use it."""
    url = server.new()
    app = make_app(url)
    result = app.test_cli_runner().invoke(args=["portal", "migrate"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    let_go(app)
    return url


@pytest.fixture(scope="session")
def shared_app(server: Server, migrated: str) -> Iterator[Flask]:
    """The one portal that tests with savepoints share."""
    app = make_app(server.new(like=migrated))
    yield app
    let_go(app)


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """A portal whose database forgets everything at the end of the test."""
    connection = engine_of(shared_app).connect()
    transaction = connection.begin()
    db.session.remove()
    db.session.configure(bind=connection, join_transaction_mode="create_savepoint")
    yield shared_app
    db.session.remove()
    db.session.configure(bind=None, join_transaction_mode="conditional_savepoint")
    transaction.rollback()
    connection.close()


@pytest.fixture
def session(app: Flask) -> scoped_session[Any]:
    """The session that services use, inside the test's savepoint."""
    return db.session


@pytest.fixture
def browser(app: Flask) -> Browser:
    """An anonymous visitor; every page it fetches is inspected."""
    return Browser(app)


@pytest.fixture
def own_app(server: Server, migrated: str) -> Iterator[Flask]:
    """A portal on a database of its own that really commits, with the page cache on.

    For tests of commands, several connections, killed processes; `app` is quicker.
    """
    app = make_app(server.new(like=migrated), page_cache_bytes=Config.page_cache_bytes)
    yield app
    let_go(app)


def make_app(url: str, **settings: Any) -> Flask:
    """A portal for tests on the database at `url`."""
    app = create_app(
        Config(
            **{
                "database_url": url,
                "secret_key": SECRET,
                "qr_key": SECRET,
                "storage_url": f"file://{FILES / 'files'}",
                "seal_folder": FILES / "seal",
                "is_testing": True,
                "page_cache_bytes": 0,
                **settings,
            }
        )
    )
    app.extensions["test engine"] = db.session.get_bind()
    return app


def engine_of(app: Flask) -> Engine:
    """The engine that `make_app` started for `app`."""
    engine: Engine = app.extensions["test engine"]
    return engine


def let_go(app: Flask) -> None:
    """Close every connection that `app` holds."""
    db.session.remove()
    db.session.configure(bind=None)
    engine_of(app).dispose()
    app.wsgi_app.revision.close()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Nothing but this machine can be reached."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise AssertionError(f"a test reached for {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A slow test is a failed test, unless it is slow because coverage traces it."""
    begun = time.process_time()
    result = yield
    used = time.process_time() - begun
    allowed = limit_of(item)
    if used > allowed and sys.gettrace() is None:
        pytest.fail(f"took {used:.2f} s of processor time; allowed are {allowed} s", pytrace=False)
    return result


def limit_of(item: pytest.Item) -> float:
    mark = item.get_closest_marker("limit")
    if mark:
        return float(mark.args[0])
    path = item.path.as_posix()
    allowed = next((seconds for name, seconds in LIMITS.items() if name in path), 60.0)
    is_property = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    return allowed * (HYPOTHESIS_FACTOR if is_property else 1)
