"""What a person finds under my credit, and that nobody else does."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, Representation
from portal.cases.service import By, drafts
from portal.core import audit, db
from portal.mine import service
from portal.scenarios import service as scenarios
from portal.scenarios.rules import grade
from tests.browser import Browser
from tests.factories import make_account, make_actor, make_listed, make_record, make_representative
from tests.repair.conftest import CLERK, Shop, act, make_shop
from tests.repair.test_routes import PREFIXES


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_waits_stands_first(shop: Shop, browser: Browser, prefix: str) -> None:
    make_listed(shop.subject)
    me = browser.sign_in(shop.owner)
    page = me.get(f"{prefix}/me/")
    assert page.all(f"//a[contains(@href, '/repair/{shop.record.id}/new')]")
    case = shop.sent()
    act(case, "return", by=CLERK, note="缺少凭证")
    page = me.get(f"{prefix}/me/")
    assert page.all(f"//a[contains(@href, '/cases/{case.reference}')]")
    me.get(f"{prefix}/me/cases")
    me.get(f"{prefix}/me/subjects/{shop.subject.code}")
    me.get(f"{prefix}/me/privacy")


def test_a_citizen_has_no_grade_and_is_told_how_to_claim(browser: Browser, app: Flask) -> None:
    page = browser.sign_in(make_account()).get("/me/")
    assert "现在没有要您办的事" in page.main
    assert "个人没有等级" in page.main
    browser.get("/me/cases")


def test_drafts_and_cases_under_way_are_found_again(shop: Shop, browser: Browser) -> None:
    drafts.begin("objection", "record:1", account_id=shop.owner.id)
    case = shop.sent()
    page = browser.sign_in(shop.owner).get("/me/")
    assert "接着填：异议申诉" in page.main
    assert case.shown_reference in page.main


def test_every_record_says_whether_the_public_sees_it(shop: Shop, browser: Browser) -> None:
    make_record(shop.subject, record_class="minor")
    page = browser.sign_in(shop.owner).get(f"/me/subjects/{shop.subject.code}")
    assert "轻微的记录原则上不公示" in page.main
    assert "公示中" in page.main
    reader = make_account()
    make_representative(reader, shop.subject, scopes=("read",))
    page = browser.signed_out().sign_in(reader).get(f"/me/subjects/{shop.subject.code}")
    assert not page.all("//a[contains(@href, '/repair/')]")


def test_the_owner_replies_to_the_grade(shop: Shop, browser: Browser) -> None:
    make_listed(shop.subject)
    me = browser.sign_in(shop.owner)
    page = me.get(f"/me/subjects/{shop.subject.code}")
    form = "//form[contains(@action, '/reply/beef-soup')]"
    me.submit(page, form=form, status=422)
    wrong = me.submit(page, form=form, status=422, text="请打13800000000")
    assert "请去掉后再保存" in wrong.main
    me.submit(page, form=form, text="已经换了新灶具")
    assert [each.text for each in scenarios.waiting_replies()] == ["已经换了新灶具"]
    assert "回复等审核" in me.get(f"/me/subjects/{shop.subject.code}").main
    assert "回复了信用等级" in me.get(f"/me/people/{shop.subject.code}").main


def test_a_reply_for_a_business_needs_its_scope(shop: Shop, browser: Browser) -> None:
    make_listed(shop.subject)
    stranger = browser.sign_in(make_account())
    stranger.get(f"/me/subjects/{shop.subject.code}", status=404)


def test_a_person_takes_the_own_data_away(shop: Shop, browser: Browser) -> None:
    shop.sent()
    me = browser.sign_in(shop.owner)
    page = me.get("/me/privacy")
    form = "//form[contains(@action, '/export')]"
    kept = me.post(
        "/me/privacy/export",
        {"csrf_token": page.one(form + "/input").get("value"), "form": "json"},
        status=200,
    )
    data = kept.response.get_json()
    assert data["account"]["name"] == shop.owner.name
    assert data["cases"][0]["events"][0]["step"] == "open"
    assert data["represents"][0]["code"] == shop.subject.code
    for prefix in PREFIXES:
        page = me.get(f"{prefix}/me/privacy")
        me.post(
            f"{prefix}/me/privacy/export",
            {"csrf_token": page.one(form + "/input").get("value"), "form": "page"},
            status=200,
        )
    assert db.session.scalars(
        select(audit.Event).where(audit.Event.action == "mine.export")
    ).first()


def test_an_account_is_closed_only_when_nothing_is_open(shop: Shop, browser: Browser) -> None:
    case = shop.sent()
    me = browser.sign_in(shop.owner)
    form = "//form[contains(@action, '/close')]"
    me.submit(me.get("/me/privacy"), form=form, status=422)
    open_ = me.submit(me.get("/me/privacy"), form=form, status=422, sure="y")
    assert "还有没办完的办件" in open_.main
    act(case, "withdraw", by=By("account:1", "applicant"))
    drafts.begin("objection", "record:1", account_id=shop.owner.id)
    me.submit(me.get("/me/privacy"), form=form, sure="y")
    account = db.session.get_one(Account, shop.owner.id)
    assert (account.name, account.phone) == ("已注销", None)
    assert (
        db.session.scalars(select(Representation).where(Representation.ended_at.is_(None))).all()
        == []
    )
    me.get("/me/", status=303)


def test_a_reply_for_anothers_business_is_not_found(shop: Shop) -> None:
    stranger = make_actor(make_account())
    with pytest.raises(LookupError):
        service.reply(shop.subject.code, "beef-soup", "已经整改", stranger)
    assert scenarios.waiting_replies() == []


def test_each_grade_of_a_business_is_computed_once_for_its_file(
    shop: Shop, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_listed(shop.subject)
    graded: list[str] = []

    def once(rule: Any, *arguments: Any) -> Any:
        graded.append(rule.slug)
        return grade(rule, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(scenarios, "grade", once)
        found = service.file_of(shop.subject.code, make_actor(shop.owner))
    assert found is not None
    assert [each.rule.slug for each in found.grades] == graded == ["beef-soup"]
    told = scenarios.explain(shop.subject.code, "beef-soup")
    assert told is not None
    assert replace(found.grades[0], subject=told.subject) == told
