"""Sessions, tokens of forms and codes: what is planted, stolen, guessed or used twice opens nothing."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import rules, service
from portal.accounts.models import Account, SentCode, SignInSession
from portal.accounts.rules import MOST_FAILURES, Contact
from portal.core import db
from portal.core.audit import Event
from portal.core.errors import Refused
from portal.web import access
from tests.browser import Browser, Page
from tests.conftest import Clock, let_go, make_app
from tests.databases import Server
from tests.factories import make_account, make_staff

PASSWORD = "一碗牛肉汤再加两个烧饼"
NEW = "两个烧饼再加一碗牛肉汤"
ADDRESS = "wang@example.com"
FORM = "//main//form[not(@data-passkey) and .//input[@type!='hidden']]"


@pytest.fixture(scope="module")
def hashed() -> str:
    return service.hash_password(PASSWORD, ())


@pytest.fixture
def account(app: Flask, hashed: str) -> Account:
    return make_account(contact=Contact("email", ADDRESS), password_hash=hashed)


def cookie_of(browser: Browser) -> str:
    return str(browser.client.get_cookie("session").value)


def with_cookie(browser: Browser, value: str) -> Browser:
    other = browser.signed_out()
    other.client.set_cookie("session", value)
    return other


def is_in(browser: Browser) -> bool:
    return browser.client.get("/me/messages").status_code == 200


def sign_in(browser: Browser, password: str = PASSWORD, status: int = 303) -> Page:
    page = browser.get("/sign-in")
    return browser.submit(page, form=FORM, status=status, contact=ADDRESS, password=password)


def token_on(page: Page) -> str:
    return str(page.all("//input[@name='csrf_token']")[0].get("value"))


def test_a_planted_session_does_not_become_the_victims(browser: Browser, account: Account) -> None:
    browser.get("/sign-in")
    planted = cookie_of(browser)
    sign_in(browser)
    assert is_in(browser)
    assert not is_in(with_cookie(browser, planted))


def test_a_session_planted_signed_in_ends_when_its_victim_signs_in(
    browser: Browser, account: Account
) -> None:
    browser.sign_in(make_account("设陷阱的人"))
    planted = cookie_of(browser)
    sign_in(browser)
    assert not is_in(with_cookie(browser, planted))
    assert "设陷阱的人" not in browser.get("/me/messages").text


@pytest.mark.parametrize("how", ["sign out", "everywhere", "password", "recovery", "closed"])
def test_a_stolen_cookie_is_worth_nothing_afterwards(
    browser: Browser, account: Account, how: str
) -> None:
    sign_in(browser)
    thief = with_cookie(browser, cookie_of(browser))
    assert is_in(thief)
    if how == "sign out":
        browser.submit(browser.get("/me/messages"), form="//header//form")
    elif how == "everywhere":
        browser.submit(browser.get("/me/devices"), form="//form[contains(@action, 'everywhere')]")
    elif how == "recovery":
        service.finish_recovery(*recovery(), NEW)
    elif how == "password":
        other = browser.signed_out()
        sign_in(other)
        other.submit(other.get("/me/devices/password"), password=NEW)
        assert is_in(other)
    else:
        service.close(service.actor_of(db.session.get_one(Account, account.id)))
    db.session.commit()
    assert not is_in(thief)


@pytest.mark.parametrize("kind", ["individual", "staff"])
def test_a_session_ends_when_it_lies_idle_and_at_the_latest_after_hours(
    browser: Browser, kind: str, clock: Clock
) -> None:
    person = make_account() if kind == "individual" else make_staff()
    idle = browser.sign_in(person)
    used = browser.signed_out().sign_in(person)
    step, begun = rules.IDLE[kind] / 2, clock()
    for _time in range(3):
        clock.move(seconds=step.total_seconds())
        assert is_in(used)
    assert not is_in(idle)
    while clock() + step - begun <= rules.LONGEST[kind]:
        clock.move(seconds=step.total_seconds())
        assert is_in(used)
    clock.move(seconds=step.total_seconds())
    assert not is_in(used)


def test_a_session_is_stored_as_a_fingerprint(browser: Browser, account: Account) -> None:
    sign_in(browser)
    with browser.client.session_transaction() as kept:
        token = kept[access.SESSION_KEY]
    (row,) = db.session.scalars(select(SignInSession))
    assert token not in row.id
    assert not is_in(with_cookie(browser, row.id))


def posts(app: Flask) -> Iterator[str]:
    """Every form but the few without a session, which only ask."""
    for rule in app.url_map.iter_rules():
        is_public = access.mark_of(app.view_functions[rule.endpoint]) == "public"
        if "POST" in (rule.methods or ()) and not is_public:
            yield re.sub(r"<[^>]+>", "1", rule.rule)


@pytest.mark.limit(60)
@pytest.mark.parametrize(
    "whose", ["another person's", "from before signing in", "after signing out"]
)
def test_a_token_of_another_session_sends_no_form(browser: Browser, whose: str) -> None:
    if whose == "after signing out":
        browser.sign_in(make_account())
        token = token_on(browser.get("/me/messages"))
        browser.submit(browser.get("/me/messages"), form="//header//form")
    elif whose == "another person's":
        token = token_on(browser.signed_out().sign_in(make_account()).get("/me/messages"))
    else:
        token = token_on(browser.get("/sign-in"))
    browser.sign_in(make_staff("handler", "admin", "publisher", "editor", "reviewer"))
    before = db.session.scalar(select(func.count(Event.id)))
    taken = {}
    for address in posts(browser.app):
        answer = browser.client.post(address, data={"csrf_token": token})
        is_refused = answer.status_code in {400, 403} or (
            answer.status_code == 303 and answer.headers["Location"] in {address, ""}
        )
        if not is_refused:
            taken[address] = answer.status_code, answer.headers.get("Location")
    assert taken == {}
    assert db.session.scalar(select(func.count(Event.id))) == before


def recovery() -> tuple[str, str]:
    return service.begin_recovery(contact=ADDRESS, language="zh", is_shown=True)


def test_a_code_for_a_new_password_serves_once_and_ends_all_others(account: Account) -> None:
    first, second = recovery(), recovery()
    service.finish_recovery(*second, NEW)
    db.session.commit()
    for used in (second, first):
        with pytest.raises(Refused, match="sent_code_over"):
            service.finish_recovery(*used, PASSWORD)


def test_a_code_serves_only_under_its_own_ticket_and_for_its_own_purpose(account: Account) -> None:
    first, second = recovery(), recovery()
    if first[1] == second[1]:
        second = recovery()
    with pytest.raises(Refused, match="code_wrong"):
        service.finish_recovery(first[0], second[1], NEW)
    with pytest.raises(Refused, match="sent_code_over"):
        service.finish_sign_up(*first, language="zh")
    with pytest.raises(Refused, match="sent_code_over"):
        service.take_signing_code(account, *first)


def test_the_right_code_does_not_help_after_five_wrong_ones(
    browser: Browser, account: Account
) -> None:
    page = browser.follow(browser.submit(browser.get("/recover"), contact=ADDRESS))
    right = page.words("//main//strong")
    wrong = "000000" if right != "000000" else "111111"
    for _time in range(MOST_FAILURES):
        browser.submit(page, status=422, one_time_code=wrong, password=NEW)
    assert "15分钟" in browser.submit(page, status=422, one_time_code=right, password=NEW).main
    assert sign_in(browser.signed_out()).status == 303


@pytest.mark.parametrize("contact", [ADDRESS, "niemand@example.com"])
def test_nobody_is_sent_codes_without_end(
    browser: Browser, account: Account, contact: str, clock: Clock
) -> None:
    for _time in range(MOST_FAILURES):
        browser.submit(browser.get("/recover"), contact=contact)
    said = browser.submit(browser.get("/recover"), status=422, contact=f" {contact.upper()} ").main
    assert "15分钟" in said
    assert db.session.scalar(select(func.count(SentCode.id))) == MOST_FAILURES * (
        contact == ADDRESS
    )
    clock.move(minutes=16)
    browser.submit(browser.get("/recover"), contact=contact)


def test_codes_lie_in_the_database_as_fingerprints(account: Account) -> None:
    ticket, code = recovery()
    (row,) = db.session.scalars(select(SentCode))
    assert ticket not in row.id
    assert code not in row.digest


def test_a_code_of_the_app_serves_once(account: Account, clock: Clock) -> None:
    secret = service.new_totp_secret()
    service.give_totp(account, secret)
    code = pyotp.TOTP(secret).at(clock())
    service.check_code(account, code)
    for again in (code, pyotp.TOTP(secret).at(clock() - timedelta(seconds=30))):
        with pytest.raises(Refused, match="code_wrong"):
            service.check_code(account, again)


def test_a_first_step_is_over_when_the_password_changes(
    browser: Browser, account: Account, hashed: str, clock: Clock
) -> None:
    secret = service.new_totp_secret()
    service.give_totp(account, secret)
    db.session.commit()
    page = browser.follow(sign_in(browser))
    service.change_password(db.session.get_one(Account, account.id), NEW, keep="")
    db.session.commit()
    code = pyotp.TOTP(secret).at(clock())
    answer = browser.submit(page, form=FORM, one_time_code=code)
    assert answer.response.headers["Location"] == "/sign-in"
    assert not is_in(browser)


def seconds_of(typed: str) -> float:
    """Processor time of refusing a wrong password; threads of the hash count too."""
    taken = []
    for _time in range(5):
        begun = time.process_time()
        with pytest.raises(Refused, match="sign_in_wrong"):
            service.authenticate(typed, "falsch-falsch-falsch")
        taken.append(time.process_time() - begun)
    return median(taken)


@pytest.mark.limit(20)
def test_time_does_not_tell_who_has_an_account(account: Account) -> None:
    make_account(contact=Contact("email", "ohne@example.com"))
    seconds_of(ADDRESS)
    known = seconds_of(ADDRESS)
    for typed in ("niemand@example.com", "ohne@example.com", "no contact"):
        assert 0.5 < seconds_of(typed) / known < 2, typed


LIMITED = {
    "SIGN_INS_LIMIT": ("/sign-in", "/sign-in/passkey", "/sign-in/passkey/options", "/confirm"),
    "COSTLY_LIMIT": ("/sign-up", "/recover", "/track", "/verify/file"),
}


@pytest.mark.parametrize("limit", LIMITED)
def test_who_tries_too_often_is_told_to_wait(server: Server, migrated: str, limit: str) -> None:
    app = make_app(server.new(like=migrated), is_testing=False)
    app.config.update({limit: "2 per minute", "WTF_CSRF_ENABLED": False})
    browser = Browser(app)
    with app.app_context():
        browser.sign_in(make_account())
    told = {
        address: [browser.client.post(address).status_code for _time in range(3)]
        for address in LIMITED[limit]
    }
    let_go(app)
    assert {address: seen[-1] for address, seen in told.items()} == dict.fromkeys(told, 429)
    assert all(429 not in seen[:2] for seen in told.values()), told


@pytest.mark.parametrize("what", ["sent code", "code of the app", "recovery code"])
def test_of_many_who_use_one_code_at_once_one_is_let_in(
    own_app: Flask, what: str, clock: Clock
) -> None:
    with own_app.app_context():
        account_id = make_account(contact=Contact("email", ADDRESS)).id
        account = db.session.get_one(Account, account_id)
        secret = service.new_totp_secret()
        service.give_totp(account, secret)
        spare = service.renew_recovery_codes(account)[0]
        sent = service.send_signing_code(account, is_shown=True)
        db.session.commit()
    code = spare if what == "recovery code" else pyotp.TOTP(secret).at(clock())
    gate, seen = threading.Barrier(4), []

    def use() -> None:
        with own_app.app_context():
            mine = db.session.get_one(Account, account_id)
            db.session.rollback()
            gate.wait()
            try:
                if what == "sent code":
                    service.take_signing_code(mine, *sent)
                else:
                    service.check_code(mine, code)
                db.session.commit()
                seen.append("in")
            except Refused:
                db.session.rollback()
                seen.append("out")
            db.session.remove()

    threads = [threading.Thread(target=use) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == ["in", "out", "out", "out"]
