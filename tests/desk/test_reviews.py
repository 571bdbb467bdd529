"""Replies, claims, staff, the audit trail, and the files of departments: all by role."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account, ClaimConflict, SignInSession
from portal.core import audit, clock, db
from portal.ingest.models import ImportBatch
from portal.ingest.service import desk as imports
from portal.scenarios import service as scenarios
from tests.browser import Browser, Page
from tests.factories import make_account, make_listed, make_representative, make_staff, make_subject
from tests.ingest import files
from tests.repair.test_routes import PREFIXES


@pytest.fixture
def editor(app: Flask) -> Account:
    return make_staff("editor", "publisher", body="development-reform")


@pytest.fixture
def admin(app: Flask) -> Account:
    return make_staff("admin", body="data", name="顾守成")


def reply(text: str = "已经整改") -> int:
    shop = make_listed()
    made = scenarios.reply(shop.id, "beef-soup", text, actor="account:999")
    db.session.commit()
    return made.id


# Replies


def test_a_reply_is_shown_after_a_look(editor: Account, browser: Browser) -> None:
    reply()
    desk = browser.sign_in(editor)
    for prefix in PREFIXES:
        page = desk.get(f"{prefix}/desk/reviews")
    desk.submit(page, form="//form[contains(@action, '/show')]")
    assert scenarios.waiting_replies() == []
    again = desk.submit(page, form="//form[contains(@action, '/show')]", status=422)
    assert again.all("//div[@class='error-summary']")


def test_a_reply_is_kept_out_only_with_a_reason(editor: Account, browser: Browser) -> None:
    reply()
    desk = browser.sign_in(editor)
    page = desk.get("/desk/reviews")
    form = "//form[contains(@action, '/refuse')]"
    assert "请写明理由" in desk.submit(page, form=form, status=422).main
    desk.submit(page, form=form, reason="请说明整改了什么")
    assert scenarios.waiting_replies() == []


def test_nobody_reviews_the_own_reply(editor: Account, browser: Browser) -> None:
    shop = make_listed()
    scenarios.reply(shop.id, "beef-soup", "好", actor=f"account:{editor.id}")
    db.session.commit()
    desk = browser.sign_in(editor)
    page = desk.submit(
        desk.get("/desk/reviews"), form="//form[contains(@action, '/show')]", status=422
    )
    assert "另一个人" in page.main


# Claims


def conflict() -> ClaimConflict:
    subject, holder, claimant = make_subject(), make_account("甲"), make_account("乙")
    make_representative(holder, subject)
    found = ClaimConflict(
        subject_id=subject.id, claimant_id=claimant.id, holder_id=holder.id, via="code",
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()
    return found


@pytest.mark.parametrize(("decision", "winner"), [("holder", "甲"), ("claimant", "乙")])
def test_a_contested_claim_is_decided_once(
    editor: Account, browser: Browser, decision: str, winner: str
) -> None:
    found = conflict()
    subject_id = found.subject_id
    desk = browser.sign_in(editor)
    page = desk.get("/desk/reviews")
    form = f"//form[contains(@action, '/{decision}')]"
    desk.submit(page, form=form)
    (acting,) = accounts.agents_of(subject_id)
    assert acting.account.name == winner
    assert "已经决定过" in desk.submit(page, form=form, status=422).main


def test_who_claims_does_not_decide(editor: Account, browser: Browser) -> None:
    found = conflict()
    db.session.get_one(ClaimConflict, found.id).claimant_id = editor.id
    db.session.commit()
    desk = browser.sign_in(editor)
    page = desk.get("/desk/reviews")
    refused = desk.submit(page, form="//form[contains(@action, '/claimant')]", status=422)
    assert "另一个人" in refused.main


# Staff


def test_the_administrator_appoints_changes_and_ends(admin: Account, browser: Browser) -> None:
    desk = browser.sign_in(admin)
    page = desk.get("/desk/staff/new")
    desk.submit(page, status=422)
    wrong = desk.submit(
        page, status=422, name="赵新", contact="zhao@example.test", roles="handler", area_code="1"
    )
    assert "没有这个地区代码" in wrong.main
    desk.submit(
        page, name="赵新", contact="zhao@example.test", roles="handler", body="health",
        area_code="340403",
    )  # fmt: skip
    taken = desk.submit(page, status=422, name="钱", contact="zhao@example.test", roles="handler")
    assert "已有账号" in taken.main
    member = db.session.scalars(select(Account).where(Account.name == "赵新")).one()
    browser.signed_out().sign_in(member)
    db.session.commit()
    page = desk.get(f"/en/desk/staff/{member.id}")
    desk.submit(page, form="//main//form[contains(@class, 'flow')]", roles="reviewer")
    assert db.session.get_one(Account, member.id).roles == ["reviewer"]
    assert (
        db.session.scalars(select(SignInSession).where(SignInSession.account_id == member.id)).all()
        == []
    )
    desk.submit(desk.get(f"/desk/staff/{member.id}"), form="//form[contains(@action, '/end')]")
    assert "已停用" in desk.get("/desk/staff").main


def test_nobody_changes_the_own_roles(admin: Account, browser: Browser) -> None:
    desk = browser.sign_in(admin)
    page = desk.get(f"/desk/staff/{admin.id}")
    form = "//form[contains(@action, '/end')]"
    assert "另一个人" in desk.submit(page, form=form, status=422).main
    form = "//main//form[contains(@class, 'flow')]"
    assert "另一个人" in desk.submit(page, form=form, status=422, roles="auditor").main
    desk.get("/desk/staff/999999", status=404)
    citizen = make_account()
    desk.get(f"/desk/staff/{citizen.id}", status=404)


# The audit trail


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_auditor_reads_the_trail_and_checks_the_chain(browser: Browser, prefix: str) -> None:
    for number in range(60):
        audit.record("test.act", "thing", number, "somebody", note="x")
    db.session.commit()
    audit.seal()
    desk = browser.sign_in(make_staff("auditor", body="audit"))
    page = desk.get(f"{prefix}/desk/audit?action=test.&actor=somebody&check=1")
    assert len(page.all("//tbody/tr")) == 50
    page = desk.get(page.links()["看更早的" if not prefix else "Earlier ones"])
    assert len(page.all("//tbody/tr")) == 10
    assert len(desk.get(f"{prefix}/desk/audit?thing=7&before=x").all("//tbody/tr")) == 1


def test_a_broken_chain_is_said(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = audit.Verification(("seal 1: an event was altered",), 1, 0, "0" * 64)
    monkeypatch.setattr(audit, "verify", lambda: broken)
    desk = browser.sign_in(make_staff("auditor", body="audit"))
    assert "审计链有问题" in desk.get("/desk/audit?check=1").main


# Files of departments


def hand_in(browser: Browser, content: str, *, status: int = 303, **answers: Any) -> Page:
    page = browser.get("/desk/imports")
    token = page.one("//main//input[@name='csrf_token']").get("value")
    data = {
        "csrf_token": token,
        "kind": "",
        "file": (io.BytesIO(content.encode()), "处罚.csv"),
        **answers,
    }
    return browser.post("/desk/imports", data, status=status, content_type="multipart/form-data")


def test_a_file_is_tried_then_taken_and_its_bad_rows_are_named(
    editor: Account, browser: Browser
) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    good = {"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name}
    content = files.penalties(good, {"CF_XDR_SHXYM": "12345"})
    desk = browser.sign_in(editor)
    tried = hand_in(desk, content, status=200, dry_run="y")
    assert "没有入库" in tried.main
    assert db.session.scalars(select(ImportBatch)).all() == []
    page = desk.follow(hand_in(desk, content))
    assert "未收1" in page.main
    text = desk.get(page.links()["下载全部（CSV）"]).response.get_data().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("行号")
    assert "处罚.csv" in desk.get("/en/desk/imports").main
    desk.get(page.address.replace("/desk", "/en/desk"))
    assert "认不出表头" in hand_in(desk, "a,b\n1,2\n", status=422).main
    missing = hand_in(desk, "", status=422, file=(io.BytesIO(), ""))
    assert "请选择要导入的文件" in missing.main
    desk.get("/desk/imports/999", status=404)
    desk.get("/desk/imports/999/findings.csv", status=404)


def test_a_file_that_is_only_checked_names_every_row_and_leaves_nothing(
    editor: Account, browser: Browser
) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    good = {"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name}
    bad = good | {"CF_WSH": "虚罚〔2026〕2号", "CF_JDRQ": "2026/13/41"}
    lower = good | {"CF_WSH": "虚罚〔2026〕3号", "CF_XDR_SHXYM": subject.code.lower()}
    desk = browser.sign_in(editor)
    stranger = bad | {"CF_XDR_MC": "别家公司", "CF_WSH": "虚罚〔2026〕4号", "CF_JDRQ": "2026/9/1"}
    both = lower | {"CF_WSH": "", "CF_NR_FK": "五百"}
    content = files.penalties(good, stranger, bad, lower, both)
    page = hand_in(desk, content, status=200, dry_run="y")
    assert "没有这一天" in page.words("//table[caption='不收的行']")
    numbers = [each.text for each in page.all("//table[caption='不收的行']//tr/td[1]")]
    assert numbers == sorted(numbers)
    assert {"3", "4", "6"} == set(numbers)
    noticed = page.all("//table[caption='会收，请留意的行']//tr/td[1]")
    assert {each.text for each in noticed} == {"2", "5"}
    assert db.session.scalars(select(ImportBatch)).all() == []
    page = hand_in(desk, files.penalties(), status=200, dry_run="y")
    assert "只有表头，没有数据" in page.main


def test_a_file_above_the_limit_is_refused_whole_and_not_cut(
    editor: Account, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    good = {"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name}
    content = files.penalties(good)
    size = len(content.encode())
    monkeypatch.setattr(imports, "LARGEST", size - 1)
    desk = browser.sign_in(editor)
    page = hand_in(desk, content, status=422)
    assert "什么都没有导入" in page.words("//*[@id='file-error']")
    assert db.session.scalars(select(ImportBatch)).all() == []
    monkeypatch.setattr(imports, "LARGEST", size)
    hand_in(desk, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "文件是空的"), ("%PDF-1.7", "这不是CSV"), ("a,b\n1,2\n", "认不出表头")],
    ids=["empty", "PDF", "other table"],
)
def test_what_is_wrong_with_a_file_is_said_beside_it(
    editor: Account, browser: Browser, content: str, said: str
) -> None:
    page = hand_in(browser.sign_in(editor), content, status=422)
    assert said in page.words("//*[@id='file-error']")
    assert page.links("//*[@role='alert']//a").values()


def test_the_same_file_again_says_when_it_was_imported(editor: Account, browser: Browser) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    content = files.penalties({"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name})
    desk = browser.sign_in(editor)
    first = desk.follow(hand_in(desk, content))
    again = desk.follow(hand_in(desk, content))
    assert "以前导入过" not in first.main
    assert "新增0" in again.main
    assert again.links()["看那一次的结果"] == first.address


def test_only_a_part_of_many_remarks_is_on_the_page_and_says_so(
    editor: Account, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "ROWS_SHOWN", 2)
    desk = browser.sign_in(editor)
    content = files.penalties(*({"CF_XDR_SHXYM": "12345", "CF_WSH": str(n)} for n in range(5)))
    assert "只列前2处" in hand_in(desk, content, status=200, dry_run="y").main
    page = desk.follow(hand_in(desk, content))
    assert "另有3处在文件里" in page.main
    text = desk.get(page.links()["下载全部（CSV）"]).response.get_data().decode("utf-8-sig")
    assert len(text.splitlines()) == 6


def test_every_kind_of_file_has_a_name_and_an_empty_form(editor: Account, browser: Browser) -> None:
    desk = browser.sign_in(editor)
    page = desk.get("/en/desk/imports")
    blanks = [a for a in page.links("//main//details//a").items() if a[1].endswith(".csv")]
    assert len(blanks) == len(imports.FILES)
    for name, address in blanks:
        assert name.isascii()
        header = desk.get(address).response.get_data().decode("utf-8-sig")
        assert hand_in(desk, header, status=200, dry_run="y").status == 200, address
    desk.get("/desk/imports/templates/other.csv", status=404)


@pytest.mark.parametrize(("role", "closed"), [
    ("handler", ("/desk/reviews", "/desk/staff", "/desk/audit")),
    ("auditor", ("/desk/reviews", "/desk/imports", "/desk/cases/R2611AAAAAA")),
    ("admin", ("/desk/reviews", "/desk/imports", "/desk/audit", "/desk/cases/R2611AAAAAA")),
])  # fmt: skip
def test_each_role_sees_its_own_pages_only(
    browser: Browser, role: str, closed: tuple[str, ...]
) -> None:
    desk = browser.sign_in(make_staff(role, body="data"))
    desk.get("/desk/")
    for address in closed:
        desk.get(address, status=403)
