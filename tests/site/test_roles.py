"""Every address of the portal, asked by everyone: nobody, a person, and each role of the staff."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.accounts.models import ROLES
from portal.web import access
from tests.browser import Browser
from tests.factories import make_account, make_staff

VISITORS = ("nobody", "individual", *ROLES)


def rules_of(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule, method


def visit(app: Flask, visitor: str) -> Browser:
    browser = Browser(app)
    if visitor == "individual":
        browser.sign_in(make_account())
    elif visitor != "nobody":
        browser.sign_in(make_staff(visitor))
    return browser


def is_sent_away(app: Flask, rule: Rule, visitor: str) -> str:
    """What must come back when this visitor may not open the address; empty when they may."""
    view = app.view_functions[rule.endpoint]
    mark, roles = access.mark_of(view), access.roles_of(view)
    if mark in {"public", "visitor"}:
        return ""
    if visitor == "nobody":
        return "sign in"
    if mark == "staff" and (visitor == "individual" or (roles and visitor not in roles)):
        return "refused"
    return ""


@pytest.mark.limit(60)
@pytest.mark.parametrize("visitor", VISITORS)
def test_an_address_opens_for_those_it_is_meant_for(app: Flask, visitor: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    try:
        for rule, method in rules_of(app):
            expected = is_sent_away(app, rule, visitor)
            if not expected:
                continue
            address = re.sub(r"<[^>]+>", "1", rule.rule)
            answer = visit(app, visitor).client.open(address, method=method)
            is_sign_in = answer.status_code == 303 and "/sign-in" in answer.headers["Location"]
            found = "sign in" if is_sign_in else "refused" if answer.status_code == 403 else "in"
            if found != expected or answer.headers["Cache-Control"] != "no-store":
                wrong.append(f"{method} {address}: {found}, not {expected}")
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert wrong == []


@pytest.mark.limit(60)
@pytest.mark.parametrize("visitor", VISITORS)
def test_pages_for_the_signed_in_open_and_are_kept_by_nobody(app: Flask, visitor: str) -> None:
    browser = visit(app, visitor)
    for rule, method in rules_of(app):
        mark = access.mark_of(app.view_functions[rule.endpoint])
        is_plain = method == "GET" and not rule.arguments
        if mark in {"signed_in", "staff"} and is_plain and not is_sent_away(app, rule, visitor):
            answer = browser.client.get(rule.rule)
            assert answer.status_code in {200, 303}, rule.rule
            assert answer.headers["Cache-Control"] == "no-store", rule.rule


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    browser = visit(app, "individual")
    for rule, method in rules_of(app):
        mark = access.mark_of(app.view_functions[rule.endpoint])
        if method == "POST" and mark == "signed_in":
            answer = browser.client.post(re.sub(r"<[^>]+>", "1", rule.rule))
            assert answer.status_code in {303, 400}, rule.rule
            assert answer.headers.get("Location", "") in {"", rule.rule}
