"""Who is let in, who is sent to sign in, and that nothing typed is lost on the way."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, g
from wtforms import PasswordField, StringField

from portal.core import parking
from portal.web import access
from portal.web.forms import PortalForm
from portal.web.parking import local_path
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import make_account, make_staff


class NoteForm(PortalForm):
    note = StringField("留言")
    password = PasswordField("密码")


@pytest.fixture
def pages(own_app: Flask) -> Browser:
    """Three pages of every kind beside the portal's own."""

    def mine() -> object:
        form = NoteForm()
        if form.validate_on_submit():
            return access.redirect("/done", 303)
        return f"<!doctype html><title>x</title>{form.note()}{form.password()}{form.csrf_token()}{g.actor.name}"

    views = {
        "mine": access.signed_in(mine),
        "desk": access.staff("reviewer")(lambda: "desk"),
        "any_desk": access.staff()(lambda: "desk"),
        "binding": access.signed_in(access.reauthenticated(lambda: "bound")),
    }
    own_app._got_first_request = False
    for name, view in views.items():
        own_app.add_url_rule(f"/test/{name}", name, view, methods=["GET", "POST"])
    own_app._got_first_request = True
    return Browser(own_app)


def test_an_anonymous_visitor_is_sent_to_sign_in_and_back(pages: Browser) -> None:
    answer = pages.client.get("/en/test/mine?page=2")
    assert answer.status_code == 303
    target = urlsplit(answer.headers["Location"])
    assert target.path == "/en/sign-in"
    assert parse_qs(target.query) == {"next": ["/en/test/mine?page=2"]}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_person_may_open_what_is_theirs_and_not_the_desk(pages: Browser) -> None:
    pages.sign_in(make_account("王小麦"))
    answer = pages.client.get("/test/mine")
    assert "王小麦" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert pages.client.get("/test/desk").status_code == 403
    assert pages.client.get("/test/any_desk").status_code == 403


def test_staff_need_the_role_that_the_page_names(pages: Browser) -> None:
    pages.sign_in(make_staff("handler"))
    assert pages.client.get("/test/any_desk").text == "desk"
    assert pages.client.get("/test/desk").status_code == 403
    pages.sign_in(make_staff("handler", "reviewer"))
    assert pages.client.get("/test/desk").text == "desk"


def test_binding_pages_ask_again_after_ten_minutes(pages: Browser, clock: Clock) -> None:
    pages.sign_in(make_account())
    assert pages.client.get("/test/binding").text == "bound"
    clock.move(minutes=11)
    answer = pages.client.get("/test/binding")
    assert answer.headers["Location"] == "/confirm?next=%2Ftest%2Fbinding"


@pytest.mark.parametrize(("kind", "minutes"), [("individual", 30), ("staff", 15)])
def test_an_idle_session_ends(pages: Browser, clock: Clock, kind: str, minutes: int) -> None:
    account = make_account() if kind == "individual" else make_staff()
    pages.sign_in(account)
    clock.move(minutes=minutes - 1)
    assert pages.client.get("/test/mine").status_code == 200
    clock.move(minutes=minutes)
    assert pages.client.get("/test/mine").status_code == 200, "use keeps it alive"
    clock.move(minutes=minutes, seconds=1)
    assert pages.client.get("/test/mine").status_code == 303


def test_use_does_not_keep_a_session_alive_for_ever(pages: Browser, clock: Clock) -> None:
    pages.sign_in(make_account())
    answers = []
    for _half_hour in range(26):
        clock.move(minutes=29)
        answers.append(pages.client.get("/test/mine").status_code)
    assert answers[0] == 200
    assert answers[-1] == 303


def test_answers_sent_after_the_session_ended_are_there_after_sign_in(
    pages: Browser, clock: Clock
) -> None:
    account = make_account()
    pages.sign_in(account)
    clock.move(hours=1)
    answer = pages.client.post("/test/mine", data={"note": "三句话", "password": "not to be kept"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Ftest%2Fmine"
    pages.sign_in(account)
    shown = pages.client.get("/test/mine").text
    assert "三句话" in shown
    assert "not to be kept" not in shown
    assert "三句话" not in pages.client.get("/test/binding").text


def test_answers_with_an_old_token_are_shown_again(pages: Browser) -> None:
    pages.sign_in(make_account())
    answer = pages.client.post("/test/mine", data={"note": "三句话", "csrf_token": "old"})
    assert answer.headers["Location"] == "/test/mine"
    page = pages.client.get("/test/mine")
    assert "三句话" in page.text
    token = page.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    taken = pages.client.post("/test/mine", data={"note": "三句话", "csrf_token": token})
    assert taken.headers["Location"] == "/done"
    assert pages.client.get_cookie("parked") is None
    assert "三句话" not in pages.client.get("/test/mine").text


def test_parked_answers_end_after_a_day_and_need_the_browser(pages: Browser, clock: Clock) -> None:
    account = make_account()
    pages.client.post("/test/mine", data={"note": "三句话"})
    other = pages.signed_out().sign_in(account)
    assert "三句话" not in other.client.get("/test/mine").text
    clock.move(hours=25)
    pages.sign_in(account)
    assert "三句话" not in pages.client.get("/test/mine").text


def test_another_site_cannot_fill_a_form(pages: Browser) -> None:
    pages.client.post(
        "/test/mine", data={"note": "fremd"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert pages.client.get_cookie("parked") is None


def test_htmx_is_told_where_to_go(pages: Browser) -> None:
    answer = pages.client.get("/test/mine", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/sign-in?next=")


def test_nobody_reads_parked_answers_from_the_database(app: Flask) -> None:
    with app.test_request_context():
        ticket = parking.park("/test/mine", [("note", "三句话")])
        assert parking.find(ticket, "/test/mine") == [("note", "三句话")]
        assert parking.find(ticket, "/other") is None
        assert parking.find("guessed", "/test/mine") is None


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("/me/?page=2", "/me/?page=2"),
        ("//evil.example/", ""),
        ("https://evil.example/", ""),
        ("/\\evil.example", ""),
        ("/me\n", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_this_site_are_gone_back_to(address: str | None, local: str) -> None:
    assert local_path(address) == local
