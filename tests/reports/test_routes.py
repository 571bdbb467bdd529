"""From the question to the file, the twin, the link and the permission; another's is not found."""

import pytest

from portal.accounts.models import Account
from portal.core import db, jobs, pdf
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.reports import service
from portal.subjects.models import Subject
from tests.browser import Browser
from tests.factories import make_account, make_actor, make_subject
from tests.reports.conftest import Ask
from tests.reports.test_service import granting

pytestmark = pytest.mark.limit(20)


def answers(**changes: object) -> dict[str, object]:
    return {"purpose": "loan", "recipient": "bank", **changes}


def token_of(browser: Browser) -> str:
    """A good token, for a form that was never shown."""
    fields = browser.get("/reports/new/general").all("//main//input[@name='csrf_token']")
    return str(fields[0].get("value"))


def test_a_visitor_signs_in_first(browser: Browser) -> None:
    for address in ("/reports/", "/reports/new", "/reports/new/general", "/reports/HN/read"):
        assert "/sign-in" in browser.get(address, status=303).response.headers["Location"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_owner_makes_and_reads_and_downloads_a_special_report(
    browser: Browser, owner: Account, shop: Subject, prefix: str
) -> None:
    browser.sign_in(owner)
    assert browser.get(f"{prefix}/reports/new").links("//main//a")
    page = browser.get(f"{prefix}/reports/new/special")
    made = browser.follow(browser.submit(page, **answers(language="en" if prefix else "zh")))
    assert made.one("//*[contains(@data-hx-trigger, 'every 2s')]") is not None
    assert "10" in browser.fragment(made.address).text
    jobs.run_due()
    page = browser.get(made.address)
    assert page.all("//*[@data-hx-trigger]") == []
    twin = browser.get(f"{made.address}/read")
    for title in ("未按规定公示许可证", "当场处罚的小事", "税务处罚"):
        assert title in twin.main
    assert "已修复的处罚" not in twin.main
    file = browser.client.get(f"{made.address}/report.pdf")
    assert file.data.startswith(b"%PDF")
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    listed = browser.get(f"{prefix}/reports/")
    assert shop.name in listed.main
    assert shop.name in browser.get(f"{prefix}/reports/grants/{shop.code}").main


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_name_that_no_print_font_has_does_not_hinder_its_report(
    browser: Browser, owner: Account, ask: Ask, language: str
) -> None:
    rare = make_subject(name="虚构县𠮷祥面馆")
    document = ask("general", code=rare.code, language=language, printed=True)
    assert document.state == "ready"
    page = browser.sign_in(owner).get(f"/reports/{document.number}/read")
    assert "虚构县𠮷祥面馆" in page.main
    file = browser.client.get(f"/reports/{document.number}/report.pdf").data
    assert pdf.attached(file)["subject"]["name"] == "虚构县𠮷祥面馆"


def test_anyone_signed_in_makes_a_general_report_of_anyone(browser: Browser, shop: Subject) -> None:
    browser.sign_in(make_account("路人"))
    page = browser.get(f"/reports/new/general?subject={shop.code}")
    made = browser.follow(browser.submit(page, **answers()))
    twin = browser.get(f"{made.address}/read")
    assert "当场处罚的小事" not in twin.main
    assert "未按规定公示许可证" in twin.main


def test_what_was_answered_stays_and_the_sentence_stands_beside_it(
    browser: Browser, owner: Account
) -> None:
    browser.sign_in(owner)
    page = browser.get("/reports/new/special")
    again = browser.submit(
        page, status=422, **answers(since="2020-01-01", until="2026-11-20", purpose="")
    )
    assert "请选择用来做什么" in again.main
    again = browser.submit(page, status=422, **answers(since="2020-01-01"))
    assert "期间最长3年" in again.main
    assert again.one("//input[@name='since']").get("value") == "2020-01-01"
    page = browser.get("/reports/new/general")
    assert "没有用这个代码的主体" in browser.submit(page, status=422, **answers(code="x")).main


def test_a_person_without_business_is_told_what_to_do(browser: Browser) -> None:
    browser.sign_in(make_account("路人"))
    assert "改做普通信用报告" in browser.get("/reports/new/listing").main
    assert "还没有报告" in browser.get("/reports/").main
    browser.get("/reports/new/nothing", status=404)
    made = browser.follow(browser.submit(browser.get("/reports/new/statement"), **answers()))
    assert "未接入，未查询" in browser.get(f"{made.address}/read").main


def test_anothers_report_is_not_found(browser: Browser, ask: Ask) -> None:
    document = ask("special", printed=True)
    browser.sign_in(make_account("路人"))
    for end in ("", "/read", "/report.pdf"):
        browser.get(f"/reports/{document.number}{end}", status=404)
    browser.get("/reports/HNG20261120000000074", status=404)
    token = token_of(browser)
    for end in ("/again", "/shares", "/shares/withdraw"):
        browser.post(
            f"/reports/{document.number}{end}", {"csrf_token": token, "id": "1"}, status=404
        )


def test_a_failed_report_can_be_tried_again(browser: Browser, ask: Ask, owner: Account) -> None:
    document = ask("general")
    documents.fail(document.id, "limits")
    browser.sign_in(owner)
    page = browser.get(f"/reports/{document.number}")
    assert "排版用的时间太长" in page.main
    assert browser.follow(browser.submit(page)).all("//*[@data-hx-trigger]")
    documents.fail(document.id, "glyph")
    assert "打印字库" in browser.get(f"/reports/{document.number}").main
    browser.get(f"/reports/{document.number}/report.pdf", status=404)


def test_a_link_is_made_opened_by_a_stranger_and_withdrawn(
    browser: Browser, ask: Ask, owner: Account
) -> None:
    document = ask("special", printed=True)
    browser.sign_in(owner)
    page = browser.get(f"/reports/{document.number}")
    page = browser.follow(browser.submit(page, label="虚构银行"))
    link = next(href for href in page.links().values() if "/shared/" in href)
    stranger = browser.signed_out()
    cover = stranger.get(link)
    assert "张记" not in cover.text
    twin = stranger.follow(stranger.submit(cover))
    assert "当场处罚的小事" in twin.main
    assert stranger.client.get(f"{twin.address}/report.pdf").data.startswith(b"%PDF")
    assert stranger.client.get_cookie("session") is None
    page = browser.get(f"/reports/{document.number}")
    assert "打开过1次" in page.main
    browser.submit(page, form="//form[contains(@action, 'withdraw')]")
    assert "打不开" in stranger.get(link, status=404).heading
    stranger.get(twin.address, status=404)
    stranger.post(link, {}, status=404)
    stranger.post(link, {}, status=403, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Withdrawn on" in browser.get(f"/en/reports/{document.number}").main


def test_a_share_form_says_what_is_missing(browser: Browser, ask: Ask, owner: Account) -> None:
    document = ask("general", printed=True)
    browser.sign_in(owner)
    page = browser.submit(browser.get(f"/reports/{document.number}"), status=422, label="")
    assert "请写明给谁的" in page.main


def test_a_permission_is_given_used_and_stopped(
    browser: Browser, owner: Account, shop: Subject
) -> None:
    browser.sign_in(owner)
    address = f"/reports/grants/{shop.code}"
    page = browser.submit(browser.get(address), status=422, label="")
    assert "请写明授权给谁" in page.main
    page = browser.follow(
        browser.submit(browser.get(address), label="虚构银行", purpose="loan", uses="3")
    )
    link = next(href for href in page.links().values() if "/granted/" in href)
    bank = browser.signed_out()
    seen = bank.follow(bank.submit(bank.get(link)))
    assert "当场处罚的小事" in seen.main
    page = browser.get(address)
    assert "1次，共3次" in page.main
    assert "虚构银行" in page.words("//ul[@class='todo']")
    browser.submit(page, form="//form[contains(@action, 'withdraw')]")
    assert "不能用了" in bank.get(link, status=404).heading
    bank.post(link, {}, status=404)
    bank.post(link, {}, status=403, headers={"Sec-Fetch-Site": "cross-site"})
    token = token_of(browser)
    browser.post(f"{address}/withdraw", {"csrf_token": token}, status=400)
    browser.post(f"{address}/withdraw", {"csrf_token": token, "id": "0"}, status=404)


def test_a_named_person_uses_a_permission(browser: Browser, owner: Account, shop: Subject) -> None:
    clerk = make_account("赵经理")
    made = service.grant(shop, make_actor(owner), granting(contact=clerk.phone or ""))
    db.session.commit()
    browser.sign_in(clerk)
    page = browser.get("/reports/")
    result = browser.follow(browser.submit(page, form="//form[contains(@action, '/use/')]"))
    assert "special" not in result.heading
    assert "当场处罚的小事" in browser.get(f"{result.address}/read").main
    browser.get(f"/reports/grants/{shop.code}", status=404)
    stranger = browser.signed_out().sign_in(make_account("路人"))
    token = token_of(stranger)
    stranger.post(f"/reports/use/{made.id}", {"csrf_token": token}, status=404)


def test_a_superseded_report_says_so(browser: Browser, ask: Ask, owner: Account) -> None:
    old, _new = ask("general", printed=True), ask("general")
    browser.sign_in(owner)
    assert "已有更新的报告" in browser.get(f"/reports/{old.number}/read").main
    documents.revoke(db.session.merge(old), reason="数据有误", actor="test")
    assert "数据有误" in browser.get(f"/reports/{old.number}/read").main


def test_a_business_that_is_not_ones_own_has_no_page_of_permissions(
    browser: Browser, owner: Account
) -> None:
    browser.sign_in(owner)
    browser.get(f"/reports/grants/{make_subject('虚构县别家').code}", status=404)


def test_a_permission_used_up_in_this_moment_is_not_found(
    browser: Browser, owner: Account, shop: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = make_account("赵经理")
    named = service.grant(shop, make_actor(owner), granting(contact=clerk.phone or ""))
    linked = service.grant(shop, make_actor(owner), granting())
    db.session.commit()

    def refuse(*_arguments: object, **_named: object) -> None:
        raise Refused("used_up")

    monkeypatch.setattr(service, "use_grant", refuse)
    browser.post(f"/reports/granted/{service.key_of(linked)}", {}, status=404)
    browser.sign_in(clerk)
    token = token_of(browser)
    browser.post(f"/reports/use/{named.id}", {"csrf_token": token}, status=404)
