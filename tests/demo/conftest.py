"""A fictional city of 3,000 on each database, made once."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.core import clock as portal_clock
from tests.browser import Browser
from tests.conftest import Clock, let_go, make_app
from tests.databases import Server


@pytest.fixture(scope="session")
def city(server: Server, migrated: str) -> str:
    """The URL of a database that `portal demo` has filled; only to be read."""
    url = server.new(like=migrated)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal_clock, "source", Clock())
        app = make_app(url)
        result = app.test_cli_runner().invoke(args=["portal", "demo"])
        let_go(app)
    assert result.exit_code == 0, result.output
    return url


@pytest.fixture
def city_app(city: str) -> Iterator[Flask]:
    app = make_app(city)
    with app.app_context():
        yield app
    let_go(app)


@pytest.fixture
def visitor(city_app: Flask) -> Browser:
    return Browser(city_app)
