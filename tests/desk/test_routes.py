"""The desk: what waits, the case beside its form, and everything that it must refuse."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.complaints.rules.workflow import TABLES
from portal.core import audit, db
from portal.core.workflow import Workflow
from portal.desk.routes.cases import NEXT
from portal.objections import rules as objections
from portal.objections.models import Objection
from portal.repair import rules as repairs
from portal.repair.models import Repair
from tests.browser import Browser, Page, form_values
from tests.conftest import Clock
from tests.factories import make_staff
from tests.objections.test_service import sent as sent_objection
from tests.repair.conftest import Shop, make_shop
from tests.repair.test_routes import PREFIXES

STEP = "//form[contains(@action, '/step')]"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


@pytest.fixture
def clerk(app: Flask) -> Account:
    return make_staff("handler", body="urban-management", name="钱办理")


@pytest.fixture
def reviewer(app: Flask) -> Account:
    return make_staff("reviewer", body="development-reform", name="孙复核")


def take(browser: Browser, reference: str, step: str, *, status: int = 303, **answers: Any) -> Page:
    page = browser.get(f"/desk/cases/{reference}")
    return browser.submit(page, form=STEP, status=status, step=step, do="take", **answers)


def test_the_most_urgent_case_stands_first_and_amber_is_said_in_words(
    shop: Shop, clerk: Account, browser: Browser, clock: Clock
) -> None:
    first = shop.sent().reference
    clock.set(date(2026, 11, 24))
    second = make_shop().sent().reference
    clock.set(date(2026, 11, 25))
    desk = browser.sign_in(clerk)
    page = desk.get("/desk/")
    assert page.source.index(first[:5] + "-" + first[5:]) < page.source.index(second[5:])
    assert "快到期" in page.main
    clock.set(date(2026, 11, 27))
    assert "已超过2个工作日" in browser.sign_in(clerk).get("/desk/").main
    browser.get("/en/desk/")


@pytest.mark.parametrize(
    ("prefix", "choice", "told"), [("", "受理", "已受理"), ("/en", "Accept", "Accepted")]
)
def test_a_step_is_chosen_as_an_order_and_told_as_what_happened(
    shop: Shop, clerk: Account, browser: Browser, prefix: str, choice: str, told: str
) -> None:
    reference = shop.sent().reference
    page = browser.sign_in(clerk).get(f"{prefix}/desk/cases/{reference}")
    assert choice in [label.text for label in page.all(f"{STEP}//label")]
    preview = browser.submit(page, form=STEP, status=200, step="accept", do="preview")
    assert [word.text for word in preview.all("//*[contains(@class, 'notice')]//b")] == [told]
    browser.submit(page, form=STEP, step="accept", do="take")
    done = browser.get(f"{prefix}/desk/cases/{reference}")
    assert told in [word.text for word in done.all("//ol[@class='timeline']//b")]


def test_clerk_and_reviewer_grant_a_repair_together(
    shop: Shop, clerk: Account, reviewer: Account, browser: Browser
) -> None:
    case = shop.sent()
    reference, case_id = case.reference, case.id
    desk = browser.sign_in(clerk)
    desk.get(f"/en/desk/cases/{reference}")
    take(desk, reference, "accept")
    take(desk, reference, "propose_grant", memo="凭证已核对")
    assert "没有轮到您" in desk.get("/desk/").main
    assert reference[5:] in desk.get("/desk/?show=all").source
    second = browser.signed_out().sign_in(reviewer)
    page = second.get(f"/desk/cases/{reference}")
    assert "凭证已核对" in page.main
    take(second, reference, "grant")
    assert db.session.get_one(Repair, case_id).state == "granted"
    owner = browser.signed_out().sign_in(shop.owner)
    assert "凭证已核对" not in owner.get(f"/cases/{reference}").main


def test_a_negative_answer_needs_its_reason_and_is_seen_before_it_is_sent(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = take(desk, reference, "decline", status=422)
    assert "请写明原因" in page.main
    page = desk.get(f"/desk/cases/{reference}")
    page = desk.submit(
        page, form=STEP, status=200, step="decline", note="不属于修复范围", do="preview"
    )
    assert "申请人会看到" in page.main
    desk.submit(page, form=STEP, do="take")
    empty = desk.submit(
        desk.get(f"/desk/cases/{make_shop().sent().reference}"), form=STEP, status=422
    )
    assert "请选择下一步" in empty.main


def test_an_answer_typed_on_a_page_of_errors_outlasts_the_session(
    shop: Shop, clerk: Account, browser: Browser, clock: Clock
) -> None:
    """The page of errors stands where the form was sent to, which nobody can open."""
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = take(desk, reference, "decline", status=422)
    clock.move(hours=1)
    step = f"/desk/cases/{reference}/step"
    typed = form_values(page.one(STEP)) | {"note": "写了很久的答复"}
    sent = desk.post(step, typed, headers={"Referer": f"http://localhost{step}"})
    assert sent.response.headers["Location"].startswith("/sign-in?next=")
    desk.sign_in(clerk)
    page = desk.follow(desk.get(step, status=303))
    assert "写了很久的答复" in page.words(f"{STEP}//textarea")


def test_a_prepared_answer_fills_the_form(shop: Shop, clerk: Account, browser: Browser) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{reference}")
    page = desk.get(page.links()["缺少履行证明"])
    assert page.one("//input[@name='step' and @checked]").get("value") == "return"
    desk.submit(page, form=STEP, do="take")
    assert db.session.scalar(select(Case.state).where(Case.reference == reference)) == "returned"


def test_the_second_of_two_clerks_is_told_and_keeps_the_words(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{reference}")
    take(desk, reference, "accept")
    late = desk.submit(page, form=STEP, status=422, step="return", note="缺少凭证", do="take")
    assert "别人已经办了一步" in late.main
    assert "缺少凭证" in late.main


def test_an_objection_is_answered_field_by_field(
    shop: Shop, reviewer: Account, browser: Browser
) -> None:
    case = sent_objection(shop)
    reference, case_id = case.reference, case.id
    office = make_staff("handler", body="development-reform")
    desk = browser.sign_in(office)
    take(desk, reference, "accept")
    page = take(desk, reference, "propose", note="核对完成", status=422)
    assert "请对每一项作出答复" in page.main
    page = take(
        desk, reference, "propose", note="核对完成",
        **{"outcome-title": "corrected", "reason-title": "有笔误", "value-title": "已公示"},
    )  # fmt: skip
    second = browser.signed_out().sign_in(reviewer)
    take(second, reference, "decide")
    found = db.session.get_one(Objection, case_id)
    assert found.decisions[0]["reason"] == "有笔误"


def test_contacts_are_masked_until_a_reason_is_given_and_the_look_is_logged(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{reference}")
    assert "王**" in page.main
    form = "//form[contains(@action, '/reveal')]"
    assert "至少4个字" in desk.submit(page, form=form, status=422).main
    assert "至少4个字" in desk.submit(page, form=form, status=422, reason="看看").main
    shown = desk.submit(page, form=form, status=200, reason="电话核实履行情况")
    assert (shop.owner.phone or "") in shown.main
    event = db.session.scalars(select(audit.Event).where(audit.Event.action == "desk.reveal")).one()
    assert event.data == {"reason": "电话核实履行情况"}
    owner = browser.signed_out().sign_in(shop.owner)
    assert "查看了申请人的联系方式" in owner.get(f"/cases/{reference}").main


def test_words_go_to_the_applicant_and_notes_stay_inside(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{reference}")
    for form in ("words", "memo"):
        desk.submit(page, form=f"//form[contains(@action, '/{form}')]", status=422)
    desk.submit(page, form="//form[contains(@action, '/words')]", note="正在核实")
    desk.submit(page, form="//form[contains(@action, '/memo')]", memo="等财务回话")
    mine = browser.signed_out().sign_in(shop.owner).get(f"/cases/{reference}")
    assert "正在核实" in mine.main
    assert "等财务回话" not in mine.main


def test_a_file_is_given_only_as_an_attachment(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    case = shop.sent()
    address = f"/desk/cases/{case.reference}/files/{case.files[0].id}"
    response = browser.sign_in(clerk).get(address).response
    assert response.headers["Content-Disposition"].startswith("attachment")
    browser.get(f"/desk/cases/{case.reference}/files/0", status=404)


def test_other_bodies_and_the_body_complained_of_do_not_see_a_case(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    case = shop.sent()
    reference = case.reference
    other = make_staff("handler", body="health")
    browser.signed_out().sign_in(other).get(f"/desk/cases/{reference}", status=404)
    db.session.get_one(Repair, case.id).about_body = "urban-management"
    db.session.commit()
    desk = browser.signed_out().sign_in(clerk)
    desk.get(f"/desk/cases/{reference}", status=404)
    assert reference[5:] not in desk.get("/desk/?show=all").source


def test_the_file_for_the_acceptance_window_has_what_was_handed_over(
    shop: Shop, browser: Browser
) -> None:
    other = make_shop("虚构县交通运输局")
    reference = other.sent().reference
    desk = browser.sign_in(make_staff("handler", body="development-reform"))
    take(desk, reference, "hand_over", outside_receipt="XYZX-1")
    text = desk.get("/desk/repair/handover.csv").response.get_data().decode("utf-8-sig")
    assert reference in text
    take(desk, reference, "granted_outside")
    assert db.session.scalar(select(Case.state).where(Case.reference == reference)) == "granted"


def test_results_of_the_acceptance_window_are_taken_in(shop: Shop, browser: Browser) -> None:
    reference = make_shop("虚构县交通运输局").sent().reference
    desk = browser.sign_in(make_staff("handler", body="development-reform"))
    take(desk, reference, "hand_over", outside_receipt="XYZX-1")
    page = desk.get("/desk/repair/results")

    def hand_in(text: str, encoding: str = "utf-8", status: int = 200) -> Page:
        token = page.one("//main//input[@name='csrf_token']").get("value")
        sent = {"csrf_token": token, "file": (io.BytesIO(text.encode(encoding)), "结果.csv")}
        return desk.post("/desk/repair/results", sent, status=status,
                         content_type="multipart/form-data")  # fmt: skip

    assert "请选择结果文件" in hand_in("", status=422).main
    assert "缺少“本站办件编号”" in hand_in("a,b\n1,2\n", status=422).main
    bad = hand_in("本站办件编号,结果\nR0,准予修复\n", "gb18030")
    assert "没有编号为“R0”的申请" in bad.main
    good = hand_in(f"本站办件编号,结果\n{reference},准予修复\n")
    assert "办结1件" in good.main
    desk.get("/en/desk/repair/results")
    assert db.session.scalar(select(Case.state).where(Case.reference == reference)) == "granted"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_step_is_confirmed_with_who_acts_next_and_by_when(
    shop: Shop, clerk: Account, browser: Browser, prefix: str
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    after = take(desk, reference, "accept").response.headers["Location"]
    page = desk.get(prefix + after)
    told = page.words("//*[contains(@class, 'notice--ok')]")
    case = db.session.scalars(select(Case)).one()
    assert case.due is not None
    assert case.shown_reference in told
    assert str(case.due.due_on.day) in told
    assert ("已受理" if not prefix else "Accepted") in told
    assert page.all(
        f"//main//div[contains(@class, 'notice--ok')]//a[contains(@href, '{reference}')]"
    )
    assert not desk.get(f"{prefix}/desk/").all("//*[contains(@class, 'notice--ok')]")
    take(desk, reference, "return", note="请补充凭证")
    told = desk.get(f"{prefix}/desk/?done={reference}").words("//*[contains(@class, 'notice--ok')]")
    next_is = (
        "Next, the applicant acts. No time limit runs." if prefix else "接下来由申请人办。不计时。"
    )
    assert next_is in told


def test_a_step_after_the_limit_is_not_confirmed_with_a_day_that_is_over(
    shop: Shop, clerk: Account, browser: Browser, clock: Clock
) -> None:
    reference = shop.sent().reference
    clock.set(date(2026, 12, 20))
    desk = browser.sign_in(clerk)
    told = desk.get(take(desk, reference, "accept").response.headers["Location"]).main
    assert "前办好，已经超过期限。" in told
    assert "最后一天是" not in told


@pytest.mark.parametrize(
    "workflow",
    [repairs.WORKFLOW, objections.WORKFLOW, *TABLES.values()],
    ids=lambda each: each.start,
)
def test_everybody_who_may_be_next_is_named(workflow: Workflow) -> None:
    assert {each.by[0] for each in workflow.steps} <= NEXT.keys()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_step_that_is_sent_twice_is_taken_and_confirmed_once(
    shop: Shop, clerk: Account, browser: Browser, prefix: str
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"{prefix}/desk/cases/{reference}")
    for _twice in range(2):
        sent = desk.submit(page, form=STEP, step="return", note="请补充凭证", do="take")
        assert "请补充凭证" in desk.get(f"{prefix}/desk/cases/{reference}").main
        assert f"done={reference}" in sent.response.headers["Location"]
    other = desk.submit(page, form=STEP, step="return", note="PDF", do="take", status=422)
    assert "PDF" in [each.text and each.text.strip() for each in other.all("//textarea")]
    assert other.all("//*[contains(@class, 'error-summary')]")
    steps = [event.step for event in db.session.scalars(select(Case)).one().events]
    assert steps == ["open", "return"]


def test_words_and_notes_that_are_sent_twice_stand_once(
    shop: Shop, clerk: Account, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{reference}")
    for _twice in range(2):
        desk.submit(page, form="//form[contains(@action, '/words')]", note="正在核对")
    for _twice in range(2):
        desk.submit(page, form="//form[contains(@action, '/memo')]", memo="已去现场")
    steps = [event.step for event in db.session.scalars(select(Case)).one().events]
    assert steps == ["open", "words", "memo"]


def test_a_step_that_passes_a_case_on_is_confirmed_without_the_case(
    shop: Shop, browser: Browser
) -> None:
    reference = shop.sent().reference
    desk = browser.sign_in(make_staff("handler", body="tax"))
    page = desk.get(f"/desk/?done={reference}")
    assert "这一步记下了" in page.main
    assert reference[5:] not in page.main
