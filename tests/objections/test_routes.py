"""Objecting in five pages, and what its page says at the end."""

from typing import Any

import pytest
from flask import Flask

from portal.cases import service as cases
from portal.cases.rules import By
from portal.core import clock, db
from portal.objections.models import Objection
from portal.records import service as records
from tests.browser import Browser
from tests.core.test_uploads import a_picture
from tests.factories import make_account, make_representative, make_staff
from tests.objections.test_service import CLERK, REVIEWER, sent
from tests.repair.conftest import Shop, make_shop
from tests.repair.test_routes import PREFIXES, go_on, upload

PROMISE = "//form[.//input[@name='promised']]"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_owner_objects_in_five_pages(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.sign_in(shop.owner)
    page = me.get(f"{prefix}/objections/new?record={shop.record.id}")
    decided = "1 August 2026" if prefix else "2026年8月1日"
    assert decided in page.main
    page = me.follow(me.submit(page))
    assert decided in page.main
    assert "2026-08-01" not in page.main
    assert ("General" if prefix else "一般") in page.main
    empty = me.submit(page, status=422)
    assert len(empty.all("//ul[@class='error-list']/li")) == 3
    page = me.follow(me.submit(page, fields="title", ground="wrong", claimed="已公示"))
    page = me.follow(upload(me, page, ("决定书.jpg", a_picture())))
    assert "决定书.jpg" in page.main
    page = go_on(me, page, ("截图.png", a_picture(form="PNG")))
    assert "截图.png" in page.main
    assert "已公示" in page.main
    me.submit(page, form=PROMISE, status=422)
    page = me.follow(me.submit(page, form=PROMISE, promised="y"))
    assert page.all("//*[contains(@class, 'panel-number')]")
    assert "丢了找不回" not in page.main
    again = me.get(f"{prefix}/objections/new?record={shop.record.id}")
    assert again.all("//a[contains(@href, '/cases/')]")
    assert not again.all("//main//form")


def test_the_answer_stands_field_by_field(shop: Shop, browser: Browser) -> None:
    case_id = sent(shop).id
    decision = {"field": "title", "outcome": "corrected", "reason": "有笔误", "value": "已公示"}
    case = db.session.get_one(Objection, case_id)
    cases.act(case, "accept", by=CLERK)
    assert "有异议，正在核实" in browser.get(f"/subjects/{shop.subject.code}").main
    case = db.session.get_one(Objection, case_id)
    cases.act(case, "propose", by=CLERK, note="核对完成", decisions=[decision])
    me = browser.signed_out().sign_in(shop.owner)
    reference = case.reference
    assert "有笔误" not in me.get(f"/cases/{reference}").main
    case = db.session.get_one(Objection, case_id)
    cases.act(case, "decide", by=REVIEWER)
    for prefix in PREFIXES:
        assert "有笔误" in me.get(f"{prefix}/cases/{reference}").main
    page = browser.get(f"/subjects/{shop.subject.code}")
    assert "有异议" not in page.main
    assert "已公示" in page.main


def test_the_second_person_reads_what_was_proposed_and_the_applicant_does_not(
    shop: Shop, browser: Browser
) -> None:
    case_id = sent(shop).id
    decision = {"field": "title", "outcome": "corrected", "reason": "有笔误", "value": "已公示"}

    def act(step: str, by: By, note: str = "", **more: Any) -> None:
        cases.act(db.session.get_one(Objection, case_id), step, by=by, note=note, **more)

    reference = db.session.get_one(Objection, case_id).reference
    second = browser.signed_out().sign_in(make_staff("reviewer", body="development-reform"))
    me = browser.sign_in(shop.owner)
    act("accept", CLERK)
    act("propose", CLERK, "核对完成，予以更正", decisions=[decision])
    for prefix in PREFIXES:
        page = second.get(f"{prefix}/desk/cases/{reference}")
        assert "有笔误" in page.main
        assert ("take effect once" if prefix else "第二人同意以后才生效") in page.main
        assert "核对完成，予以更正" not in me.get(f"{prefix}/cases/{reference}").main
    act("send_back", REVIEWER, "请再核对日期")
    assert "核对完成，予以更正" not in me.get(f"/cases/{reference}").main
    act("propose", CLERK, "又核对了一遍", decisions=[decision])
    act("decide", REVIEWER)
    page = me.get(f"/cases/{reference}")
    assert "又核对了一遍" in page.words("//ol[@class='timeline']")
    assert "核对完成，予以更正" not in page.main


@pytest.mark.parametrize("query", ["?record=404", "?grade=x/beef-soup", "?commitment=x"])
def test_without_a_target_there_is_no_page(shop: Shop, browser: Browser, query: str) -> None:
    browser.sign_in(shop.owner).get(f"/objections/new{query}", status=404)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_whoever_does_not_act_for_a_business_reads_who_may_object_and_where_to_tell_of_an_error(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    address = f"{prefix}/objections/new?record={shop.record.id}"
    me = browser.sign_in(make_account())
    page = me.get(address, status=403)
    assert shop.record.title in page.main
    assert shop.record.authority in page.main
    assert "12345" in page.main
    links = page.links("//main//a").values()
    assert {f"{prefix}/me/claim", f"{prefix}/me/claim/invitation"} <= set(links)
    question = next(each for each in links if "kind=question" in each)
    assert shop.subject.name in me.get(question).main
    page = browser.signed_out().get(address, status=303)
    assert "/sign-in" in page.response.headers["Location"]


def test_who_may_only_look_is_told_what_the_authorisation_leaves_out(
    shop: Shop, browser: Browser
) -> None:
    agent = make_account()
    make_representative(agent, shop.subject, scopes=("read",))
    page = browser.sign_in(agent).get(f"/objections/new?record={shop.record.id}", status=403)
    assert "授权里没有“申请修复和异议”" in page.main
    assert "认领码" not in page.main


def test_a_stranger_learns_nothing_of_a_record_that_is_not_public(
    shop: Shop, browser: Browser
) -> None:
    records.repair(shop.record.id, on=clock.today(), actor="test")
    db.session.commit()
    address = f"/objections/new?record={shop.record.id}"
    browser.sign_in(make_account()).get(address, status=404)
    browser.signed_out().sign_in(shop.owner).get(address)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_person_objects_to_own_data(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.sign_in(shop.owner)
    page = me.follow(me.submit(me.get(f"{prefix}/objections/new?personal=1")))
    page = me.follow(me.submit(page, fields="name", ground="wrong", claimed="王大麦"))
    assert "王大麦" in go_on(me, page, ("户口簿.jpg", a_picture())).main


@pytest.mark.parametrize("prefix", PREFIXES)
def test_who_names_nothing_is_told_where_to_begin(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    page = browser.sign_in(shop.owner).get(f"{prefix}/objections/new")
    assert f"{prefix}/me/" in page.links("//main//a").values()
