"""What goes wrong on the way: nothing typed, no file and no case is lost, and none is doubled."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.accounts.models import SignInSession
from portal.cases import service as cases
from portal.cases.models import Case, CaseFile, Draft
from portal.core import calendar, db, terms
from portal.core.errors import Refused
from portal.repair import service as repair
from portal.repair.models import Repair
from tests.browser import Browser
from tests.conftest import Clock
from tests.core.test_uploads import a_picture
from tests.factories import make_staff
from tests.repair.conftest import CLERK, Shop, make_shop
from tests.repair.test_routes import upload

PROMISE = "//form[.//input[@name='promised']]"
YEARS = st.dates(date(2024, 1, 1), date(2026, 11, 30))


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.limit(60)
def test_a_hundred_identical_posts_make_one_case(own_app: Flask) -> None:
    with own_app.app_context():
        shop = make_shop()
        draft = shop.draft()
        db.session.commit()
        me = Browser(own_app).sign_in(shop.owner)
        address = f"/repair/drafts/{draft.id}/check"
        page = me.get(address)
        token = page.one(PROMISE + "/input[@name='csrf_token']").get("value")
        cookie = me.client.get_cookie("session")
        assert cookie is not None
        db.session.remove()
    found: list[str] = []

    def send() -> None:
        client = own_app.test_client()
        client.set_cookie("session", cookie.value)
        for _again in range(10):
            answer = client.post(address, data={"csrf_token": token, "promised": "y"})
            found.append(f"{answer.status_code} {answer.headers.get('Location')}")

    threads = [threading.Thread(target=send) for _each in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_app.app_context():
        assert count(Repair) == 1
        reference = db.session.scalar(select(Case.reference))
    assert set(found) == {f"303 /cases/{reference}"}


@pytest.mark.limit(30)
def test_of_two_clerks_one_wins_and_the_other_is_told(own_app: Flask) -> None:
    with own_app.app_context():
        case = make_shop().sent()
        case_id = case.id
        db.session.remove()
    told: list[str] = []
    start = threading.Barrier(2)

    def decide(step: str) -> None:
        with own_app.app_context():
            start.wait()
            try:
                found = db.session.get_one(Repair, case_id)
                cases.act(found, step, by=CLERK, note="x", expected="submitted")
                db.session.commit()
                told.append("done")
            except Refused as refused:
                db.session.rollback()
                told.append(refused.reason)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=decide, args=(step,)) for step in ("accept", "return")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "moved_on"]


def test_a_session_that_ended_keeps_what_was_typed(shop: Shop, browser: Browser) -> None:
    draft = shop.draft()
    me = browser.sign_in(shop.owner)
    page = me.get(f"/repair/drafts/{draft.id}/statement")
    db.session.execute(db.Base.metadata.tables[SignInSession.__tablename__].delete())
    db.session.commit()
    away = me.submit(page, statement="写了很久的说明")
    assert "/sign-in" in away.response.headers["Location"]
    again = me.sign_in(shop.owner).get(f"/repair/drafts/{draft.id}/statement")
    assert "写了很久的说明" in again.source


def test_a_token_that_is_too_old_keeps_what_was_typed(shop: Shop, browser: Browser) -> None:
    draft = shop.draft()
    me = browser.sign_in(shop.owner)
    page = me.get(f"/repair/drafts/{draft.id}/statement")
    back = me.submit(page, csrf_token="of yesterday", statement="写了很久的说明")
    again = me.get(back.response.headers["Location"])
    assert "写了很久的说明" in again.source


def test_back_and_refresh_after_sending_lead_to_the_case(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    draft = shop.draft()
    address = f"/repair/drafts/{draft.id}/check"
    sent = me.submit(me.get(address), form=PROMISE, promised="y")
    back = me.get(address, status=303)
    assert back.response.headers["Location"] == sent.response.headers["Location"]
    assert count(Case) == 1


def test_a_request_that_is_too_large_loses_no_file(
    shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = browser.sign_in(shop.owner)
    page = me.get(f"/drafts/{shop.draft().id}/files")
    monkeypatch.setattr("portal.web.uploads.REQUEST_BYTES", 1000)
    large = upload(me, page, ("大.jpg", bytes(5000)), status=413)
    assert "太大" in large.main
    assert "分几次传" in large.main
    assert "凭证.jpg" in me.get(page.address).main


@pytest.mark.parametrize("broken", ["obstore.put", "portal.core.storage._make_durable"])
def test_a_full_disk_is_said_beside_the_file(
    shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    me = browser.sign_in(shop.owner)
    page = me.get(f"/drafts/{shop.draft().id}/files")
    monkeypatch.setattr(broken, full)
    said = upload(me, page, ("整改.jpg", a_picture((9, 9))), status=422)
    assert "“整改.jpg”现在存不进去" in said.main
    assert "凭证.jpg" in me.get(page.address).main
    assert count(CaseFile) == 1


def test_a_failure_gives_back_what_was_typed_and_sending_again_works(
    shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = shop.draft()
    me = browser.sign_in(shop.owner)
    page = me.get(f"/repair/drafts/{draft.id}/statement")
    save = repair.save_statement

    def away(*_arguments: object, **_named: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("the database is away"))

    monkeypatch.setattr(repair, "save_statement", away)
    shop_app = me.app
    shop_app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        lost = me.submit(page, statement="写了很久的说明", status=500)
    finally:
        shop_app.config["PROPAGATE_EXCEPTIONS"] = None
    assert "没有丢" in lost.main
    monkeypatch.setattr(repair, "save_statement", save)
    done = me.submit(lost)
    assert done.response.headers["Location"].endswith("/check")
    assert db.session.get_one(Draft, draft.id).answers["statement"] == "写了很久的说明"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_breaks_off_leaves_the_draft_as_it_was(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    draft = shop.draft()
    page = me.get(f"/drafts/{draft.id}/files")
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n\xff\xd8'
    me.client.post(
        page.address, data=body, content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(len(body))},
    )  # fmt: skip
    assert [file.name for file in db.session.get_one(Draft, draft.id).files] == ["凭证.jpg"]


def test_a_wrong_answer_keeps_the_others(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    page = me.get(f"/repair/drafts/{shop.draft().id}/statement")
    wrong = me.submit(page, status=422, performed_on="2027-01-01", statement="说明还在")
    assert "说明还在" in wrong.source
    assert "不能晚于今天" in wrong.main


# The clock


@given(YEARS, st.sampled_from(["rep.accept", "rep.decide", "rep.extend", "obj.provider"]))
def test_every_term_ends_on_a_working_day_with_just_its_days_counted(start: date, key: str) -> None:
    days = calendar.load()
    term = terms.term(key, start)
    found = days.explain(start, term)
    assert days.is_working_day(found.deadline.due_on)
    assert len(found.counted) == term.length
    assert days.working_days_between(start, found.deadline.due_on) == term.length


@given(YEARS, st.integers(1, 30))
def test_a_later_start_never_ends_earlier(start: date, later: int) -> None:
    days, term = calendar.load(), terms.term("rep.decide", date(2026, 11, 1))
    assert days.end(start, term).due_on <= days.end(start + timedelta(later), term).due_on


def test_the_worked_example_of_november_holds(app: Flask, clock: Clock) -> None:
    clock.set(date(2026, 11, 23))
    case = make_shop().sent()
    due = {each.key: each.due_on for each in case.deadlines}
    assert due["rep.accept"] == date(2026, 11, 26)
    clock.set(date(2026, 11, 26))
    cases.act(case, "accept", by=CLERK)
    assert case.deadlines[-1].due_on == date(2026, 12, 7)
    cases.act(case, "extend", by=CLERK, note="需要现场核实")
    assert case.deadlines[-1].due_on == date(2026, 12, 21)


def test_staff_files_survive_a_page_that_was_refused(shop: Shop, browser: Browser) -> None:
    case = shop.sent()
    desk = browser.sign_in(make_staff("handler", body="urban-management"))
    page = desk.get(f"/desk/cases/{case.reference}")
    wrong = desk.submit(
        page, form="//form[contains(@action, '/step')]", status=422, note="写好的答复", do="take"
    )
    assert "写好的答复" in wrong.source
