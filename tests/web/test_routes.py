"""What holds for every request: headers, hosts, transactions, languages, failures."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.config import Config, ConfigurationError, Site
from portal.core import audit, db
from portal.web.access import public
from tests.browser import Browser
from tests.conftest import SECRET, let_go, make_app

GOOD = {
    "PORTAL_ENV": "production",
    "SEAL_P12": "/etc/portal/seal.p12",
    "SECRET_KEY": "s" * 40,
    "QR_KEY": "q" * 40,
    "SITE_URL": "https://credit.example",
    "DATABASE_URL": "sqlite://",
}


@pytest.mark.parametrize("address", ["/", "/no-such-page", "/static/css/portal.css"])
def test_every_answer_carries_the_security_headers(browser: Browser, address: str) -> None:
    with browser.client.get(address) as answer:
        headers = answer.headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_public_pages_set_no_cookie(browser: Browser) -> None:
    for address in ("/", "/search?q=x", "/code-check", "/about", "/q/X"):
        assert "Set-Cookie" not in browser.client.get(address).headers


def test_the_chosen_mode_is_remembered_in_one_cookie(browser: Browser) -> None:
    answer = browser.client.get("/about?view=elder")
    assert 'data-view="elder"' in answer.text
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("view=elder")
    assert "HttpOnly" in cookie
    assert 'data-view="elder"' in browser.client.get("/about").text
    assert 'data-view="standard"' in browser.client.get("/about?view=standard").text


def test_switches_keep_page_and_query(browser: Browser) -> None:
    links = browser.get("/search?q=牛肉汤&district=340403").links("//header//a")
    assert links["English"].startswith("/en/search?q=")
    assert "district=340403" in links["English"]
    assert "view=elder" in links["长辈版"]
    assert "district=340403" in links["长辈版"]


def test_switches_write_every_address_as_a_browser_must_send_it(browser: Browser) -> None:
    page = browser.client.get("/nowhere/%E6%B1%A4%20%3C%3F%22%26?q=a%26b&view=elder").text
    here = "/nowhere/%E6%B1%A4%20%3C%3F%22%26"
    assert f'href="{here}?q=a%26b&amp;view=standard"' in page
    assert f'href="/en{here}?q=a%26b" lang="en"' in page


def test_a_failure_is_a_page_with_a_number_to_quote(app: Flask) -> None:
    from portal.web import errors

    with app.test_request_context("/"):
        app.preprocess_request()
        page = errors._unexpected(None)
    assert page.status_code == 500
    assert "编号" in page.get_data(as_text=True)


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_wrong_method_is_a_page(browser: Browser, root: str) -> None:
    page = browser.open("DELETE", f"{root}/about", status=405)
    assert "GET" in page.response.headers["Allow"]


@pytest.mark.parametrize("root", ["", "/en"])
@pytest.mark.parametrize(("sent_to", "page"), [
    ("/verify/file", "/verify"),
    ("/cases/R2611AAAAAA/files", "/cases/R2611AAAAAA"),
    ("/cases/R2611AAAAAA/withdraw?view=elder", "/cases/R2611AAAAAA?view=elder"),
    ("/desk/cases/R2611AAAAAA/step", "/desk/cases/R2611AAAAAA"),
    ("/desk/commitments/34/duties/3", "/desk/commitments/34"),
    ("/sign-in/passkey?next=/me/", "/sign-in?next=/me/"),
    ("/commitments/signing/ABC/passkey", "/commitments/signing/ABC"),
    ("/me/devices/passkeys/remove", "/me/devices"),
])  # fmt: skip
def test_opening_the_address_of_a_form_leads_to_its_page(
    browser: Browser, root: str, sent_to: str, page: str
) -> None:
    """Its links to the other language and the way back from signing in open it."""
    answer = browser.get(root + sent_to, status=303)
    assert answer.response.headers["Location"] == root + page


def test_every_form_has_a_page_that_can_be_opened(app: Flask, browser: Browser) -> None:
    opened = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for rule in app.url_map.iter_rules():
        # Discarding a draft leaves nothing that could be shown.
        if rule.rule not in opened and not rule.rule.endswith("/discard"):
            _, address = rule.build(dict.fromkeys(rule.arguments, 7)) or ("", "")
            browser.get(address, status=303)


@pytest.mark.parametrize(
    ("packed", "size"),
    [("application/x-www-form-urlencoded", 2_000_000), ("multipart/form-data", 300_000)],
)
@pytest.mark.parametrize(("root", "limit"), [("", "87,000个汉字"), ("/en", "87,000 Chinese")])
def test_a_text_that_is_too_long_is_told_how_long_it_may_be(
    browser: Browser, root: str, limit: str, packed: str, size: int
) -> None:
    data = {"contact": "y" * size}
    page = browser.post(f"{root}/sign-in", data, status=413, content_type=packed)
    assert limit in page.main


def test_too_much_is_refused(browser: Browser) -> None:
    response = browser.client.post("/q/X/wrong", data={"x": "y" * 2_000_000})
    assert response.status_code in {303, 413}


def test_writing_commits_below_400_and_rolls_back_above(own_app: Flask) -> None:
    def act(status: str) -> tuple[str, int]:
        audit.record("test.act", "thing", status, "somebody")
        return "", int(status)

    own_app.config["WTF_CSRF_ENABLED"] = False
    own_app._got_first_request = False
    own_app.add_url_rule("/act/<status>", "act", public(act), methods=["GET", "POST"])
    client = own_app.test_client()
    for method, status in (("post", 200), ("post", 303), ("post", 422), ("get", 200)):
        getattr(client, method)(f"/act/{status}")
    assert sorted(db.session.scalars(select(audit.Event.thing_id))) == ["200", "303"]


def test_a_post_without_token_is_refused_with_a_page(own_app: Flask) -> None:
    own_app._got_first_request = False
    own_app.add_url_rule("/act", "act", public(lambda: "done"), methods=["POST"])
    response = own_app.test_client().post("/act")
    assert response.status_code == 400
    assert "没有读懂" in response.text


def test_machines_that_ask_too_often_are_told_to_wait(server: object, migrated: str) -> None:
    app = make_app(server.new(like=migrated), is_testing=False)  # type: ignore[attr-defined]
    client: FlaskClient = app.test_client()
    answers = [client.get(f"/search?q=x{number}").status_code for number in range(125)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert "太频繁" in client.get("/search?q=y").text
    let_go(app)


def test_production_refuses_missing_and_weak_secrets() -> None:
    assert Config.from_environment(GOOD).is_production
    for name in ("SECRET_KEY", "QR_KEY"):
        for value in ("", "short"):
            with pytest.raises(ConfigurationError, match=name):
                Config.from_environment({**GOOD, name: value})
    for name in ("SITE_URL", "DATABASE_URL"):
        with pytest.raises(ConfigurationError, match=name):
            Config.from_environment({**GOOD, name: ""})


def test_development_needs_no_settings() -> None:
    config = Config.from_environment({})
    assert not config.is_production
    assert config.site.is_demo
    assert config.database_url.startswith("sqlite:///")


def test_production_answers_its_own_host_alone_and_asks_for_https(migrated: str) -> None:
    app = make_app(
        migrated,
        environment="production",
        secret_key=SECRET,
        site=Site(url="https://credit.example", is_demo=False),
    )
    client = app.test_client()
    assert client.get("/about", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/healthz", headers={"Host": "10.0.0.1"}).status_code == 200
    answer = client.get("/about", headers={"Host": "credit.example"})
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    let_go(app)


def test_a_running_portal_is_healthy_and_ready(browser: Browser) -> None:
    assert browser.client.get("/healthz").text == "ok\n"
    assert browser.client.get("/readyz").text.startswith("ready\n")


@pytest.mark.parametrize("address", ["/q/%00", "/q/%2500", "/search?q=%00"])
def test_a_nul_is_refused_wherever_it_stands(browser: Browser, address: str) -> None:
    assert browser.client.get(address).status_code == 400


def test_no_step_around_a_view_is_registered_where_nobody_would_call_it(app: Flask) -> None:
    assert not app.url_value_preprocessors
    assert not app.before_request_funcs
    assert not app.after_request_funcs
    assert not app.teardown_request_funcs


@pytest.mark.parametrize("root", ["", "/en"])
def test_an_address_without_its_last_slash_leads_to_the_one_with_it(
    browser: Browser, root: str
) -> None:
    answer = browser.client.get(f"{root}/scenarios?q=%E6%B1%A4", headers={"Host": "a.example:81"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"http://a.example:81{root}/scenarios/?q=%E6%B1%A4"


def test_the_head_of_a_page_says_how_long_the_page_is(browser: Browser) -> None:
    page = browser.client.get("/about")
    head = browser.client.head("/about")
    assert head.data == b""
    assert head.headers["Content-Length"] == page.headers["Content-Length"] != "0"
