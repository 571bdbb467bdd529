"""Signing in four pages, the register, keeping, the desk: as people walk it."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from portal.accounts.models import Message
from portal.commitments import service
from portal.commitments.models import Commitment, Signing
from portal.core import db, jobs
from tests.accounts.authenticator import Authenticator
from tests.browser import Browser, Page
from tests.commitments.conftest import SOUP, Shop, code_now
from tests.conftest import Clock
from tests.core.test_uploads import a_picture
from tests.factories import make_account, make_representative, make_staff, make_subject

PREFIXES = ("", "/en")
FORM = "//main//form[.//*[@name='{}']]"


def to_sign_page(me: Browser, prefix: str = "") -> Page:
    page = me.get(f"{prefix}/commitments/sign/{SOUP}")
    page = me.follow(me.submit(page))
    page = me.submit(page, blank_beef="40", blank_price="15", **ticks(page))
    return me.follow(page)


def ticks(page: Page) -> dict[str, str]:
    return {box.get("name"): "y" for box in page.all("//main//input[@type='checkbox']")}


def the_one() -> Commitment:
    return db.session.scalars(select(Commitment)).one()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_owner_signs_in_four_pages(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.sign_in(shop.owner)
    page = to_sign_page(me, prefix)
    given = {"signer": shop.owner.name, "one_time_code": code_now()}
    sent = me.submit(page, form=FORM.format("one_time_code"), **given)
    receipt = me.follow(sent)
    assert receipt.all("//*[contains(@class, 'panel-number')]")
    assert receipt.all("//*[@data-until]")
    assert the_one().number in receipt.main
    # A second sending, a second tab and the way back all lead to the one receipt.
    again = me.submit(page, form=FORM.format("one_time_code"), **given)
    assert again.response.headers["Location"] == sent.response.headers["Location"]
    draft = db.session.scalars(select(Signing)).one()
    for place in ("", "/clauses", "/sign"):
        leads = me.get(f"{prefix}/commitments/signing/{draft.id}{place}", status=303)
        assert leads.response.headers["Location"] == sent.response.headers["Location"]
    page = me.submit(me.get(f"{prefix}/commitments/sign/{SOUP}"), status=422)
    assert f"{prefix}/commitments/mine/" in page.links("//main//form//a").values()
    me.post(f"{prefix}/commitments/signing/{draft.id}/passkey", {}, status=400)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_was_ticked_stays_when_something_is_missing(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    me = browser.sign_in(shop.owner)
    page = me.follow(me.submit(me.get(f"{prefix}/commitments/sign/{SOUP}")))
    page = me.submit(page, blank_beef="40", clause_law="y", status=422)
    assert len(page.all("//ul[@class='error-list']/li")) == 6
    draft = db.session.scalars(select(Signing)).one()
    other = browser.signed_out().sign_in(shop.owner)
    page = other.get(f"{prefix}/commitments/signing/{draft.id}/clauses")
    assert page.one("//input[@name='blank_beef']").get("value") == "40"
    assert page.one("//input[@name='clause_law']").get("checked") is not None
    assert page.one("//input[@name='clause_beef']").get("checked") is None
    me.get(f"{prefix}/commitments/signing/{draft.id}/sign", status=303)
    page = me.get(page.address)
    page = me.submit(page, blank_beef="9999", **ticks(page), status=422)
    assert page.one("//input[@name='blank_beef']").get("value") == "9999"


def test_a_wrong_code_is_said_and_the_name_stays(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    page = to_sign_page(me)
    given = {"signer": shop.owner.name, "one_time_code": "000000"}
    page = me.submit(page, form=FORM.format("one_time_code"), status=422, **given)
    assert page.one("//input[@name='signer']").get("value") == shop.owner.name
    assert db.session.scalars(select(Commitment)).all() == []


def test_a_passkey_signs_the_text(shop: Shop, browser: Browser) -> None:
    phone = shop.passkey()
    me = browser.sign_in(shop.owner)
    page = to_sign_page(me)
    draft = db.session.scalars(select(Signing)).one()
    here = f"/commitments/signing/{draft.id}/passkey"
    token = page.all("//input[@name='csrf_token']/@value")[0]
    asked = me.post(f"{here}/options", {"csrf_token": token, "signer": "别人"}, status=303)
    assert asked.response.headers["Location"].endswith("/sign")
    asked = me.post(f"{here}/options", {"csrf_token": token, "signer": shop.owner.name}, status=200)
    given = {"csrf_token": token, "signer": shop.owner.name}
    me.post(here, {**given, "credential": ""}, status=422)
    page = me.post(here, {**given, "signer": "别人", "credential": ""}, status=422)
    assert "姓名与账号上的不同" in page.words("//div[@class='error-summary']")
    stranger = Authenticator(phone.host, phone.origin)
    me.post(here, {**given, "credential": stranger.sign(asked.source)}, status=422)
    me.post(here, {**given, "credential": phone.sign(asked.source)})
    assert the_one().means == "passkey"
    me.post(here, {**given, "credential": phone.sign(asked.source)})
    assert the_one().proof["public_key"]


def test_a_code_is_sent_to_who_has_no_app(shop: Shop, browser: Browser) -> None:
    owner = make_account("钱小店")
    make_representative(owner, shop.subject, scopes=("read", "sign"))
    me = browser.sign_in(owner)
    page = to_sign_page(me)
    assert not page.all("//input[@name='one_time_code']")
    page = me.follow(me.submit(page, form="//form[contains(@action, '/code')]"))
    code = page.words("//strong[@translate='no']")
    given = {"signer": owner.name, "one_time_code": code}
    me.follow(me.submit(page, form=FORM.format("one_time_code"), **given))
    assert the_one().means == "code"


def test_the_address_of_anybody_elses_signing_is_404(shop: Shop, browser: Browser) -> None:
    draft, commitment = shop.draft("training-teachers", none=""), shop.sign()
    stranger = browser.sign_in(make_account())
    for place in ("clauses", "sign"):
        stranger.get(f"/commitments/signing/{draft.id}/{place}", status=404)
    for place in ("", "/document.pdf", "/files/1"):
        stranger.get(f"/commitments/mine/{commitment.number}{place}", status=404)
    browser.signed_out().get(f"/commitments/mine/{commitment.number}", status=303)
    page = stranger.get(f"/commitments/sign/{SOUP}")
    assert "您现在没有可以代签的企业" in page.main
    stranger.get("/commitments/sign/no-such", status=404)


def test_who_acts_for_two_chooses_in_whose_name(shop: Shop, browser: Browser) -> None:
    other = make_subject("虚构县李家汤馆")
    make_representative(shop.owner, other)
    me = browser.sign_in(shop.owner)
    page = me.get(f"/commitments/sign/{SOUP}")
    page = me.submit(page, status=422)
    me.submit(page, promisor=f"subject:{other.id}")
    assert db.session.scalars(select(Signing)).one().subject_id == other.id


@pytest.mark.limit(30)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_register_shows_it_after_ten_minutes(
    shop: Shop, browser: Browser, clock: Clock, prefix: str
) -> None:
    commitment = shop.sign()
    anyone = browser.signed_out()
    assert commitment.number not in anyone.get(f"{prefix}/commitments/").source
    anyone.get(f"{prefix}/commitments/{commitment.number}", status=404)
    clock.move(minutes=10)
    page = anyone.get(f"{prefix}/commitments/?q=张记&kind=public&state=keeping")
    assert commitment.number in page.source
    page = anyone.get(f"{prefix}/commitments/{commitment.number}")
    assert "40" in page.main
    assert shop.owner.name not in page.source
    page = anyone.get(f"{prefix}/subjects/{shop.subject.code}/commitments")
    assert commitment.number in page.source
    anyone.get(f"{prefix}/commitments/?q=none&before=x")
    anyone.get(f"{prefix}/subjects/{make_subject().code}/commitments?before=5")
    anyone.get(f"{prefix}/subjects/92340499MA00000000/commitments", status=404)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_texts_and_their_versions_are_public(app: object, browser: Browser, prefix: str) -> None:
    browser.get(f"{prefix}/commitments/texts/")
    page = browser.get(f"{prefix}/commitments/texts/{SOUP}?version=1")
    assert page.links()["看最新的一版" if not prefix else "See the newest version"]
    page = browser.get(f"{prefix}/commitments/texts/{SOUP}/changes")
    assert page.all("//ins")
    assert page.all("//del")
    browser.get(f"{prefix}/commitments/texts/agency-listings/changes")
    browser.get(f"{prefix}/commitments/texts/fire-check-papers")
    browser.get(f"{prefix}/commitments/texts/no-such", status=404)
    browser.get(f"{prefix}/commitments/texts/no-such/changes", status=404)


@pytest.mark.limit(40)
def test_a_commitment_can_be_withdrawn_within_ten_minutes(shop: Shop, browser: Browser) -> None:
    here = f"/commitments/mine/{shop.sign().number}"
    jobs.run_due()
    me = browser.sign_in(shop.owner)
    page = me.get(here)
    assert "下载承诺书" in page.main
    assert me.get(f"{here}/document.pdf").response.data.startswith(b"%PDF")
    page = me.follow(me.submit(page, form="//form[contains(@action, 'withdraw')]"))
    assert "已撤回" in page.main
    assert not page.all("//form[contains(@action, 'withdraw')]")


def upload(me: Browser, page: Page, form: str, *sent: tuple[str, bytes], status: int = 303,
           **answers: str) -> Page:  # fmt: skip
    element = page.one(form)
    data: dict[str, object] = {
        "csrf_token": element.xpath(".//input[@name='csrf_token']/@value")[0]
    }
    data |= {**answers, "files": [(io.BytesIO(content), name) for name, content in sent]}
    return me.post(element.get("action"), data, status=status, content_type="multipart/form-data")


@pytest.mark.limit(40)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_duty_runs_from_promise_to_kept(
    shop: Shop, browser: Browser, clock: Clock, prefix: str
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    me = browser.sign_in(shop.owner)
    here = f"{prefix}/commitments/mine/{commitment.number}"
    first = commitment.duties[0].id
    form = f"//form[contains(@action, '/duties/{first}')]"
    page = me.get(here)
    page = upload(me, page, form, report="", status=422)
    page = upload(me, page, form, ("contract.doc", b"x"), report="done", status=422)
    assert "contract.doc" in page.main
    page = me.follow(upload(me, me.get(here), form, ("价目表.jpg", a_picture()), report="done"))
    file_id = db.session.scalars(select(Commitment)).one().files[0].id
    assert me.get(f"{here}/files/{file_id}").response.data
    clerk = browser.signed_out().sign_in(make_staff("handler", body="agriculture"))
    clerk.get(f"{prefix}/desk/commitments")
    desk = f"{prefix}/desk/commitments/{commitment.number}"
    assert clerk.get(f"{desk}/files/{file_id}").response.data
    for duty in the_one().duties:
        form = f"//form[contains(@action, '/duties/{duty.id}')]"
        page = clerk.get(desk)
        clerk.submit(page, form=form, status=422)
        clerk.submit(page, form=form, outcome="partly", status=422)
        page = clerk.follow(clerk.submit(page, form=form, outcome="kept"))
    form = FORM.format("step")
    clerk.submit(page, form=form, status=422)
    page = clerk.follow(clerk.submit(page, form=form, step="confirm_kept"))
    assert the_one().state == "kept"
    assert not page.all(form)
    shown = browser.signed_out().get(f"{prefix}/commitments/{commitment.number}")
    assert ("已履行" if not prefix else "Kept") in shown.main


@pytest.mark.limit(40)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_breach_is_noticed_answered_decided_and_objected_to(
    shop: Shop, browser: Browser, clock: Clock, prefix: str
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    desk = f"{prefix}/desk/commitments/{commitment.number}"
    clerk = browser.sign_in(make_staff("handler", body="agriculture"))
    page = clerk.get(desk)
    page = clerk.follow(upload(clerk, page, FORM.format("step"), ("抽查.jpg", a_picture()),
                               step="notify_breach", note="抽查不足40克"))  # fmt: skip
    me = browser.signed_out().sign_in(shop.owner)
    here = f"{prefix}/commitments/mine/{commitment.number}"
    page = me.get(here)
    form = "//form[contains(@action, '/answer')]"
    upload(me, page, form, report="", status=422)
    upload(me, page, form, ("a.doc", b"x"), report="the scales broke", status=422)
    page = me.follow(upload(me, page, form, report="the scales broke"))
    reviewer = browser.signed_out().sign_in(make_staff("reviewer", body="agriculture"))
    page = reviewer.get(desk)
    page = reviewer.follow(reviewer.submit(page, form=FORM.format("step"), step="decide_breach",
                                           note="抽查不足，有照片"))  # fmt: skip
    assert the_one().state == "broken"
    page = me.get(here)
    link = "我认为有误" if not prefix else "I think this is wrong"
    target = page.links().get(link) or page.all("//a[contains(@href, '/objections/new')]/@href")[0]
    page = me.get(target)
    assert shop.subject.name in page.main
    me.follow(me.submit(page))


def test_an_office_asks_by_list(shop: Shop, browser: Browser) -> None:
    clerk = browser.sign_in(make_staff("handler", body="agriculture"))
    page = clerk.get("/desk/commitments/requests")
    clerk.submit(page, codes="X", due_on="2026-12-01", slug=SOUP, status=422)
    form = page.one("//main//form[@enctype]")
    data = {
        "csrf_token": form.xpath(".//input[@name='csrf_token']/@value")[0],
        "slug": SOUP,
        "due_on": "2026-12-01",
        "codes": "",
        "file": (io.BytesIO(f"code\n{shop.subject.code}\n".encode()), "list.csv"),
    }
    sent = clerk.post("/desk/commitments/requests", data, content_type="multipart/form-data")
    page = clerk.follow(sent)
    assert shop.subject.name in page.main
    told = db.session.scalars(select(Message).where(Message.account_id == shop.owner.id)).one()
    assert told.key == "commitment_asked"
    me = browser.signed_out().sign_in(shop.owner)
    assert "请您看一看" in me.get("/commitments/mine/").main
    shop.sign()
    page = clerk.get(page.address)
    assert "看承诺" in page.main
    stranger = browser.signed_out().sign_in(make_staff("handler", body="housing"))
    stranger.get(page.address, status=404)
    stranger.get(f"/desk/commitments/{the_one().number}", status=404)
    empty = browser.signed_out().sign_in(make_staff("handler", body="audit"))
    assert "没有受理企业承诺的文本" in empty.get("/desk/commitments/requests").main
    empty.get("/desk/commitments?state=broken")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_my_commitments_list_what_is_to_do(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.sign_in(shop.owner)
    assert me.get(f"{prefix}/commitments/mine/").all("//*[@class='empty']")
    shop.draft("training-teachers", none="")
    commitment = shop.sign()
    db.session.commit()
    page = me.get(f"{prefix}/commitments/mine/")
    assert commitment.number in page.source
    assert "training-teachers" not in page.main
    assert service.due(shop.actor)[0][0].due_on == date(2026, 12, 20)


def test_whoever_takes_the_own_data_away_has_the_commitments_too(
    shop: Shop, browser: Browser
) -> None:
    commitment = shop.sign()
    me = browser.sign_in(shop.owner)
    form = me.get("/me/privacy").one("//form[contains(@action, '/export')]/input")
    data = {"csrf_token": form.get("value"), "form": "json"}
    kept = me.post("/me/privacy/export", data, status=200).response.get_json()
    (found,) = kept["commitments"]
    assert found["number"] == commitment.number
    assert found["text"] == commitment.text
    assert found["duties"]
