"""What other tests stand on: the clock stands, a test forgets, makers make what pages show."""

import socket
import time
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core import clock as portal_clock
from portal.core import db
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from tests.browser import BadPage, Browser
from tests.conftest import Clock
from tests.factories import make_code, make_door_code, make_record, make_subject


def test_the_clock_stands_until_it_is_moved(clock: Clock) -> None:
    assert portal_clock.today() == date(2026, 11, 20)
    clock.move(days=1)
    assert portal_clock.today() == date(2026, 11, 21)
    clock.set(date(2026, 12, 31), hour=23, minute=59)
    clock.move(minutes=1)
    assert portal_clock.today() == date(2027, 1, 1)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_forgets_what_it_stored_even_if_it_commits(app: Flask, turn: int) -> None:
    assert db.session.scalar(select(func.count(Subject.id))) == 0
    make_subject()
    db.session.commit()
    assert db.session.scalar(select(func.count(Subject.id))) == 1


def test_what_a_test_made_is_on_the_page_in_both_languages(browser: Browser) -> None:
    shop = make_subject("示范区清泉牛肉汤馆")
    make_record(shop, title="食品经营许可证")
    for address in (f"/subjects/{shop.code}", f"/en/subjects/{shop.code}"):
        page = browser.get(address)
        assert "示范区清泉牛肉汤馆" in page.heading
        assert "食品经营许可证" in page.main
    assert shop.name in browser.get(f"/q/{make_door_code(shop)}").main


def test_made_codes_are_right(app: Flask) -> None:
    assert len({make_code() for _time in range(50)}) == 50
    assert subjects.public_row(make_code()) is None


def test_the_browser_refuses_a_page_with_a_fault(own_app: Flask) -> None:
    own_app.view_functions["pages.home"] = lambda: "<h1>Hallo</h1>"
    with pytest.raises((BadPage, AssertionError)):
        Browser(own_app).get("/")


def test_nothing_but_this_machine_is_reached() -> None:
    with socket.socket() as probe, pytest.raises(AssertionError, match="a test reached for"):
        probe.connect(("192.0.2.1", 80))


@pytest.mark.limit(0.05)
@pytest.mark.xfail(strict=True, reason="shows that a slow test fails")
def test_a_slow_test_fails() -> None:
    begun = time.process_time()
    while time.process_time() - begun < 0.1:
        pass
