"""Signing in and up, second factors, devices, and acting for a business, as a person does it."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import service
from portal.accounts.models import Account, ClaimConflict, SignInSession
from portal.accounts.rules import Contact
from portal.accounts.service.registering import hash_password
from portal.config import Site
from portal.core import db
from tests.browser import Browser, Page
from tests.conftest import Clock
from tests.factories import TODAY, make_account, make_actor, make_representative, make_subject

PASSWORD = "一碗牛肉汤再加两个烧饼"
PASSKEY_FORM = "//main//form[@data-passkey]"
FORM = "//main//form[not(@data-passkey) and .//input[@type!='hidden']]"


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_password(PASSWORD, ())


def make_known(hashed: str, kind: str = "individual") -> Account:
    if kind == "individual":
        return make_account(contact=Contact("email", "wang@example.com"), password_hash=hashed)
    account = service.add_staff(
        name="李公正", contact=Contact("email", "li@example.com"), password_hash=hashed,
        roles=("handler",),
    )  # fmt: skip
    db.session.commit()
    return account


def sign_in(browser: Browser, contact: str, password: str = PASSWORD, status: int = 303,
            address: str = "/sign-in") -> Page:  # fmt: skip
    return browser.submit(
        browser.get(address), form=FORM, status=status, contact=contact, password=password
    )


def shown_code(page: Page) -> str:
    return page.words("//main//strong")


@pytest.mark.parametrize("root", ["", "/en"])
def test_somebody_signs_up_and_is_signed_in(browser: Browser, root: str) -> None:
    page = browser.submit(
        browser.get(f"{root}/sign-up"), name="王小麦", contact="13900000001", password=PASSWORD,
        is_adult="y",
    )  # fmt: skip
    page = browser.follow(page)
    done = browser.submit(page, one_time_code=shown_code(page))
    assert done.response.headers["Location"] == f"{root}/me/"
    assert "王小麦" in browser.get(f"{root}/me/messages").text
    account = service.find_by_contact(Contact("sms", "13900000001"))
    assert account is not None
    assert (account.level, account.language) == (1, "en" if root else "zh")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"is_adult": None}, "满18周岁"),
        ({"password": "short"}, "至少用10个字符"),
        ({"password": "woaini1314520"}, "太多人在用"),
        ({"contact": "nobody"}, "手机号或邮箱"),
        ({"name": ""}, "请填写您的姓名"),
    ],
)
def test_a_sign_up_that_cannot_be_taken_says_what_to_do(
    browser: Browser, answers: dict[str, str], said: str
) -> None:
    given = {"name": "王小麦", "contact": "13900000001", "password": PASSWORD, "is_adult": "y"}
    given.update(answers)
    page = browser.get("/sign-up")
    sent = browser.submit(page, status=422, **{k: v for k, v in given.items() if v is not None})
    assert said in sent.main
    assert PASSWORD not in sent.source


def test_signing_up_does_not_tell_who_has_an_account(browser: Browser, hashed: str) -> None:
    make_known(hashed)
    page = browser.submit(
        browser.get("/sign-up"), name="别人", contact="wang@example.com", password=PASSWORD,
        is_adult="y",
    )  # fmt: skip
    page = browser.follow(page)
    assert shown_code(page) == ""
    browser.submit(page, status=422, one_time_code="123456")


def test_a_person_signs_in_and_goes_where_they_wanted(browser: Browser, hashed: str) -> None:
    make_known(hashed)
    assert "您填的内容在" not in browser.get("/sign-in?next=/me/people").main
    page = sign_in(browser, "wang@example.com", address="/sign-in?next=/me/people")
    assert page.response.headers["Location"] == "/me/people"
    assert "授权与代表" in browser.get("/me/people").heading


@pytest.mark.parametrize("minutes", [15, 60], ids=["asked to confirm", "session ended"])
def test_what_was_typed_is_there_after_signing_in_or_confirming(
    browser: Browser, hashed: str, clock: Clock, minutes: int
) -> None:
    browser.sign_in(make_known(hashed))
    page = browser.get("/me/claim")
    clock.move(minutes=minutes)
    page = browser.follow(browser.submit(page, code="91340400MA2HNXA137", one_time_code="secret"))
    proof = {"contact": "wang@example.com"} if minutes == 60 else {}
    assert ("您填的内容在" in page.main) == (minutes == 60)
    page = browser.follow(browser.submit(page, form=FORM, password=PASSWORD, **proof))
    assert page.one("//input[@name='code']").get("value") == "91340400MA2HNXA137"
    assert page.one("//input[@name='one_time_code']").get("value") in {None, ""}


def test_what_was_typed_outlasts_the_second_step(
    browser: Browser, hashed: str, clock: Clock
) -> None:
    staff = make_known(hashed, "staff")
    secret = service.new_totp_secret()
    service.set_totp(staff, secret, pyotp.TOTP(secret).at(clock()))
    browser.sign_in(staff)
    page = browser.get("/me/claim")
    clock.move(minutes=60)
    page = browser.follow(browser.submit(page, code="91340400MA2HNXA137"))
    page = browser.follow(
        browser.submit(page, form=FORM, contact="li@example.com", password=PASSWORD)
    )
    code = pyotp.TOTP(secret).at(clock())
    page = browser.follow(browser.submit(page, form=FORM, one_time_code=code))
    assert page.one("//input[@name='code']").get("value") == "91340400MA2HNXA137"


def test_nobody_is_sent_to_another_site(browser: Browser, hashed: str) -> None:
    make_known(hashed)
    page = sign_in(browser, "wang@example.com", address="/sign-in?next=//evil.example/")
    assert page.response.headers["Location"] == "/me/"


def test_a_wrong_password_and_an_unknown_account_read_the_same(
    browser: Browser, hashed: str
) -> None:
    make_known(hashed)
    wrong = sign_in(browser, "wang@example.com", "falsch-falsch", status=422)
    unknown = sign_in(browser, "niemand@example.com", "falsch-falsch", status=422)
    assert "没有对上" in wrong.main
    assert wrong.main == unknown.main


def test_what_is_no_contact_at_all_reads_the_same_too(browser: Browser) -> None:
    assert "没有对上" in sign_in(browser, "nobody", status=422).main


def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(
    browser: Browser, hashed: str, clock: Clock
) -> None:
    make_known(hashed)
    for _time in range(5):
        sign_in(browser, "wang@example.com", "falsch-falsch", status=422)
    assert "15分钟" in sign_in(browser, " WANG@example.com ", status=422).main
    clock.move(minutes=16)
    sign_in(browser, "wang@example.com")


def test_staff_set_up_a_second_factor_before_any_page(
    browser: Browser, hashed: str, clock: Clock
) -> None:
    make_known(hashed, "staff")
    page = sign_in(browser, "li@example.com")
    assert page.response.headers["Location"] == "/sign-in/enrol"
    assert browser.client.get("/me/devices").status_code == 303
    page = browser.get("/sign-in/enrol")
    secret = page.words("//main//code").replace(" ", "")
    browser.submit(page, status=422, one_time_code="000000")
    code = pyotp.TOTP(secret).at(clock())
    assert browser.submit(page, one_time_code=code).response.headers["Location"] == "/desk/"
    assert len(browser.get("/me/devices/recovery-codes").all("//main//code")) == 10
    browser.get("/me/devices/recovery-codes", status=303)
    other = browser.signed_out()
    page = other.follow(sign_in(other, "li@example.com"))
    other.submit(page, status=422, one_time_code=code)
    clock.move(seconds=30)
    other.submit(page, one_time_code=pyotp.TOTP(secret).at(clock()))


def test_a_recovery_code_works_once(browser: Browser, hashed: str, clock: Clock) -> None:
    account = make_known(hashed)
    secret = service.new_totp_secret()
    service.set_totp(account, secret, pyotp.TOTP(secret).at(clock()))
    codes = service.renew_recovery_codes(account)
    page = browser.follow(sign_in(browser, "wang@example.com"))
    browser.submit(page, one_time_code=codes[0].lower())
    other = browser.signed_out()
    page = other.follow(sign_in(other, "wang@example.com"))
    other.submit(page, status=422, one_time_code=codes[0])
    assert "备用码" in browser.get("/me/messages").main


def test_a_forgotten_password_is_replaced_and_signs_out_everywhere(
    browser: Browser, hashed: str
) -> None:
    account = make_known(hashed)
    elsewhere = browser.signed_out().sign_in(account)
    page = browser.submit(browser.get("/recover"), contact="wang@example.com")
    page = browser.follow(page)
    new = "两个烧饼再加一碗牛肉汤"
    browser.submit(page, status=422, one_time_code="1", password=new)
    browser.submit(page, one_time_code=shown_code(page), password=new)
    assert elsewhere.client.get("/me/messages").status_code == 303
    other = browser.signed_out()
    sign_in(other, "wang@example.com", status=422)
    sign_in(other, "wang@example.com", new)


def test_recovery_does_not_tell_who_has_an_account(browser: Browser) -> None:
    page = browser.follow(browser.submit(browser.get("/recover"), contact="13900000009"))
    assert shown_code(page) == ""


def test_a_code_is_over_after_ten_minutes(browser: Browser, clock: Clock) -> None:
    page = browser.submit(
        browser.get("/sign-up"), name="王", contact="13900000001", password=PASSWORD, is_adult="y"
    )
    page = browser.follow(page)
    clock.move(minutes=10)
    assert "重新发送" in browser.submit(page, status=422, one_time_code=shown_code(page)).main


def test_signing_out_ends_the_session_for_a_stolen_cookie_too(browser: Browser) -> None:
    browser.sign_in(make_account())
    stolen = browser.client.get_cookie("session")
    page = browser.get("/me/messages")
    assert page.response.headers["Cache-Control"] == "no-store"
    browser.submit(page, form="//header//form")
    thief = browser.signed_out()
    thief.client.set_cookie("session", stolen.value)
    assert thief.client.get("/me/messages").status_code == 303
    assert browser.client.get("/me/messages").status_code == 303
    assert "退出" in browser.get("/sign-out").heading


def test_signing_in_makes_a_new_session(browser: Browser, hashed: str) -> None:
    account = make_known(hashed)
    browser.sign_in(account)
    before = browser.client.get_cookie("session").value
    sign_in(browser, "wang@example.com")
    assert browser.client.get_cookie("session").value != before
    assert len(db.session.scalars(select(SignInSession)).all()) == 1


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_person_sees_devices_and_signs_them_out(browser: Browser, root: str) -> None:
    account = make_account()
    elsewhere = browser.signed_out().sign_in(account)
    browser.sign_in(account)
    page = browser.get(f"{root}/me/devices")
    browser.submit(page, form="//form[contains(@action, '/sign-out') and .//input[@name='which']]")
    assert elsewhere.client.get("/me/devices").status_code == 303
    page = browser.get(f"{root}/me/devices")
    browser.submit(page, form="//form[contains(@action, 'everywhere')]")
    assert browser.client.get("/me/devices").status_code == 303


def test_an_app_is_set_up_and_removed(browser: Browser, clock: Clock) -> None:
    account = make_account()
    browser.sign_in(account)
    page = browser.get("/me/devices/totp")
    secret = page.words("//main//code").replace(" ", "")
    page = browser.submit(page, one_time_code=pyotp.TOTP(secret).at(clock()))
    assert len(browser.follow(page).all("//main//code")) == 10
    page = browser.get("/me/devices")
    assert "还剩10个" in page.main
    browser.submit(page, form="//form[contains(@action, 'recovery-codes')]")
    browser.submit(browser.get("/me/devices"), form="//form[contains(@action, 'totp/remove')]")
    assert not db.session.get_one(Account, account.id).has_totp


def test_staff_keep_their_last_factor(browser: Browser, hashed: str, clock: Clock) -> None:
    account = make_known(hashed, "staff")
    secret = service.new_totp_secret()
    service.set_totp(account, secret, pyotp.TOTP(secret).at(clock()))
    browser.sign_in(account)
    page = browser.get("/me/devices")
    assert "现在没有备用码" in page.main
    page = browser.submit(page, form="//form[contains(@action, 'totp/remove')]", status=422)
    assert "至少要保留" in page.main


def test_confirming_again_takes_password_or_code(
    browser: Browser, hashed: str, clock: Clock
) -> None:
    browser.sign_in(make_known(hashed))
    clock.move(minutes=11)
    page = browser.follow(browser.get("/me/devices", status=303))
    assert "确认" in page.heading
    browser.submit(page, form=FORM, status=422, password="falsch-falsch")
    done = browser.submit(page, form=FORM, password=PASSWORD)
    assert done.response.headers["Location"] == "/me/devices"
    browser.get("/me/devices")


def test_the_password_is_changed(browser: Browser, hashed: str) -> None:
    browser.sign_in(make_known(hashed))
    new = "两个烧饼再加一碗牛肉汤"
    page = browser.get("/me/devices/password")
    browser.submit(page, status=422, password="short")
    browser.submit(page, password=new)
    browser.get("/me/devices")
    assert "已更换" in browser.get("/me/messages").main


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_shop_is_claimed_and_an_accountant_authorised(browser: Browser, root: str) -> None:
    shop, owner = make_subject("虚构县张记牛肉汤馆"), make_account("张老板", level=1)
    code = service.issue_claim_code(shop.id, "test")
    browser.sign_in(owner)
    assert shop.name not in browser.get(f"{root}/me/people").main
    page = browser.get(f"{root}/me/claim")
    browser.submit(page, status=422, code=shop.code, one_time_code="AAAA-BBBB-CCCC")
    browser.submit(page, code=shop.code.lower(), one_time_code=code.lower())
    assert shop.name in browser.get(f"{root}/me/people").main
    page = browser.get(f"{root}/me/people/{shop.code}/invite")
    browser.submit(page, status=422, label="小李", until="2027-01-01")
    page = browser.submit(page, label="小李", scopes="report", until="2027-01-01")
    page = browser.follow(page)
    invited = page.words("//span[contains(@class, 'panel-number')]")
    accountant = make_account("小李")
    other = browser.signed_out().sign_in(accountant)
    other.submit(other.get(f"{root}/me/claim/invitation"), one_time_code=invited)
    assert shop.name in other.get(f"{root}/me/people").main
    other.get(f"/me/people/{shop.code}", status=404)
    assert service.scopes_for(make_actor(accountant), shop.id) == {"report"}
    page = browser.get(f"{root}/me/people/{shop.code}")
    assert "小李" in page.main
    browser.submit(page, form="//form[contains(@action, '/me/people/withdraw')]")
    assert not service.may(make_actor(accountant), shop.id, "report")
    assert shop.name in browser.get(f"{root}/me/messages").main
    assert shop.name in other.get(f"{root}/me/messages").main


def test_a_code_serves_once_and_only_its_business(browser: Browser) -> None:
    shop, other_shop, owner = make_subject(), make_subject(), make_account()
    code = service.issue_claim_code(shop.id, "test")
    browser.sign_in(owner)
    page = browser.get("/me/claim")
    browser.submit(page, status=422, code=other_shop.code, one_time_code=code)
    browser.submit(page, code=shop.code, one_time_code=code)
    second = browser.signed_out().sign_in(make_account())
    said = second.submit(
        second.get("/me/claim"), status=422, code=shop.code, one_time_code=code
    ).main
    assert "没有对上" in said


def test_an_expired_claim_code_is_worth_nothing(browser: Browser, clock: Clock) -> None:
    shop = make_subject()
    code = service.issue_claim_code(shop.id, "test")
    clock.move(days=90)
    browser.sign_in(make_account())
    page = browser.submit(browser.get("/me/claim"), status=422, code=shop.code, one_time_code=code)
    assert "已过期" in page.main


def test_guessing_claim_codes_ends_after_five(browser: Browser) -> None:
    shop = make_subject()
    code = service.issue_claim_code(shop.id, "test")
    browser.sign_in(make_account())
    page = browser.get("/me/claim")
    for _time in range(5):
        browser.submit(page, status=422, code=shop.code, one_time_code="AAAABBBBCCCC")
    said = browser.submit(page, status=422, code=shop.code, one_time_code=code).main
    assert "15分钟" in said


def test_a_second_claim_is_a_case_for_staff_and_both_are_told(browser: Browser) -> None:
    shop, first, second = make_subject(), make_account("甲"), make_account("乙")
    make_representative(first, shop)
    code = service.issue_claim_code(shop.id, "test")
    browser.sign_in(second)
    page = browser.submit(browser.get("/me/claim"), code=shop.code, one_time_code=code)
    assert page.response.headers["Location"] == "/me/messages"
    assert "由工作人员核实" in browser.get("/me/messages").main
    assert shop.name not in browser.get("/me/people").main
    other = browser.signed_out().sign_in(first)
    assert "另有一人认领" in other.get("/me/messages").main
    (conflict,) = service.open_conflicts()
    service.decide_conflict(conflict, make_actor(), for_claimant=True)
    db.session.commit()
    assert service.represented(make_actor(first)) == []
    assert shop.name in browser.get("/me/people").main
    assert "由新的认领人代表" in other.get("/me/messages").main
    assert db.session.scalars(select(ClaimConflict.decision)).all() == ["claimant"]


def test_an_agent_may_give_up_and_an_offer_be_withdrawn(browser: Browser) -> None:
    shop, owner, agent = make_subject(), make_account("张老板"), make_account("小李")
    make_representative(owner, shop)
    make_representative(agent, shop, scopes=("read",))
    browser.sign_in(agent)
    page = browser.get("/me/people")
    browser.submit(page, form="//form[contains(@action, 'withdraw')]")
    assert not service.may(make_actor(agent), shop.id, "read")
    code = service.invite(
        make_actor(owner), shop, label="小李", scopes=["read"], until=TODAY + timedelta(days=9)
    )
    other = browser.signed_out().sign_in(owner)
    page = other.get(f"/me/people/{shop.code}")
    other.submit(page, form="//form[contains(@action, 'invitations/withdraw')]")
    browser.submit(browser.get("/me/claim/invitation"), status=422, one_time_code=code)


def test_nobody_withdraws_what_is_not_theirs(browser: Browser) -> None:
    shop, owner = make_subject(), make_account()
    row = make_representative(owner, shop)
    service.invite(make_actor(owner), shop, label="x", scopes=["read"], until=TODAY)
    (offer,) = service.invitations_of(shop.id)
    browser.sign_in(make_account())
    token = browser.get("/me/messages").one("//header//input[@name='csrf_token']").get("value")
    for address, number in (
        ("/me/people/withdraw", row.id),
        ("/me/people/invitations/withdraw", offer.id),
        ("/me/people/withdraw", 10**15),
        ("/me/people/withdraw", "x"),
    ):
        browser.post(address, {"csrf_token": token, "which": number}, status=404)


def test_messages_are_marked_as_read(browser: Browser) -> None:
    account = make_account()
    service.notify(account.id, "password_changed")
    browser.sign_in(account)
    page = browser.get("/me/messages")
    assert "未读" in page.main
    assert "本站没有接通" in page.main
    browser.submit(page)
    assert "未读" not in browser.get("/me/messages").main


def test_public_pages_are_the_same_for_everybody(browser: Browser) -> None:
    anonymous = browser.get("/about").source
    browser.sign_in(make_account())
    assert browser.get("/about").source == anonymous
    assert re.search(r'href="/me/"', anonymous)


def test_old_sessions_and_codes_are_taken_away(app: Flask, clock: Clock) -> None:
    account = make_account()
    service.begin_session(account, user_agent="")
    clock.move(hours=13)
    service.purge()
    assert db.session.scalars(select(SignInSession)).all() == []


def test_demo_accounts_do_not_enter_a_real_portal(browser: Browser, hashed: str) -> None:
    make_account(contact=Contact("email", "soup@demo.example"), password_hash=hashed)
    before = browser.app.config["PORTAL"]
    site = Site(url="http://localhost", is_demo=False)
    browser.app.config["PORTAL"] = replace(before, environment="production", site=site)
    try:
        assert "演示账号" in sign_in(browser, "soup@demo.example", status=422).main
    finally:
        browser.app.config["PORTAL"] = before


def test_a_form_says_when_idleness_ends_the_session_and_what_is_kept(
    browser: Browser, hashed: str
) -> None:
    make_known(hashed)
    sign_in(browser, "wang@example.com")
    words = browser.get("/me/devices/password").words("//main")
    assert "30分钟没有操作会自动退出；已填的文字会保留" in words
    assert "分钟没有操作" not in browser.get("/me/").words("//main")
