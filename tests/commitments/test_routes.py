"""Signing in four pages, the register, keeping: as people walk it."""

import pytest

from portal.commitments.models import Commitment
from portal.core import db
from tests.browser import Browser, Page
from tests.commitments.conftest import SOUP, Shop, code_now

PREFIXES = ("", "/en")
FORM = "//main//form[.//input[@name='{}']]"


def to_sign_page(me: Browser, prefix: str = "", slug: str = SOUP) -> Page:
    page = me.get(f"{prefix}/commitments/sign/{slug}")
    page = me.follow(me.submit(page))
    ticks = dict.fromkeys(page.tree.xpath("//main//input[@type='checkbox']/@name"), "y")
    page = me.submit(page, blank_beef="40", blank_price="15", **ticks)
    return me.follow(page)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_owner_signs_in_four_pages(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.sign_in(shop.owner)
    page = to_sign_page(me, prefix)
    sent = me.submit(page, form=FORM.format("one_time_code"), signer=shop.owner.name,
                     one_time_code=code_now())  # fmt: skip
    receipt = me.follow(sent)
    assert receipt.all("//*[contains(@class, 'panel-number')]")
    assert receipt.all("//form[contains(@action, 'withdraw')]")
    commitment = db.session.query(Commitment).one()
    assert commitment.number in receipt.main
    assert commitment.means == "totp"
    again = me.submit(page, form=FORM.format("one_time_code"), signer=shop.owner.name,
                      one_time_code="000000")  # fmt: skip
    assert again.response.headers["Location"] == sent.response.headers["Location"]
