"""What machines are told of promises is what the register and the government's pages say."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from portal.bodies import service as bodies
from portal.commitments import service as commitments
from portal.commitments.models import Commitment
from portal.core import db
from portal.government import service as government
from portal.government.service import PromiseRow
from portal.opendata import service
from portal.opendata.service import promised
from portal.opendata.service.files import contents, make_files
from portal.web import filters
from tests.browser import Browser
from tests.commitments.conftest import Shop, make_shop
from tests.conftest import Clock

PROMISE = PromiseRow(
    body_slug="housing", kind="procurement", number="虚构采〔2026〕1号", title="虚构路灯采购",
    counterpart="虚构县光明电器有限公司", amount=Decimal("120000.50"), signed_on=date(2026, 3, 1),
    due_on=date(2026, 10, 1), state="performing", settled_on=None, note="分两批交付",
    source_unit="虚构市住建局",
)  # fmt: skip


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


def answer(browser: Browser, address: str) -> Any:
    return json.loads(browser.get(f"/api/v1{address}").source)


def check_commitment(browser: Browser, told: dict[str, Any]) -> None:
    """Every field stands on the page, written as the page writes it."""
    page = browser.get(f"/commitments/{told['number']}")
    words = page.main
    for name in ("number", "name", "matter", "decision", "sha256"):
        assert told[name] in words, name
    assert told["title"] in page.text
    assert not told["subject"] or told["subject"] in page.source
    assert commitments.KINDS[told["kind"]] in words
    look = commitments.STATES[told["state"]]
    assert look.word in words
    assert look.meaning in words
    assert bodies.names_by_slug()[told["body"]] in words
    for name in ("signed_on", "valid_until", "state_on"):
        assert not told[name] or filters.day(date.fromisoformat(told[name])) in words, name
    for sentence in (*told["clauses"], *told["consequences"]):
        assert sentence in words
    for duty, day in told["duties"]:
        assert duty in words
        assert filters.day(date.fromisoformat(day)) in words
    assert ("有异议" in words) == told["disputed"]
    assert f"/commitments/texts/{told['text']}?version={told['version']}" in page.source


@pytest.mark.parametrize("how", ["in force", "withdrawn", "broken", "disputed", "expired"])
def test_a_commitment_is_told_as_its_page_shows_it(
    browser: Browser, shop: Shop, clock: Clock, how: str
) -> None:
    number = str(shop.sign().number)
    clock.move(minutes=11)
    found = db.session.get_one(Commitment, shop_commitment(number))
    if how == "withdrawn":
        commitments.withdraw(found, shop.actor)
    elif how == "broken":
        found.state, found.state_on, found.decision = (
            "broken",
            date(2026, 11, 20),
            "标价与实收不符。",
        )
    elif how == "disputed":
        commitments.mark_disputed(number, disputed=True, actor="test")
    elif how == "expired":
        clock.move(days=800)
    db.session.commit()
    told = answer(browser, f"/commitments/{number}")
    check_commitment(browser, told)
    assert told in answer(browser, "/commitments")["commitments"]
    assert answer(browser, f"/subjects/{shop.subject.code}/commitments")["commitments"] == [told]
    assert (
        told
        in answer(browser, f"/commitments?state={told['state']}&kind={told['kind']}")["commitments"]
    )


def shop_commitment(number: str) -> int:
    found = commitments.public(number)
    assert found is not None
    return found.id


def test_what_is_not_in_the_register_is_not_told(
    browser: Browser, shop: Shop, clock: Clock
) -> None:
    number = str(shop.sign().number)
    browser.get(f"/api/v1/commitments/{number}", status=404)
    mine = commitments.mine(number, shop.actor)
    assert mine is not None
    commitments.withdraw(mine, shop.actor)
    db.session.commit()
    clock.move(minutes=11)
    browser.get(f"/api/v1/commitments/{number}", status=404)
    assert answer(browser, f"/subjects/{shop.subject.code}/commitments")["commitments"] == []


def test_the_register_is_told_in_pages(
    browser: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = [str(make_shop().sign().number) for _ in range(3)]
    clock.move(minutes=11)
    monkeypatch.setattr(promised, "PAGE_SIZE", 2)
    first = answer(browser, "/commitments")
    rest = answer(browser, f"/commitments?after={first['next']}")
    told = [each["number"] for each in (*first["commitments"], *rest["commitments"])]
    assert told == signed[::-1]
    assert rest["next"] is None


def test_the_government_is_told_as_its_pages_show_it(browser: Browser) -> None:
    late = PROMISE._replace(number="2", state="broken", due_on=None, amount=None)
    government.store([PROMISE, late], actor="test")
    government.confirm_default(
        bodies.unit_of("housing", "340403002"), "procurement", number="3", title="虚构工程款",
        actor="test",
    )  # fmt: skip
    db.session.commit()
    told = answer(browser, "/government/housing")["promises"]
    page = browser.get("/government/housing")
    assert {each["state"] for each in told} == {"late", "broken"}
    for each in told:
        words = page.words(f"//section[@id='p{each['id']}']")
        for name in ("title", "number", "counterpart", "note", "source_unit"):
            assert each[name] in words, name
        assert government.KINDS[each["kind"]] in words
        assert government.STATES[each["state"]] in words
        assert not each["amount"] or f"{Decimal(each['amount']):,}" in words
        assert not each["area"] or bodies.find_area(each["area"]).name in words
        for name in ("signed_on", "due_on", "settled_on"):
            day = each[name]
            assert not day or filters.day(date.fromisoformat(day)) in words, name
        assert ("有异议" in words) == each["disputed"]
    (standing,) = answer(browser, "/government")["bodies"]
    counts = [cell.text for cell in browser.get("/government/").all("//tbody//td")]
    assert [str(standing[state]) for state in government.STATES] == counts
    assert sum(standing[state] for state in government.STATES) == len(told)


def test_a_fictional_body_is_known_only_where_it_promised_something(browser: Browser) -> None:
    slug = "shunyuan-district"
    for address in (f"/government/{slug}", f"/api/v1/government/{slug}"):
        browser.get(address, status=404)
    assert slug not in {each["slug"] for each in answer(browser, "/bodies")["bodies"]}
    government.store([PROMISE._replace(body_slug=slug)], actor="test")
    db.session.commit()
    assert browser.get(f"/government/{slug}").heading == "舜原区人民政府（虚构）履约情况"
    assert browser.get(f"/en/government/{slug}").heading.count("(fictional)") == 1
    assert len(answer(browser, f"/government/{slug}")["promises"]) == 1
    assert slug in {each["slug"] for each in answer(browser, "/bodies")["bodies"]}


def test_promises_lie_in_the_daily_files(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promised, "CHUNK", 1)
    number = shop.sign().number
    second = make_shop().sign().number
    government.store([PROMISE], actor="test")
    clock.move(minutes=11)
    make_files()
    found = {
        name: [json.loads(line) for line in contents(f"{name}-1.jsonl")[1].decode().splitlines()]
        for name in ("commitments", "promises")
    }
    assert [each["number"] for each in found["commitments"]] == [second, number]
    assert [each["number"] for each in found["promises"]] == [PROMISE.number]
    assert service.commitment(str(number)) == found["commitments"][1]
