"""A report from sign-in to paper, with and without scripts; then a stranger verifies it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, TimeoutError

from portal.demo.rules.people import PASSWORD
from tests.site.conftest import Site
from tests.site.test_pages import faults, visitor

OWNERS = {True: "soup@demo.example", False: "agency@demo.example"}


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def owner(request: pytest.FixtureRequest, chromium: Chromium, site: Site) -> Iterator[Page]:
    """A phone on which an owner has signed in."""
    context = visitor(chromium, site, scripts=request.param)
    page = context.new_page()
    page.goto("/sign-in?next=/reports/")
    page.fill("[name=contact]", OWNERS[request.param])
    page.fill("[name=password]", PASSWORD)
    page.click("main button:text-is('登录')")
    page.wait_for_url("**/reports/")
    yield page
    context.close()


@pytest.mark.limit(90)
def test_a_report_is_made_read_downloaded_shared_and_verified(
    owner: Page, chromium: Chromium, site: Site, tmp_path: Path
) -> None:
    owner.click("text=生成报告")
    owner.click("text=企业上市合法合规信息核查报告")
    owner.select_option("[name=purpose]", "listing")
    owner.select_option("[name=recipient]", "exchange")
    owner.click("button:has-text('生成报告')")
    address = owner.url
    for _second in range(40):
        if owner.locator("text=下载PDF").count():
            break
        owner.wait_for_timeout(1000)
        if owner.locator("text=看看好了没有").count():
            # With scripts the page may have changed by itself in this moment.
            with suppress(TimeoutError):
                owner.click("text=看看好了没有", timeout=1000)
    with owner.expect_download() as waiting:
        owner.click("text=下载PDF")
    waiting.value.save_as(tmp_path / "report.pdf")
    owner.goto(address)
    owner.fill("[name=label]", "虚构交易所")
    owner.click("button:has-text('生成链接')")
    link = owner.locator("a[href*='/shared/']").get_attribute("href") or ""
    stranger = visitor(chromium, site, scripts=False)
    _verify(stranger, tmp_path / "report.pdf", link)
    stranger.close()
    owner.goto(address)
    assert "打开过1次" in owner.inner_text("main")
    owner.click("button:has-text('撤回链接')")
    assert "已撤回" in owner.inner_text("main")


def _verify(stranger: BrowserContext, file: Path, link: str) -> None:
    page = stranger.new_page()
    page.goto("/verify")
    page.set_input_files("[name=file]", file)
    page.click("button:has-text('核验文件')")
    said = page.inner_text("#result")
    for words in ("是本站签发的", "没有改动", "仍然有效"):
        assert words in said
    page.goto(link)
    page.click("button:has-text('打开报告')")
    assert "信息概览" in page.inner_text("main")
    assert [cookie["name"] for cookie in stranger.cookies()] in ([], ["view"])


def _faults(page: Page, address: str) -> Iterator[str]:
    """All that is wrong with a page, except that it keeps a session."""
    return (sentence for sentence in faults(page, address) if "cookie" not in sentence)


@pytest.mark.limit(120)
@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_of_reports_are_sound(chromium: Chromium, site: Site, language: str) -> None:
    context = visitor(chromium, site)
    page = context.new_page()
    page.goto("/sign-in?next=/reports/")
    page.fill("[name=contact]", "soup@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main button:text-is('登录')")
    page.wait_for_url("**/reports/")
    number = site.values(
        "SELECT number FROM document WHERE kind = 'special' AND account_id IS NOT NULL ORDER BY id"
    )[0]
    code = site.values(
        "SELECT code FROM subject WHERE id IN (SELECT subject_id FROM document WHERE kind = 'special') ORDER BY id"
    )[0]
    told = [
        f"{address}: {sentence}"
        for address in (
            "/reports/", "/reports/new", "/reports/new/general", "/reports/new/special",
            "/reports/new/statement", f"/reports/{number}", f"/reports/{number}/read",
            f"/reports/grants/{code}", "/verify",
        )
        for sentence in _faults(page, language + address)
    ]  # fmt: skip
    context.close()
    assert told == [], "\n" + "\n".join(told)
