"""Signing in with a real OpenID provider that runs in the test."""

import base64
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask

from portal.accounts import service
from portal.accounts.service import identity
from portal.config import Identity
from portal.core import clock, db
from tests.browser import Browser, Page
from tests.conftest import Clock
from tests.factories import make_actor, make_subject

BACK = "/sign-in/identity/back"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A process of its own: its libraries warn of what they still use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    for _attempt in range(100):
        with suppress(httpx.HTTPError):
            httpx.get(f"{address}/jwks")
            break
        time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def known(app: Flask, provider: str, clock: Clock) -> Iterator[str]:
    """The portal trusts the provider, and their clocks agree."""
    clock.instant = datetime.fromtimestamp(time.time(), UTC)
    before = app.config["PORTAL"]
    settings = Identity(issuer=provider, client_id="portal", client_secret="secret")
    app.config["PORTAL"] = replace(before, identity=settings)
    yield provider
    app.config["PORTAL"] = before


def tell(provider: str, **claims: str) -> None:
    """What the provider says of its user."""
    httpx.put(f"{provider}/users/wang", json=claims).raise_for_status()


def come_back(browser: Browser, address: str = "/sign-in/identity") -> str:
    """Sign in at the provider; the address it sends the browser back to."""
    there = browser.get(address, status=303).response.headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"]
    answer = httpx.post(there, data={"sub": "wang"})
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def press(browser: Browser, page: Page) -> Page:
    return browser.submit(page)


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_person_signs_in_and_represents_what_the_service_says(
    browser: Browser, known: str, root: str
) -> None:
    shop = make_subject("虚构县张记牛肉汤馆")
    tell(known, name="王小麦", assurance_level="L3", represented_credit_code=shop.code)
    page = browser.get(come_back(browser, "/sign-in/identity?next=/me/people"))
    assert "王小麦" in page.main
    assert shop.code in page.main
    done = press(browser, page)
    assert done.response.headers["Location"] == "/me/people"
    page = browser.get(f"{root}/me/people")
    assert shop.name in page.main
    again = browser.signed_out()
    press(again, again.get(come_back(again)))
    assert again.get("/me/people").main.count(shop.name) == 1


def test_a_weak_identity_gives_no_business(browser: Browser, known: str) -> None:
    shop = make_subject()
    tell(known, name="王小麦", assurance_level="L1", represented_credit_code=shop.code)
    press(browser, browser.get(come_back(browser)))
    assert shop.name not in browser.get("/me/people").main


def test_an_answer_to_another_question_is_refused(browser: Browser, known: str) -> None:
    tell(known, name="王小麦")
    back = come_back(browser)
    address, _, query = back.partition("?")
    state = parse_qs(query)["state"][0]
    page = browser.get(back.replace(state, "x" * len(state)), status=400)
    assert "对不上" in page.main
    browser.get(back, status=400)
    other = browser.signed_out()
    other.get(f"{address}?{query}", status=400)


def test_a_code_is_worth_nothing_in_another_browser(browser: Browser, known: str) -> None:
    tell(known, name="王小麦")
    stolen = come_back(browser)
    thief = browser.signed_out()
    thief.get("/sign-in/identity", status=303)
    thief.get(stolen, status=400)


def test_a_token_for_another_sign_in_is_refused(browser: Browser, known: str, app: Flask) -> None:
    tell(known, name="王小麦")
    settings = app.config["PORTAL"].identity
    back = f"http://localhost{BACK}"
    begun = service.begin_identity(settings, back)
    there = httpx.post(begun.address, data={"sub": "wang"}).headers["Location"]
    with pytest.raises(identity.Refused, match="identity_wrong"):
        service.finish_identity(settings, back, {**vars(begun), "nonce": "y" * 32}, there)


def test_the_code_is_bound_to_a_secret_of_this_sign_in(known: str, app: Flask) -> None:
    begun = service.begin_identity(app.config["PORTAL"].identity, f"http://localhost{BACK}")
    (challenge,) = parse_qs(urlsplit(begun.address).query)["code_challenge"]
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
    assert begun.verifier not in begun.address


def test_a_service_that_does_not_answer_is_said_so(browser: Browser, app: Flask) -> None:
    before = app.config["PORTAL"]
    settings = Identity(issuer="http://localhost:1", client_id="portal")
    app.config["PORTAL"] = replace(before, identity=settings)
    try:
        assert "连不上" in browser.get("/sign-in/identity", status=502).main
    finally:
        app.config["PORTAL"] = before


def test_without_a_service_there_is_no_such_page(browser: Browser) -> None:
    browser.get("/sign-in/identity", status=404)
    page = browser.get("/sign-in")
    assert "统一身份认证" not in page.main
    token = page.all("//main//input[@name='csrf_token']")[0].get("value")
    browser.post(BACK, {"csrf_token": token})


def test_a_business_that_is_not_on_file_is_left_out(app: Flask) -> None:
    claims = {"sub": "li", "assurance_level": "L2", "represented_credit_code": "91340499MA0000000X"}
    account = service.enter_identity(identity.mapped("https://issuer.example", claims))
    db.session.commit()
    assert (account.name, account.level) == ("li", 2)
    assert service.represented(make_actor(account)) == []


def test_a_closed_account_does_not_come_back(app: Flask) -> None:
    person = identity.mapped("https://issuer.example", {"sub": "li", "name": "李"})
    service.enter_identity(person).closed_at = clock.now()
    db.session.commit()
    with pytest.raises(identity.Refused, match="identity_wrong"):
        service.enter_identity(person)


def test_claims_of_somebody_else_are_refused(
    known: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["PORTAL"].identity
    back = f"http://localhost{BACK}"
    begun = service.begin_identity(settings, back)
    there = httpx.post(begun.address, data={"sub": "wang"}).headers["Location"]
    monkeypatch.setattr(identity, "_asked", lambda *_arguments: {"sub": "other"})
    with pytest.raises(identity.Refused, match="identity_wrong"):
        service.finish_identity(settings, back, vars(begun), there)


def test_a_provider_that_calls_itself_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = httpx.Request("GET", "https://id.example")
    answer = httpx.Response(200, json={"issuer": "https://other.example"}, request=asked)
    monkeypatch.setattr("httpx.get", lambda *_arguments, **_named: answer)
    with pytest.raises(identity.Refused, match="identity_away"):
        service.begin_identity(Identity("https://id.example", "portal"), "http://localhost/x")
