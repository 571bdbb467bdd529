"""A passkey in a real Chromium with a virtual authenticator: made, used to sign in and confirm."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab

from portal.demo.rules.people import PASSWORD
from tests.site.conftest import Site

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """The authenticator of a window, and whether its owner lets it confirm."""

    def __init__(self, page: Tab) -> None:
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.id = made["authenticatorId"]

    def confirms(self, *, confirms: bool) -> None:
        about = {"authenticatorId": self.id, "isUserVerified": confirms}
        self.devtools.send("WebAuthn.setUserVerified", about)


@pytest.fixture
def tab(chromium: Chromium) -> Iterator[Tab]:
    """A window for one person."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def device(tab: Tab) -> Device:
    """What keeps the passkeys of that window."""
    return Device(tab)


def test_a_passkey_is_made_and_signs_in(site: Site, tab: Tab, device: Device) -> None:
    address = site.url.replace("127.0.0.1", "localhost")
    tab.goto(f"{address}/sign-in?next=/me/devices")
    tab.fill("#contact", "citizen@demo.example")
    tab.fill("#password", PASSWORD)
    tab.click("main form:not([data-passkey]) button")
    tab.wait_for_url(f"{address}/me/devices")
    tab.fill("#name", "我的手机")
    tab.click("form[data-passkey=create] button")
    tab.wait_for_selector("text=添加于")
    tab.fill("#name", "又一个")
    tab.click("form[data-passkey=create] button")
    tab.wait_for_selector("text=这台设备上已经有通行密钥")
    tab.click("form[action='/sign-out'] button")
    tab.wait_for_url(f"{address}/sign-out")
    device.confirms(confirms=False)
    tab.goto(f"{address}/sign-in")
    tab.click("form[data-passkey=get] button")
    tab.wait_for_selector("text=没有完成，可以再试一次")
    device.confirms(confirms=True)
    tab.goto(f"{address}/en/sign-in?next=/en/me/devices")
    tab.click("form[data-passkey=get] button")
    tab.wait_for_url(f"{address}/en/me/devices")
    assert "我的手机" in tab.inner_text("main")
    tab.goto(f"{address}/confirm?next=/me/messages")
    tab.click("form[data-passkey=get] button")
    tab.wait_for_url(f"{address}/me/messages")
    assert "添加" in tab.inner_text("main")


def test_without_script_the_page_offers_the_password_alone(site: Site) -> None:
    page = site.answer("/sign-in").text
    assert "data-passkey" not in page, "an address without a name keeps no passkeys"
