"""The page of punctuality, its charts, its events and the report of a month."""

from datetime import date
from pathlib import Path
from subprocess import run

import page as page_validation
import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.cases.rules.figures import LEAST
from portal.core import db, jobs, pdf
from portal.documents import service as documents
from portal.documents.models import Document
from portal.statistics import service
from portal.statistics.rules import bar, is_month, is_over, month_in_words
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
    assert ("November 2026" if prefix else "2026年11月") in month.heading
    assert browser.client.get_cookie("session") is None
    browser.get(f"{prefix}/punctuality/2026-13", status=404)


@pytest.fixture
def over(board: None, clock: Clock) -> None:
    """The month of the board is over, and the night has passed."""
    clock.set(date(2026, 12, 1))
    jobs._handlers["statistics.publish"]()
    db.session.commit()
    jobs.run_due()


WORDS = {
    "": ("新淮街道", "2026年11月各单位办理情况"),
    "/en": ("Xinhuai Subdistrict", "How punctual each unit is: November 2026"),
}


@pytest.mark.limit(30)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_report_of_a_month_says_the_same_and_is_sealed(
    over: None, browser: Browser, tmp_path: Path, prefix: str
) -> None:
    page = browser.get(f"{prefix}/punctuality/2026-11")
    cells = ["".join(cell.itertext()) for cell in page.all("//table//tbody/tr/td")]
    (address,) = (link for link in page.links("//main//a").values() if link.endswith(".pdf"))
    data = browser.get(address).response.get_data()
    file = tmp_path / "report.pdf"
    file.write_bytes(data)
    for profile in (page_validation.ValidationProfile.PDF_A_3A,
                    page_validation.ValidationProfile.PDF_UA_1):  # fmt: skip
        assert page_validation.validate_pdf(file, profile=profile).is_compliant
    told = run(["pdftotext", str(file), "-"], capture_output=True, check=True)
    printed = "".join(told.stdout.decode().split())
    # A cell may be printed on two lines, with its neighbours between them.
    for word in " ".join((*WORDS[prefix], *cells)).split():
        assert word in printed
    answer = documents.verify_file(data)
    assert (answer.genuine, answer.unchanged, answer.standing) == ("yes", "yes", "in_force")
    assert pdf.attached(data)["units"][0]["received"] == LEAST


@pytest.mark.limit(30)
def test_what_was_sealed_stays_and_is_not_issued_again(
    over: None, browser: Browser, clock: Clock
) -> None:
    before = {language: service.report("2026-11", language).sha256 for language in service.TITLES}
    assert len(set(before.values())) == 2
    clock.set(date(2027, 11, 10))  # only the end of that month is in the last year
    jobs._handlers["statistics.publish"]()
    jobs.run_due()
    after = {language: service.report("2026-11", language).sha256 for language in service.TITLES}
    assert after == before
    titles = [
        title.format(month=month_in_words("2026-11", language))
        for language, title in service.TITLES.items()
    ]
    query = select(func.count(Document.id)).where(Document.title.in_(titles))
    assert db.session.scalar(query) == 2


@pytest.mark.limit(20)
def test_a_month_that_goes_on_has_no_report_yet(board: None, browser: Browser) -> None:
    page = browser.get("/punctuality")
    assert "/punctuality/2026-11" in page.links("//main//a").values()
    browser.get("/punctuality/2026-11.pdf", status=404)
    browser.get("/punctuality/x.pdf", status=404)


@pytest.mark.parametrize(("month", "day", "expected"), [
    ("2026-11", date(2026, 11, 30), False), ("2026-11", date(2026, 12, 1), True),
    ("2026-12", date(2027, 1, 1), True), ("2027-01", date(2026, 12, 31), False),
])  # fmt: skip
def test_a_month_is_over_with_the_first_of_the_next(month: str, day: date, expected: bool) -> None:
    assert is_over(month, day) is expected


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
