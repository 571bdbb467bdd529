"""Hosts, headers, caches, sessions and doors that are not one's own."""

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from portal.config import Config, Site
from portal.core.cells import FORMULA_STARTS
from portal.web import access
from tests.browser import Browser
from tests.conftest import SECRET, let_go, make_app
from tests.databases import Server
from tests.factories import make_account, make_listed, make_staff, make_subject

EVIL = "evil.example"
ROLES = ("handler", "verifier", "reviewer", "editor", "publisher", "auditor", "admin")
NUMBER = 999999


def fill(converter: BaseConverter) -> int | str:
    """A value that fits an argument; what it names is not there."""
    if isinstance(converter, IntegerConverter):
        return NUMBER
    return "csv" if isinstance(converter, AnyConverter) else "x" * 12


def addresses(app: Flask, mark: str) -> list[tuple[str, Rule]]:
    """An address of every reading view with this mark."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access.mark_of(view) == mark and rule.endpoint != "static":
            values = {name: fill(rule._converters[name]) for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            if built:
                found.append((built[1], rule))
    return found


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def test_nobody_enters_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    told = addresses(app, "signed_in") + addresses(app, "staff")
    assert len(told) > 40
    wrong = {}
    for address, rule in told:
        for method in methods(rule):
            status = client.open(address, method=method).status_code
            if status not in {303, 400}:
                wrong[method, address] = status
    assert wrong == {}


def test_a_citizen_enters_no_page_of_staff(browser: Browser) -> None:
    browser.sign_in(make_account())
    wrong = {}
    for address, rule in addresses(browser.app, "staff"):
        for method in methods(rule):
            status = browser.client.open(address, method=method).status_code
            if status not in {403, 400}:
                wrong[method, address] = status
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.limit(30)
def test_staff_enter_what_their_role_opens_and_nothing_else(browser: Browser, role: str) -> None:
    browser.sign_in(make_staff(role))
    wrong = {}
    for address, rule in addresses(browser.app, "staff"):
        roles = access.roles_of(browser.app.view_functions[rule.endpoint])
        if "GET" not in methods(rule):
            continue
        status = browser.client.get(address).status_code
        is_open = not roles or role in roles
        if (status == 403) == is_open or status >= 500:
            wrong[address] = status
    assert wrong == {}


def test_what_belongs_to_others_is_not_there(browser: Browser) -> None:
    """Made-up and foreign numbers answer alike; nothing tells which of them exist."""
    shop = make_subject()
    browser.sign_in(make_account())
    wrong = {}
    for address, rule in addresses(browser.app, "signed_in"):
        if "GET" in methods(rule) and rule.arguments:
            for asked in {address, address.replace("x" * 12, shop.code)}:
                status = browser.client.get(asked).status_code
                if status not in {403, 404, 303, 302}:
                    wrong[asked] = status
    assert wrong == {}


def test_a_foreign_host_is_refused_in_production(server: Server, migrated: str) -> None:
    site = Site(url="https://credit.example", is_demo=False)
    app = make_app(server.new(like=migrated), environment="production", site=site,
                   page_cache_bytes=Config.page_cache_bytes)  # fmt: skip
    client = app.test_client()
    good = client.get("/", headers={"Host": "credit.example"})
    evil = client.get("/", headers={"Host": EVIL})
    forwarded = client.get("/", headers={"Host": "credit.example", "X-Forwarded-Host": EVIL})
    let_go(app)
    assert (good.status_code, evil.status_code) == (200, 421)
    assert EVIL not in evil.text + forwarded.text
    assert "Strict-Transport-Security" in good.headers


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Scheme",
               "X-HTTP-Method-Override", "Forwarded", "X-Host"],
)  # fmt: skip
def test_no_header_poisons_what_others_are_shown(own_app: Flask, header: str) -> None:
    client = own_app.test_client()
    client.get("/about", headers={header: EVIL})
    assert EVIL not in client.get("/about").text
    client.get("/about", headers={"Cookie": f"view={EVIL}"})
    assert EVIL not in client.get("/about").text


def test_what_one_person_sees_is_never_shown_to_another(own_app: Flask) -> None:
    someone = Browser(own_app).sign_in(make_account("赵隐私"))
    someone.get("/about")
    someone.get("/me/")
    stranger = own_app.test_client()
    assert "赵隐私" not in stranger.get("/about").text
    assert "赵隐私" not in stranger.get("/me/", follow_redirects=True).text


@pytest.mark.parametrize("tail", ["%0d%0aSet-Cookie:%20a=b", "%0aX:%20y", "%E5%98%8A%E5%98%8DX:y"])
@pytest.mark.parametrize("address", ["/search?q=", "/sign-in?next=", "/agents/?number=", "/q/"])
def test_no_line_break_reaches_a_header(browser: Browser, address: str, tail: str) -> None:
    response = browser.client.get(address + tail)
    assert response.status_code < 500
    assert "a=b" not in str(response.headers.getlist("Set-Cookie"))
    assert "X" not in response.headers


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example",
                                "javascript:alert(1)", "\t//evil.example"])  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(browser: Browser, to: str) -> None:
    page = browser.client.get("/sign-in", query_string={"next": to})
    location = page.headers.get("Location", "")
    assert EVIL not in location
    assert f'action="{to}"' not in page.text
    assert f'href="{to}"' not in page.text


@pytest.mark.parametrize("token", ["", "x", "'; DROP TABLE account;--", "0" * 4000, "é"])
def test_a_made_up_session_is_nobody(app: Flask, token: str) -> None:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept[access.SESSION_KEY] = token
    assert client.get("/me/").status_code == 303


def test_a_cookie_signed_with_another_key_is_nobody(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("session", "eyJpZCI6IngifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get("/me/").status_code == 303
    assert SECRET not in client.get("/me/", follow_redirects=True).text


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_csv_of_a_list_runs_a_formula(browser: Browser, start: str) -> None:
    if start in "\t\r":
        return
    make_listed(make_subject(f"{start}HYPERLINK(虚构)"))
    body = browser.get("/scenarios/beef-soup.csv").response.get_data(as_text=True)
    assert f",{start}HYPERLINK" not in body
    assert f",'{start}HYPERLINK" in body


@pytest.mark.parametrize("query", ["' OR 1=1 --", "\" OR \"\"=\"", "%' AND 1=1", "a* OR b*", "NEAR(a b)",
                                   "\\", "%_", "a\u0000b", "𝕏" * 50, "(" * 100])  # fmt: skip
def test_no_query_is_taken_for_a_command(browser: Browser, query: str) -> None:
    make_listed()
    for address in ("/search", "/api/v1/search", "/code-check", "/scenarios/beef-soup"):
        status = browser.client.get(address, query_string={"q": query, "code": query}).status_code
        assert status in {200, 303, 400}, (address, status)


HUGE = "9" * 30


@pytest.mark.limit(30)
def test_a_number_longer_than_any_database_holds_is_not_there(browser: Browser) -> None:
    shop = make_listed()
    browser.sign_in(make_staff(*ROLES))
    for address, rule in (
        addresses(browser.app, "public")
        + addresses(browser.app, "visitor")
        + (addresses(browser.app, "signed_in") + addresses(browser.app, "staff"))
    ):
        if "GET" in methods(rule):
            known = address.replace(str(NUMBER), HUGE).replace("x" * 12, shop.code)
            names = ("before", "after", "page", "version", "record", "subject", "kind", "since")
            query = dict.fromkeys(names, HUGE)
            status = browser.client.get(known, query_string=query).status_code
            assert status < 500, known
