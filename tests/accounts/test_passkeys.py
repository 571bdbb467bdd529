"""Passkeys: each answer counts once, for its own question, its own site and its own account."""

import hashlib
from collections.abc import Callable

import pytest
from flask import Flask

from portal.accounts import service
from portal.accounts.models import Account
from portal.accounts.service.passkeys import MOST_PASSKEYS, RelyingParty
from portal.core import db
from portal.core.errors import Refused
from tests.accounts.authenticator import Authenticator
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import make_account, make_staff

PARTY = RelyingParty("http://localhost")


def device() -> Authenticator:
    return Authenticator(PARTY.host, PARTY.origin)


def registered(account: Account, name: str = "我的手机") -> Authenticator:
    phone = device()
    options = service.registration_options(account, PARTY)
    service.add_passkey(account, phone.register(options), name, PARTY)
    db.session.commit()
    return phone


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.reason


def test_a_passkey_signs_in_alone(app: Flask) -> None:
    account = make_account()
    phone = registered(account)
    answer = phone.sign(service.sign_in_options(PARTY))
    assert service.take_sign_in(answer, PARTY).id == account.id
    (passkey,) = account.passkeys
    assert passkey.used_at is not None
    assert passkey.sign_count == 1


def test_an_answer_counts_once(app: Flask) -> None:
    phone = registered(make_account())
    answer = phone.sign(service.sign_in_options(PARTY))
    service.take_sign_in(answer, PARTY)
    assert refused(lambda: service.take_sign_in(answer, PARTY)) == "passkey_wrong"


def test_a_challenge_is_over_after_five_minutes(app: Flask, clock: Clock) -> None:
    phone = registered(make_account())
    answer = phone.sign(service.sign_in_options(PARTY))
    clock.move(minutes=5)
    assert refused(lambda: service.take_sign_in(answer, PARTY)) == "passkey_wrong"


def test_a_passkey_of_another_site_or_account_is_refused(app: Flask) -> None:
    account, other = make_account(), make_account()
    phone = registered(account)
    options = service.sign_in_options(PARTY, other)
    assert (
        refused(lambda: service.take_sign_in(phone.sign(options), PARTY, other)) == "passkey_wrong"
    )
    phone.origin = "http://evil.example"
    options = service.sign_in_options(PARTY)
    assert refused(lambda: service.take_sign_in(phone.sign(options), PARTY)) == "passkey_wrong"
    stranger = device()
    options = service.sign_in_options(PARTY)
    assert refused(lambda: service.take_sign_in(stranger.sign(options), PARTY)) == "passkey_wrong"


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"response": {"clientDataJSON": "!"}}']
)
def test_nonsense_is_refused(app: Flask, answer: str) -> None:
    assert refused(lambda: service.take_sign_in(answer, PARTY)) == "passkey_wrong"


def test_a_registration_for_another_site_is_refused(app: Flask) -> None:
    account = make_account()
    phone = Authenticator("evil.example", "http://evil.example")
    answer = phone.register(service.registration_options(account, PARTY))
    assert refused(lambda: service.add_passkey(account, answer, "x", PARTY)) == "passkey_wrong"


def test_ten_passkeys_are_enough(app: Flask) -> None:
    account = make_account()
    for _number in range(MOST_PASSKEYS):
        registered(account)
    assert refused(lambda: registered(account)) == "passkeys_many"


def test_a_passkey_is_removed_unless_staff_need_it(app: Flask) -> None:
    account = make_account()
    registered(account)
    assert refused(lambda: service.remove_passkey(account, 0)) == "no_such_passkey"
    service.remove_passkey(account, account.passkeys[0].id)
    assert not account.has_second_factor
    staff = make_staff()
    registered(staff)
    assert refused(lambda: service.remove_passkey(staff, staff.passkeys[0].id)) == "last_factor"


def test_a_passkey_signs_the_hash_of_a_document(app: Flask) -> None:
    account = make_account()
    phone = registered(account)
    digest = hashlib.sha256(b"commitment").digest()
    answer = phone.sign(service.sign_challenge(account, digest, PARTY))
    assert service.verify_assertion(account, digest, answer, PARTY).name == "我的手机"
    other = hashlib.sha256(b"another").digest()
    answer = phone.sign(service.sign_challenge(account, digest, PARTY))
    assert (
        refused(lambda: service.verify_assertion(account, other, answer, PARTY)) == "passkey_wrong"
    )


def test_the_pages_take_a_passkey_for_every_step(browser: Browser, clock: Clock) -> None:
    staff = make_staff()
    phone = registered(staff)
    page = browser.get("/sign-in")
    token = page.all("//main//input[@name='csrf_token']")[0].get("value")

    def post(address: str, status: int = 303, **answers: str) -> str:
        sent = {"csrf_token": token, **answers}
        return browser.post(address, sent, status=status).response.get_data(as_text=True)

    assert "通行密钥没有对上" in post("/sign-in/passkey", 422, credential="{}")
    post("/sign-in/second/options")
    post("/sign-in/second/passkey", credential="{}")
    options = post("/sign-in/passkey/options", 200)
    post("/sign-in/passkey", credential=phone.sign(options))
    page = browser.get("/me/devices")
    assert "我的手机" in page.main
    token = page.all("//main//input[@name='csrf_token']")[0].get("value")
    tablet = device()
    options = post("/me/devices/passkeys/options", 200)
    post("/me/devices/passkeys", credential=tablet.register(options), name="平板")
    post("/me/devices/passkeys", 422, credential="{}", name="平板")
    post("/me/devices/passkeys/remove", which=str(staff.passkeys[0].id))
    post("/me/devices/passkeys/remove", 422, which="x")
    clock.move(minutes=11)
    post("/confirm/passkey", 422, credential="{}")
    options = post("/confirm/options", 200)
    post("/confirm/passkey", credential=tablet.sign(options))
    assert "平板" in browser.get("/me/devices").main


def test_a_passkey_is_a_second_step_too(browser: Browser) -> None:
    from portal.accounts.service.registering import hash_password

    account = make_account(password_hash=hash_password("一碗牛肉汤再加两个烧饼", ()))
    phone = registered(account)
    page = browser.get("/sign-in")
    form = "//main//form[not(@data-passkey)]"
    page = browser.submit(page, form=form, contact=account.phone, password="一碗牛肉汤再加两个烧饼")
    page = browser.follow(page)
    token = page.all("//main//input[@name='csrf_token']")[0].get("value")
    options = browser.post("/sign-in/second/options", {"csrf_token": token}, status=200).source
    browser.post("/sign-in/second/passkey", {"csrf_token": token, "credential": "{}"}, status=422)
    answer = phone.sign(options)
    browser.post("/sign-in/second/passkey", {"csrf_token": token, "credential": answer})
    browser.get("/me/devices")
