"""The written pages, in both languages, and the terms they are counted by."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from portal.cases.models import PublishedEvent
from portal.core import content, db, terms
from portal.pages import service
from tests.browser import Browser
from tests.conftest import Clock

ROOT = Path(__file__).resolve().parents[2]

PAGES = [
    "/",
    "/services",
    "/news/",
    "/glossary",
    "/help/",
    "/about",
    "/privacy",
    "/accessibility",
    "/terms",
    "/about/components",
]
# These ask who you are first, or keep a session for a form.
ERRANDS = {
    root + address
    for root in ("", "/en")
    for address in ("/me/", "/reports/", "/objections/new", "/repair/", "/sign-up")
}
HELP = [f"/help/{name}" for name in service.HELP]


@pytest.mark.parametrize("root", ["", "/en"])
@pytest.mark.parametrize("address", [*PAGES, *HELP])
def test_a_page_about_the_site_is_there_in_both_languages(
    browser: Browser, root: str, address: str
) -> None:
    page = browser.get(root + address)
    for leads_to in page.links("//main//a").values():
        if leads_to.startswith("/") and "components" not in address:
            status = browser.client.get(leads_to).status_code
            assert status in ({200, 303} if leads_to in ERRANDS else {200}), leads_to


def test_every_written_page_exists_in_both_languages() -> None:
    names = {
        language: {str(path.relative_to(content.ROOT / language)) for path in
                   (content.ROOT / language).rglob("*.md")}
        for language in service.LANGUAGES
    }  # fmt: skip
    assert names["zh"] == names["en"]
    assert {f"help/{name}.md" for name in service.HELP} <= names["zh"]


def test_no_such_help_is_a_404(browser: Browser) -> None:
    browser.get("/help/nothing", status=404)
    assert service.article("nothing", "zh") is None


def test_terms_show_every_time_limit_with_its_basis(browser: Browser) -> None:
    words = browser.get("/terms").main
    for term in terms.load():
        assert term.zh in words
        assert term.basis in words
    assert "国家发展改革委令第36号《信用修复管理办法》" in words
    assert "待核对" in words


def test_the_period_in_force_comes_first() -> None:
    assert [each.instrument.key for each in service.periods()] == ["order-36", "order-58"]


def test_news_are_shown_from_their_day_until_they_are_over(browser: Browser, clock: Clock) -> None:
    clock.set(date(2026, 11, 19))
    assert "没有通知" in browser.get("/news/").main
    browser.get("/news/open-data", status=404)
    clock.set(date(2026, 11, 24))
    assert list(dict(service.news("zh"))) == ["open-data", "repair-order-36"]
    assert "成批下载" in browser.get("/").main
    browser.get("/news/open-data")
    clock.set(date(2027, 5, 24))
    assert list(dict(service.news("en"))) == []


def publish(day: date, count: int) -> None:
    """Some events of a day, as the night before would have published them."""
    for number in range(count):
        unit = ("data", "tax")[number % 2]
        db.session.add(PublishedEvent(day=day, unit=unit, kind="complaint", step="received"))
        met = day if number else day + timedelta(days=9)
        db.session.add(PublishedEvent(day=day, unit=unit, kind="complaint", step="clock",
                                      due_on=day + timedelta(days=5), met_on=met))  # fmt: skip
        db.session.add(
            PublishedEvent(day=day, unit=unit, kind="complaint", step="answered", days=3)
        )


def test_the_front_page_says_what_was_published_of_this_month(browser: Browser) -> None:
    assert "办理情况" not in browser.get("/").words("//main//h2")
    publish(date(2026, 10, 31), 30)
    assert "上月办理情况" in browser.get("/").main
    publish(date(2026, 11, 2), 12)
    assert "上月" not in browser.get("/").main
    main = browser.get("/").main
    assert "各单位收到，含转来的12件" in main
    assert "按期91%（12次）" in main
    assert "3个工作日（12件）" in main
    assert "91% (12)" in browser.get("/en/").main
    assert "/punctuality" in browser.get("/").links().values()


def test_too_few_cases_are_no_figures(browser: Browser) -> None:
    publish(date(2026, 9, 30), 40)
    publish(date(2026, 11, 2), 9)
    assert "办理情况" not in browser.get("/").words("//main//h2")


def test_a_figure_that_nothing_was_counted_for_is_left_out(browser: Browser) -> None:
    day = date(2026, 11, 2)
    for _number in range(10):
        db.session.add(PublishedEvent(day=day, unit="tax", kind="repair", step="received"))
    main = browser.get("/").main
    assert "10件" in main
    assert "按期" not in main


@pytest.mark.parametrize("language", service.LANGUAGES)
@pytest.mark.parametrize("name", service.HELP)
def test_a_help_page_shows_the_page_it_speaks_of(
    browser: Browser, name: str, language: str
) -> None:
    page = browser.get(f"{'/en' if language == 'en' else ''}/help/{name}")
    picture = page.one("//main//img")
    file = ROOT / f"static/images/help/{name}-{language}.webp"
    assert picture.get("src").startswith(f"/static/images/help/{name}-{language}.webp?v=")
    assert picture.get("loading") == "lazy"
    assert len(picture.get("alt")) > 12
    assert any("\u4e00" <= each <= "\u9fff" for each in picture.get("alt")) == (language == "zh")
    with Image.open(file) as opened:
        assert opened.size == tuple(2 * int(picture.get(side)) for side in ("width", "height"))
        assert int(picture.get("width")) == 360
    assert file.stat().st_size <= 40 * 1024
    with browser.client.get(picture.get("src")) as sent:
        assert sent.mimetype == "image/webp"


def test_only_our_own_pictures_are_shown() -> None:
    html = service.as_html("![x](https://evil.example/x.png) ![y](../../../etc/passwd) ![z](none)")
    assert "<img" not in html
    assert "evil" not in html
