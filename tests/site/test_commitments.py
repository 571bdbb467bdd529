"""A real Chromium on a phone: signing with a passkey and with a code, with and without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab

from portal.commitments import service
from portal.core import db, jobs
from portal.demo.rules.people import PASSWORD
from portal.documents import service as documents
from tests.browser import Browser
from tests.commitments.conftest import PARTY, make_shop
from tests.site.conftest import Site
from tests.site.test_passkeys import AUTHENTICATOR

PHONE = {"width": 360, "height": 740}
WAYS = [(True, ""), (True, "/en"), (False, ""), (False, "/en")]

pytestmark = pytest.mark.limit(90)


@pytest.fixture
def tab(chromium: Chromium) -> Iterator[Tab]:
    """A phone's window whose device keeps passkeys."""
    page = chromium.new_page(viewport=PHONE)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    page.close()


def enter(page: Tab, address: str, who: str, onward: str) -> None:
    page.goto(f"{address}/sign-in?next={onward}")
    page.fill("#contact", f"{who}@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main form:not([data-passkey]) button")
    page.wait_for_url(f"**{onward}")


def read_and_tick(page: Tab, **blanks: str) -> None:
    """From the first page to the third."""
    page.click("main form[action*='/commitments/sign/'] button")
    page.wait_for_url("**/clauses")
    for name, value in blanks.items():
        page.fill(f"[name=blank_{name}]", value)
    for box in page.query_selector_all("main input[type=checkbox]"):
        box.check(force=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("main form button")
    page.wait_for_url("**/sign")


def test_an_owner_signs_with_the_phones_own_key(site: Site, tab: Tab) -> None:
    address = site.url.replace("127.0.0.1", "localhost")
    enter(tab, address, "company", "/me/devices")
    tab.fill("#name", "我的手机")
    tab.click("form[data-passkey=create] button")
    tab.wait_for_selector("text=我的手机")
    tab.goto(f"{address}/commitments/sign/repair-truth")
    read_and_tick(tab, number="虚构罚〔2026〕9号")
    tab.fill("form[data-passkey=get] [name=signer]", "别的名字")
    tab.click("form[data-passkey=get] button")
    tab.wait_for_selector("#passkey-signer, .error-summary")
    tab.goto(tab.url.replace("/passkey", "/sign"))
    tab.fill("form[data-passkey=get] [name=signer]", "吴岫川")
    tab.click("form[data-passkey=get] button")
    tab.wait_for_url("**/commitments/mine/*")
    assert "通行密钥" in tab.inner_text("main")
    left = tab.inner_text("[data-until]")
    tab.wait_for_function("before => document.querySelector('[data-until]').innerText != before",
                          arg=left)  # fmt: skip
    tab.click("form[action$='/withdraw'] button")
    tab.wait_for_selector("text=已撤回")


@pytest.mark.parametrize(("has_script", "prefix"), WAYS)
def test_an_owner_signs_with_a_code(
    site: Site, chromium: Chromium, has_script: bool, prefix: str
) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=has_script)
    page = context.new_page()
    enter(page, site.url, "training", f"{prefix}/commitments/sign/signboard")
    read_and_tick(page, done_on=site.values("SELECT date('now', '+20 days')")[0])
    page.click("form[action$='/code'] button")
    code = page.inner_text("main strong.num")
    page.fill("form[action$='/sign'] [name=signer]", "周棠溪")
    page.fill("form[action$='/sign'] [name=one_time_code]", code)
    page.click("form[action$='/sign'] button")
    page.wait_for_url(f"**{prefix}/commitments/mine/*")
    assert page.locator(".panel-number").count() == 1
    page.click("form[action$='/withdraw'] button")
    page.wait_for_selector(".status .icon")
    assert page.locator("form[action$='/withdraw']").count() == 0
    context.close()


def test_the_page_kept_from_here_verifies_the_signer_without_a_network(
    browser: Browser, chromium: Chromium, tmp_path: Path
) -> None:
    shop = make_shop()
    phone, draft = shop.passkey(), shop.draft()
    answer = phone.sign(service.challenge(draft, shop.actor, PARTY))
    commitment = service.sign(
        draft, shop.actor, service.Confirmation(credential=answer, party=PARTY)
    )
    document_id = commitment.document_id
    db.session.commit()
    jobs.run_due()
    document = documents.by_id(document_id or 0)
    assert document is not None
    (tmp_path / "letter.pdf").write_bytes(documents.file(document))
    (tmp_path / "page.html").write_bytes(browser.client.get("/verify/offline.html").data)
    context = chromium.new_context(offline=True, viewport=PHONE)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.set_input_files("#file", tmp_path / "letter.pdf")
    page.locator("#file-answer", has_text="签名与附件里的文本相符").wait_for(timeout=5000)
    context.close()
