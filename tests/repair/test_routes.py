"""The whole errand of repair, as its applicant walks it."""

import io
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.core import db, jobs
from portal.repair.models import Repair
from tests.browser import Browser, Page
from tests.conftest import Clock
from tests.core.test_uploads import a_picture
from tests.factories import make_account, make_record
from tests.repair.conftest import CITY, CLERK, REVIEWER, Shop, act

PREFIXES = ("", "/en")


def upload(
    browser: Browser, page: Page, *sent: tuple[str, bytes], status: int = 303, **more: str
) -> Page:
    form = page.one("//form[@enctype]")
    token = form.xpath(".//input[@name='csrf_token']/@value")
    data = {
        "csrf_token": token[0] if token else "",
        "files": [(io.BytesIO(content), name) for name, content in sent],
    }
    return browser.post(
        form.get("action"), data | more, status=status, content_type="multipart/form-data"
    )


def go_on(browser: Browser, page: Page, *sent: tuple[str, bytes]) -> Page:
    """The page after that of the files, which takes along what was chosen."""
    assert page.words("//button[@name='onward']") in {"继续", "Continue"}
    return browser.follow(upload(browser, page, *sent, onward="1"))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_owner_repairs_a_record_in_five_pages(shop: Shop, browser: Browser, prefix: str) -> None:
    me = browser.signed_out().sign_in(shop.owner)
    page = me.get(f"{prefix}/repair/{shop.record.id}/new")
    page = me.follow(me.submit(page, form="//form[contains(@action, '/new')]"))
    page = me.follow(upload(me, page, ("凭证.jpg", a_picture())))
    assert "凭证.jpg" in page.main
    page = go_on(me, page)
    page = me.follow(me.submit(page, performed_on="2026-08-20", statement="已缴清"))
    refused = me.submit(page, form="//form[.//input[@name='promised']]", status=422)
    assert refused.all("//div[@class='error-summary']")
    page = me.follow(me.submit(page, form="//form[.//input[@name='promised']]", promised="y"))
    assert page.all("//*[contains(@class, 'panel-number')]")
    assert "2026" in page.main
    again = me.get(page.address)
    assert again.heading == page.heading


