"""A real Chromium on a phone: every kind of concern, at every protection, with and without script."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab

from tests.complaints.conftest import DEMAND, FACTS, TOWN
from tests.site.conftest import Site

PHONE = {"width": 360, "height": 740}
WHO = {"name": "赵小满", "contact": "0554-1234567", "business": "虚构县小满粮油店"}
HERE = [
    ("concern", "service", "named"),
    ("concern", "service", "confidential"),
    ("concern", "service", "anonymous"),
    ("default", "works", "named"),
    ("default", "works", "confidential"),
    ("question", "shop", "anonymous"),
]

pytestmark = pytest.mark.limit(60)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def tab(request: Any, chromium: Chromium, site: Site) -> Iterator[Tab]:
    context = chromium.new_context(
        viewport=PHONE, java_script_enabled=request.param, base_url=site.url
    )
    yield context.new_page()
    context.close()


def go_on(tab: Tab, onward: str) -> None:
    tab.click("main form button[type=submit] >> nth=0")
    tab.wait_for_url(onward)


def begin(tab: Tab, kind: str, onward: str) -> None:
    """Ten a minute may begin from one address; whoever comes next waits and tries again."""
    for _ in range(8):
        tab.goto(f"/complaints/new?kind={kind}")
        with tab.expect_navigation():
            tab.click("main form button[type=submit] >> nth=0")
        if "/drafts/" in tab.url:
            break
        tab.wait_for_timeout(10_000)
    tab.wait_for_url(onward)


def choose(tab: Tab, name: str, value: str) -> None:
    tab.locator(f"main [name={name}][value={value}]").check(force=True)


def tell(tab: Tab) -> None:
    tab.fill("[name=facts]", FACTS)
    tab.fill("[name=demand]", DEMAND)


def send(tab: Tab) -> tuple[str, str]:
    """Check, promise and send; the number and the code."""
    tab.locator("main [name=promised]").check(force=True)
    tab.click("main form:has([name=promised]) button[type=submit]")
    tab.wait_for_selector("main .panel-number")
    number, code = tab.locator("main .panel-number").all_inner_texts()[:2]
    return number, code


def track(tab: Tab, number: str, code: str) -> None:
    tab.context.clear_cookies()
    tab.goto("/track")
    tab.fill("[name=reference]", number)
    tab.fill("[name=code]", code)
    tab.click("main form button[type=submit] >> nth=0")
    tab.wait_for_url("**/cases/**")


@pytest.mark.parametrize(("kind", "matter", "level"), HERE)
def test_what_is_worked_on_here_is_sent_and_followed(
    tab: Tab, kind: str, matter: str, level: str
) -> None:
    begin(tab, kind, "**/where")
    choose(tab, "matter", matter)
    if kind == "default":
        tab.select_option("[name=about]", "tianjiaan-district")
    else:
        tab.select_option("[name=area]", TOWN)
    go_on(tab, "**/protection")
    choose(tab, "protection", level)
    if level != "anonymous":
        for name, value in WHO.items():
            tab.fill(f"[name={name}]", value)
    go_on(tab, "**/facts")
    tell(tab)
    if kind == "default":
        tab.fill("[name=contract]", "虚构路改造合同")
        for name, value in (("breach", "unpaid"), ("size", "small"), ("prior", "none")):
            choose(tab, name, value)
    go_on(tab, "**/files")
    tab.click("button[name=onward]")
    tab.wait_for_url("**/check")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    number, code = send(tab)
    track(tab, number, code)
    shown = tab.inner_text("main")
    assert DEMAND in shown
    assert WHO["contact"] not in shown


@pytest.mark.parametrize("kind", ["arrears", "consumer"])
def test_what_goes_elsewhere_is_taken_along_and_registered(tab: Tab, kind: str) -> None:
    begin(tab, kind, "**/facts")
    tell(tab)
    tab.fill("[name=other]", "虚构县某店")
    go_on(tab, "**/letter")
    assert FACTS in tab.inner_text("main")
    tab.click("main a:text-is('登记一份')")
    tab.wait_for_url("**/check")
    track(tab, *send(tab))
    assert FACTS in tab.inner_text("main")


def test_petitions_crime_and_discipline_are_shown_the_way(tab: Tab) -> None:
    tab.goto("/complaints/new?kind=petition")
    assert "12388" in tab.inner_text("main")
    assert tab.locator("main form").count() == 0
