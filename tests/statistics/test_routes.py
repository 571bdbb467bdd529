"""The page of punctuality, its charts, its events and the report of a month."""

from pathlib import Path
from subprocess import run

import pytest
from flask import Flask

from portal.cases.rules.figures import LEAST
from portal.core import db, jobs
from portal.statistics.rules import bar, is_month
from tests.browser import Browser
from tests.cases.test_figures import a_sent
from tests.conftest import Clock
from tests.repair.test_routes import PREFIXES


@pytest.fixture
def board(app: Flask, clock: Clock) -> None:
    """Ten concerns of one unit, published the next night."""
    for number in range(LEAST):
        a_sent(number)
    clock.move(days=1)
    jobs._handlers["statistics.publish"]()
    db.session.commit()


@pytest.mark.limit(20)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_page_shows_units_with_enough_cases(board: None, browser: Browser, prefix: str) -> None:
    page = browser.get(f"{prefix}/punctuality")
    assert ("Xinhuai Subdistrict" if prefix else "新淮街道") in page.main
    assert len(page.all("//table//tbody/tr")) == 1
    assert len(page.all("//*[local-name()='svg'][@width='200']")) == 1
    month = browser.get(f"{prefix}/punctuality/2026-11")
    assert "2026-11" in month.heading
    assert browser.client.get_cookie("session") is None
    browser.get(f"{prefix}/punctuality/2026-13", status=404)


@pytest.mark.limit(20)
def test_the_report_of_a_month_says_the_same(board: None, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(browser.get("/punctuality/2026-11.pdf").response.get_data())
    told = run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    assert "新淮街道" in told.stdout.decode()
    browser.get("/punctuality/x.pdf", status=404)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_without_figures_the_page_says_so(app: Flask, browser: Browser, prefix: str) -> None:
    assert not browser.get(f"{prefix}/punctuality").all("//table")
    assert browser.get("/punctuality/events.csv").source.strip().endswith("mark")


def test_a_bar_is_as_long_as_its_share() -> None:
    assert [bar("a", 50, 100).length, bar("a", 3, 0).length, bar("a", 7, 7).length] == [100, 0, 200]


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-11", True), ("2026-13", False), ("2026-1", False), ("x", False), ("2026-11-01", False),
])  # fmt: skip
def test_a_month_is_a_year_and_a_month(text: str, expected: bool) -> None:
    assert is_month(text) is expected