@pytest.mark.parametrize("prefix", PREFIXES)
def test_days_are_written_out_before_they_are_promised(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    page = browser.sign_in(shop.owner).get(f"{prefix}/repair/drafts/{shop.draft().id}/check")
    assert ("20 August 2026" if prefix else "2026年8月20日") in page.main
    assert "2026-08-20" not in page.main


def test_sending_twice_makes_one_case(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    draft = shop.draft()
    db.session.commit()
    address = f"/repair/drafts/{draft.id}/check"
    page = me.get(address)
    first = me.submit(page, form="//form[.//input[@name='promised']]", promised="y")
    second = me.submit(page, form="//form[.//input[@name='promised']]", promised="y")
    assert first.response.headers["Location"] == second.response.headers["Location"]


def test_nobody_else_sees_draft_or_case(shop: Shop, browser: Browser) -> None:
    draft = shop.draft()
    stranger = browser.sign_in(make_account())
    for address in (f"/repair/drafts/{draft.id}/check", f"/drafts/{draft.id}/files"):
        stranger.get(address, status=404)
    case = shop.sent()
    file_id = case.files[0].id
    for address in ("", "/deadline.ics", f"/files/{file_id}"):
        stranger.get(f"/cases/{case.reference}{address}", status=404)
    asked = browser.signed_out().get(f"/cases/{case.reference}", status=303)
    assert asked.response.headers["Location"] == f"/track?reference={case.reference}"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_whoever_does_not_act_for_a_business_reads_who_may_apply(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    address = f"{prefix}/repair/{shop.record.id}/new"
    me = browser.sign_in(make_account())
    page = me.get(address, status=403)
    assert f"{prefix}/me/claim" in page.links("//main//a").values()
    me.get(f"{prefix}/repair/404/new", status=404)


def test_a_bad_file_is_named_and_the_good_ones_stay(shop: Shop, browser: Browser) -> None:
    me = browser.sign_in(shop.owner)
    draft = shop.draft()
    page = me.get(f"/drafts/{draft.id}/files")
    page = upload(me, page, ("店面.png", a_picture(form="PNG")), ("合同.doc", b"x"), status=422)
    assert "“合同.doc”没有传上" in page.main
    assert "店面.png" in me.get(f"/drafts/{draft.id}/files").main
    page = me.get(f"/drafts/{draft.id}/files")
    page = me.follow(me.submit(page, form="(//form[contains(@action, '/remove')])[1]"))
    assert "凭证.jpg" not in page.main
    assert upload(me, page).status == 303
    me.submit(page, form="//form[contains(@action, '/discard')]")
    me.get(page.address, status=404)


def test_after_the_grant_the_page_says_that_the_record_is_gone(
    shop: Shop, browser: Browser
) -> None:
    case = shop.sent()
    for step, by in (("accept", CLERK), ("propose_grant", CLERK), ("grant", REVIEWER)):
        act(case, step, by=by)
    page = browser.sign_in(shop.owner).get(f"/repair/{shop.record.id}/new")
    assert "已经停止公示" in page.main
    assert "在办" not in page.main
    assert f"/cases/{case.reference}" in page.links("//main//a").values()


def test_who_comes_to_a_case_without_signing_in_gets_there(
    shop: Shop, browser: Browser, clock: Clock
) -> None:
    """As from a mail, or when the session ended; whether there is such a case is not told."""
    case = shop.sent()
    reference = case.reference
    for asked in (reference, "R2611ZZZZZZ"):
        page = browser.follow(browser.get(f"/en/cases/{asked}", status=303))
        assert page.one("//input[@name='reference']").get("value") == asked
        onward = page.links()["With an account, sign in to see it"]
        assert onward == f"/en/sign-in?next=%2Fen%2Fcases%2F{asked}"
    act(case, "decline", by=CLERK, note="不属于修复范围")
    me = browser.sign_in(shop.owner)
    page = me.get(f"/cases/{reference}")
    clock.move(hours=1)
    reopen = "//form[contains(@action, '/reopen')]"
    sent = me.submit(page, form=reopen, note="有新的证据，写了很久")
    assert sent.response.headers["Location"] == f"/track?reference={reference}"
    page = me.follow(sent)
    me.submit(page, status=422, code="wrong")
    page = me.sign_in(shop.owner).get(f"/cases/{reference}")
    assert "有新的证据，写了很久" in page.words(f"{reopen}//textarea")


def test_a_message_names_the_case_as_its_page_does(shop: Shop, browser: Browser) -> None:
    case = shop.sent()
    me = browser.sign_in(shop.owner)
    page = me.get("/me/messages")
    assert case.shown_reference in page.words("//h2")
    leads_to = next(link for link in page.links("//main//a").values() if "/cases/" in link)
    assert case.shown_reference in me.get(leads_to).heading


def test_nobody_has_to_ask_for_a_reminder_that_comes_anyway(shop: Shop, browser: Browser) -> None:
    record = make_record(
        shop.subject, decided_on=date(2026, 9, 13), authority=CITY, performed_on=date(2026, 9, 20)
    )
    page = browser.sign_in(shop.owner).get(f"/repair/{record.id}/new")
    assert "到那天我们给您发消息" in page.main
    assert not page.all("//form[contains(@action, '/remind')]")


def test_too_early_the_page_says_from_when_and_offers_a_reminder(
    shop: Shop, browser: Browser
) -> None:
    record = make_record(shop.subject, decided_on=date(2026, 9, 13), authority=CITY)
    me = browser.sign_in(shop.owner)
    page = me.get(f"/repair/{record.id}/new")
    assert "还差23天" in page.main
    assert "2026年12月13日" in page.main
    assert "点下面的“到期提醒我”" in page.main
    page = me.follow(me.submit(page, form="//form[contains(@action, '/remind')]"))
    assert "会提醒您" in page.main
    assert "点下面的" not in page.main
    page = me.get(f"/en/repair/{record.id}/new?reminder=set")
    me.submit(page, form="//form[contains(@action, '/screening')]")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_anyone_reads_how_a_public_record_is_repaired(
    shop: Shop, browser: Browser, prefix: str
) -> None:
    page = browser.get(f"{prefix}/repair/{shop.record.id}")
    assert page.all("//a[contains(@href, '/new')]")
    browser.get(f"{prefix}/repair/")
    pdf = browser.get(f"{prefix}/repair/{shop.record.id}/notice.pdf")
    assert pdf.response.data.startswith(b"%PDF")
    browser.get(f"{prefix}/repair/404", status=404)


@pytest.mark.parametrize(("facts", "words"), [
    ({"authority": "淮南市市场监督管理局"}, "不在本站申请"),
    ({"kind": "court", "record_class": None}, "不在本站申请"),
    ({"decided_on": date(2025, 9, 1)}, "不需要申请修复"),
])  # fmt: skip
def test_what_is_not_repaired_here_says_where(
    shop: Shop, browser: Browser, facts: dict[str, Any], words: str
) -> None:
    record = make_record(shop.subject, **facts)
    me = browser.sign_in(shop.owner)
    assert words in me.get(f"/repair/{record.id}/new").main
    if facts.get("kind") != "court":
        return
    page = me.get(f"/repair/{record.id}")
    assert "执行法院" in page.main


def test_the_applicant_sees_who_acts_and_by_when_and_answers(
    shop: Shop, browser: Browser, clock: Clock
) -> None:
    case = shop.sent()
    file_id = case.files[0].id
    me = browser.sign_in(shop.owner)
    page = me.get(f"/cases/{case.reference}")
    assert "淮南市城市管理局" in page.main
    assert "2026年11月25日" in page.main
    assert "中秋" not in page.main
    ics = me.get(f"/cases/{case.reference}/deadline.ics")
    assert ics.response.mimetype == "text/calendar"
    file = me.get(f"/cases/{case.reference}/files/{file_id}")
    assert file.response.headers["Content-Disposition"].startswith("attachment")
    me.get(f"/cases/{case.reference}/files/0", status=404)

    act(case, "return", by=CLERK, note="缺少整改照片")
    page = me.get(f"/cases/{case.reference}")
    assert "缺少整改照片" in page.main
    assert "等您补充" in page.main
    me.get(f"/cases/{case.reference}/deadline.ics", status=404)
    page = me.follow(upload(me, page, ("整改.jpg", a_picture((50, 50)))))
    refused = upload(me, page, ("a.exe", b"MZ"), status=422)
    assert "只收JPG" in refused.main
    empty = me.submit(page, form="//form[contains(@action, '/files')]", status=422)
    assert empty.all("//*[@id='files-error']")
    me.submit(page, form="//form[contains(@action, '/resubmit')]")
    again = me.submit(page, form="//form[contains(@action, '/resubmit')]")
    assert again.response.headers["Location"] == f"/cases/{case.reference}"
    act(case, "accept", by=CLERK)
    stale = me.submit(page, form="//form[contains(@action, '/resubmit')]", status=422)
    assert "别人已经办了一步" in stale.main

    act(case, "propose_refusal", by=CLERK, note="照片看不清")
    act(case, "refuse", by=REVIEWER)
    page = me.get(f"/en/cases/{case.reference}")
    empty = me.submit(page, form="//form[contains(@action, '/reopen')]", status=422)
    assert empty.all("//textarea[@aria-invalid]")
    token = page.all("//input[@name='csrf_token']/@value")[0]
    me.post(f"/cases/{case.reference}/grant", {"csrf_token": token}, status=404)
    page = me.get(f"/cases/{case.reference}")
    me.submit(page, form="//form[contains(@action, '/settle')]")
    assert "已解决" in me.get(f"/cases/{case.reference}").main
    reopen = "//form[contains(@action, '/reopen')]"
    late = me.submit(page, form=reopen, note="照片补拍好了", status=422)
    assert late.one("//textarea[@readonly]").text.strip() == "照片补拍好了"


def test_a_case_is_tracked_by_number_and_code(shop: Shop, browser: Browser) -> None:
    from portal.repair import service

    case, code = service.submit(shop.draft(), shop.actor)
    db.session.commit()
    page = browser.get("/track")
    wrong = browser.submit(page, reference=case.reference, code="AAAA", status=422)
    unknown = browser.submit(page, reference="R2611-AAAAAA", code=code, status=422)
    assert wrong.words("//p[@class='field-error']") == unknown.words("//p[@class='field-error']")
    browser.submit(page, reference="", code="", status=422)
    page = browser.follow(browser.submit(page, reference=case.shown_reference, code=code))
    assert case.shown_reference in page.heading
    browser.get("/en/track")


@pytest.mark.limit(20)
def test_receipt_and_answer_are_sealed_papers(shop: Shop, browser: Browser, tmp_path: Path) -> None:
    case = shop.sent()
    reference, case_id = case.reference, case.id
    me = browser.sign_in(shop.owner)
    waiting = me.get(f"/cases/{reference}/receipt.pdf", status=202)
    assert "10秒" in waiting.main
    me.get(f"/cases/{reference}/answer.pdf", status=404)
    act(case, "decline", by=CLERK, note="不属于修复范围")
    while jobs.run_due():
        pass
    texts = []
    for kind in ("receipt", "answer"):
        file = tmp_path / f"{kind}.pdf"
        file.write_bytes(me.get(f"/cases/{reference}/{kind}.pdf").response.data)
        texts.append(subprocess.check_output(["pdftotext", file, "-"], text=True))
    assert db.session.get_one(Repair, case_id).shown_reference in texts[0]
    assert "2026年11月25日前" in texts[0]
    assert "不属于修复范围" in texts[1]
    assert shop.owner.name not in "".join(texts)
    page = me.get(f"/cases/{reference}")
    assert page.words("//div[contains(@class, 'notice')]").endswith("10:00")
    browser.signed_out().get(f"/cases/{reference}/receipt.pdf", status=303)
