"""The pages of owners and staff in a real browser: both languages, both modes, both widths."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from portal.demo.rules.people import PASSWORD, TOTP_SECRET
from tests.site.conftest import Site
from tests.site.test_pages import PREFIXES, faults, visitor

CASE = "SELECT reference FROM cases WHERE kind = '{}' AND state = '{}' LIMIT 1"


def sign_in(page: Page, person: str) -> None:
    page.goto("/sign-in?next=/me/messages")
    page.fill("[name=contact]", f"{person}@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main button:text-is('登录')")
    if "/second" in page.url:
        page.fill("main [name=one_time_code]", pyotp.TOTP(TOTP_SECRET).now())
        page.click("main form:has([name=one_time_code]) button[type=submit]")
    page.wait_for_url("**/me/messages")


def owner_pages(site: Site) -> Iterator[str]:
    yield from ("/me/", "/me/cases", "/me/privacy", "/me/messages", "/me/people", "/me/devices")
    yield from ("/me/claim", "/reports/", "/reports/new", "/objections/new")
    (code,) = site.values("SELECT code FROM subject JOIN cases ON subject_id = subject.id LIMIT 1")
    yield f"/me/subjects/{code}"
    for kind, state in (
        ("repair", "submitted"), ("repair", "returned"), ("repair", "refused"),
        ("objection", "accepted"), ("objection", "decided"),
    ):  # fmt: skip
        yield from (f"/cases/{each}" for each in site.values(CASE.format(kind, state)))
    for id_ in site.values("SELECT id FROM record WHERE number LIKE '虚构城管罚%' LIMIT 3"):
        yield f"/repair/{id_}/new"
        yield f"/objections/new?record={id_}"


def staff_pages(site: Site, person: str) -> Iterator[str]:
    yield "/desk/"
    if person == "office":
        yield "/desk/imports"
        for kind, state in (("objection", "submitted"), ("objection", "accepted")):
            yield from (f"/desk/cases/{each}" for each in site.values(CASE.format(kind, state)))
    elif person == "streets":
        for state in ("submitted", "accepted"):
            yield from (f"/desk/cases/{each}" for each in site.values(CASE.format("repair", state)))
    elif person == "publisher":
        yield "/desk/reviews"
    elif person == "admin":
        yield "/desk/staff"
    elif person == "auditor":
        yield from ("/desk/audit", "/desk/audit?check=1", "/desk/staff", "/desk/evidence")


def found(
    chromium: Chromium, site: Site, person: str, addresses: list[str], mode: str = "standard"
) -> list[str]:
    context = visitor(chromium, site, mode=mode)
    page = context.new_page()
    sign_in(page, person)
    told = [
        f"{prefix}{address}: {sentence}"
        for prefix in PREFIXES.values()
        for address in addresses
        for sentence in faults(page, prefix + address)
        # The one cookie that is there beside the mode is the session's.
        if "cookie" not in sentence
    ]
    context.close()
    return told


@pytest.mark.limit(240)
@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_pages_of_owners_are_sound(chromium: Chromium, site: Site, mode: str) -> None:
    told = found(chromium, site, "food", list(owner_pages(site)), mode)
    assert told == [], "\n" + "\n".join(told)


@pytest.mark.limit(240)
@pytest.mark.parametrize("person", ["county", "office", "streets", "publisher", "admin", "auditor"])
def test_pages_of_staff_are_sound(chromium: Chromium, site: Site, person: str) -> None:
    told = found(chromium, site, person, list(staff_pages(site, person)))
    assert told == [], "\n" + "\n".join(told)
