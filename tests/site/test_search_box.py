"""The search box in a real browser: suggestions, input methods, keyboard, followed links."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.site import checkers
from tests.site.conftest import Site


@pytest.fixture
def page(chromium: Chromium, site: Site) -> Iterator[Page]:
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    with checkers.watched(page) as told:
        yield page
    context.close()
    assert told == []


def asked(page: Page) -> list[str]:
    """The searches that the page sends from now on."""
    sent: list[str] = []
    page.on("request", lambda request: "/search" in request.url and sent.append(request.url))
    return sent


def test_typing_shows_suggestions_and_says_how_many(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("牛肉汤")
    expect(page.locator("#suggestions .hits li").first).to_be_visible()
    expect(page.locator("[data-suggest-status]")).to_contain_text("家")


def test_arrow_down_enters_the_suggestions_and_escape_leaves_them(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("searchbox")
    box.press_sequentially("牛肉")
    expect(page.locator("#suggestions a").first).to_be_visible()
    box.press("ArrowDown")
    expect(page.locator("#suggestions a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(page.locator("#suggestions a")).to_have_count(0)


def test_nothing_is_asked_or_sent_while_an_input_method_composes(page: Page) -> None:
    page.goto("/")
    sent = asked(page)
    page.get_by_role("searchbox").focus()
    devtools = page.context.new_cdp_session(page)
    for text in ("n", "niu", "niu rou"):
        devtools.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    assert sent == []
    assert page.url.endswith("/")
    devtools.send("Input.insertText", {"text": "牛肉"})
    expect(page.locator("#suggestions .hits li").first).to_be_visible()
    assert len(sent) == 1


def test_enter_sends_the_plain_form(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("牛肉汤")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))


def test_the_next_page_of_results_is_swapped_in_and_focused(page: Page) -> None:
    page.goto("/search?q=公司")
    first = page.locator(".hits li").first.inner_text()
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".results-count")).to_be_focused()
    assert page.locator(".hits li").first.inner_text() != first
    assert "page=2" in page.url
    page.go_back()
    expect(page.locator(".hits li").first).to_contain_text(first.split("\n")[0])
