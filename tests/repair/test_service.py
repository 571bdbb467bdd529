"""From the record to the decision, and what a decision does."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Message
from portal.cases import service as cases
from portal.cases.service import drafts
from portal.core import audit, db, jobs
from portal.core.errors import Refused
from portal.core.units import CREDIT_OFFICE
from portal.documents import service as documents
from portal.records import service as records
from portal.repair import jobs as repair_jobs
from portal.repair import law, service
from portal.repair.models import Repair, RepairBar
from portal.repair.service import outside
from portal.reports import service as reports
from tests.conftest import Clock
from tests.factories import TODAY, make_account, make_actor, make_record, make_representative
from tests.repair.conftest import CITY, CLERK, OFFICE, REVIEWER, Shop, make_shop
from tests.reports.conftest import scope


def is_public(shop: Shop, on: date = TODAY) -> bool:
    return any(row.id == shop.record.id for row in records.public_page(shop.subject.id, on))


def told() -> list[str]:
    return list(db.session.scalars(select(Message.key).order_by(Message.id)))


def granted(shop: Shop) -> Repair:
    case = shop.sent()
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "propose_grant", by=CLERK)
    cases.act(case, "grant", by=REVIEWER)
    db.session.commit()
    return case


# Before


def test_an_application_begins_with_everything_known(shop: Shop) -> None:
    draft = service.begin(shop.record.id, shop.actor)
    assert draft.answers == {"purpose": "repair", "performed_on": "", "signer": "王小麦"}
    service.save_statement(
        draft, performed_on=date(2026, 8, 9), plan_until=None, statement="", signer="李"
    )
    assert service.begin(shop.record.id, shop.actor).answers["signer"] == "李"
    assert service.typed(draft)["performed_on"] == date(2026, 8, 9)


def test_only_who_may_apply_for_the_business_begins(shop: Shop) -> None:
    stranger, reader = make_account(), make_account()
    make_representative(reader, shop.subject, scopes=("read",))
    for person in (stranger, reader):
        with pytest.raises(LookupError):
            service.begin(shop.record.id, make_actor(person))
    with pytest.raises(LookupError):
        service.begin(404, shop.actor)
    assert service.own_prospect(404, shop.actor) is None
    honour = make_record(shop.subject, kind="honour", record_class=None)
    assert service.own_prospect(honour.id, shop.actor) is None


def test_too_early_an_application_is_not_begun_but_a_reminder_is_kept(
    shop: Shop, clock: Clock
) -> None:
    record = make_record(shop.subject, decided_on=date(2026, 8, 25), authority=CLERK.body)
    with pytest.raises(Refused, match="repair_too_early"):
        service.begin(record.id, shop.actor)
    service.remind(record.id, shop.actor)
    service.remind(record.id, shop.actor)
    db.session.commit()
    clock.set(date(2026, 11, 24))
    while jobs.run_due():
        pass
    assert "repair_possible" not in told()
    clock.set(date(2026, 11, 25))
    while jobs.run_due():
        pass
    assert told().count("repair_possible") == 1


def test_nobody_is_reminded_of_what_can_be_done_today_or_is_done(shop: Shop) -> None:
    service.remind(shop.record.id, shop.actor)
    assert db.session.scalars(select(jobs.Job).where(jobs.Job.name == "repair.remind")).all() == []
    records.repair(shop.record.id, on=TODAY, actor="desk")
    service.send_reminder(shop.record.id, shop.owner.id)
    service.send_reminder(404, shop.owner.id)
    assert told() == []


def test_the_public_page_shows_only_what_is_public(shop: Shop) -> None:
    found = service.public_prospect(shop.record.id)
    assert found is not None
    assert found.found.decides == "urban-management"
    honour = make_record(shop.subject, kind="honour", record_class=None)
    assert service.public_prospect(honour.id) is None
    assert service.public_prospect(404) is None
    records.repair(shop.record.id, on=TODAY, actor="desk")
    assert service.public_prospect(shop.record.id) is None


# Sending


def test_an_application_goes_to_the_body_that_decided(shop: Shop) -> None:
    case = shop.sent()
    assert (case.body_slug, case.is_decided_here) == ("urban-management", True)
    assert case.reference.startswith("R2611")
    assert [file.name for file in case.files] == ["凭证.jpg"]
    assert case.promise["sha256"] == service._promise()["sha256"]
    assert [act.key for act in accounts.acts_of(shop.subject.id)] == ["repair.submit"]
    with pytest.raises(drafts.Sent, match=case.reference):
        drafts.get(case.intent, account_id=shop.actor.account_id)
    assert drafts.get(case.intent, account_id=make_account().id) is None


def test_a_decision_of_another_place_is_handed_over_by_the_credit_office(shop: Shop) -> None:
    other = make_shop("虚构县交通运输局")
    case = other.sent()
    assert (case.body_slug, case.is_decided_here) == (CREDIT_OFFICE, False)


@pytest.mark.parametrize("missing", ["files", "signer", "performed_on"])
def test_what_is_missing_is_said_before_anything_is_sent(shop: Shop, missing: str) -> None:
    draft = shop.draft()
    if missing == "files":
        draft.files.clear()
    else:
        draft.answers = {**draft.answers, missing: ""}
    with pytest.raises(Refused, match="proof_missing" if missing == "files" else "statement"):
        service.submit(draft, shop.actor)


def test_a_second_application_shows_the_first(shop: Shop) -> None:
    case = shop.sent()
    with pytest.raises(Refused) as refused:
        service.begin(shop.record.id, shop.actor)
    assert refused.value.data["reference"] == case.shown_reference


def test_a_day_that_cannot_be_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused, match="performed_in_future"):
        shop.draft(performed_on=date(2026, 12, 1))


def test_one_who_no_longer_acts_for_the_business_cannot_send(shop: Shop) -> None:
    draft = shop.draft()
    with pytest.raises(LookupError):
        service.submit(draft, make_actor(make_account()))


# Deciding


def test_a_granted_repair_ends_the_publication_at_once(shop: Shop) -> None:
    assert is_public(shop)
    case = granted(shop)
    assert not is_public(shop)
    assert case.present.look == "answered"
    assert told()[-1] == "case_answered"
    actions = list(db.session.scalars(select(audit.Event.action)))
    assert "records.repair" in actions
    assert "repair.grant" in actions


def test_a_record_is_in_repair_from_the_application_to_its_end(shop: Shop) -> None:
    assert records.in_repair(shop.subject.id) == set()
    case = shop.sent()
    assert records.in_repair(shop.subject.id) == {shop.record.id}
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "propose_grant", by=CLERK)
    assert records.in_repair(shop.subject.id) == {shop.record.id}
    cases.act(case, "grant", by=REVIEWER)
    assert records.in_repair(shop.subject.id) == set()


def test_a_refusal_needs_its_reason_and_can_be_reopened(shop: Shop) -> None:
    case = shop.sent()
    cases.act(case, "accept", by=CLERK)
    with pytest.raises(Refused, match="note_needed"):
        cases.act(case, "propose_refusal", by=CLERK)
    cases.act(case, "propose_refusal", by=CLERK, note="缴款凭证金额不符")
    cases.act(case, "refuse", by=REVIEWER)
    assert is_public(shop)
    cases.act(case, "reopen", by=cases.By(shop.actor.label, "applicant"), note="已补缴")
    assert case.present.look == "received"


def test_a_result_from_outside_needs_its_receipt(shop: Shop) -> None:
    other = make_shop("虚构县交通运输局")
    case = other.sent()
    cases.act(case, "hand_over", by=OFFICE)
    (row,) = outside.handover_rows()
    assert row["本站办件编号"] == case.reference
    with pytest.raises(Refused, match="receipt_missing"):
        cases.act(case, "granted_outside", by=OFFICE)
    problems = outside.import_results(
        [
            {"本站办件编号": "R0000", "结果": "准予修复"},
            {"本站办件编号": case.reference, "结果": "好"},
            {"本站办件编号": case.reference, "结果": "不予修复", "信用中国受理号": "X1"},
            {"本站办件编号": case.reference, "结果": "准予修复", "信用中国受理号": "X1"},
            {"本站办件编号": case.reference, "结果": "准予修复", "信用中国受理号": "X1"},
        ],
        by=OFFICE,
    )
    assert [problem[:4] for problem in problems] == ["第2行：", "第3行：", "第4行：", "第6行："]
    assert not is_public(other)
    assert case.outside_receipt == "X1"


def test_false_material_brings_the_record_back_for_the_time_that_was_left(
    shop: Shop, clock: Clock
) -> None:
    case = granted(shop)
    clock.set(date(2026, 11, 30))
    cases.act(case, "revoke", by=REVIEWER, note="缴款凭证系伪造")
    record = records.get(shop.record.id)
    assert record is not None
    assert record.public_until == date(2027, 8, 11)
    assert is_public(shop, date(2026, 11, 30))
    (bar,) = db.session.scalars(select(RepairBar))
    assert bar.until == date(2029, 11, 30)
    with pytest.raises(Refused, match="repair_barred"):
        service.begin(shop.record.id, shop.actor)
    assert case.present.look == "unsolved"


# Screening


def test_a_court_ruling_screens_a_record_until_the_plan_ends(shop: Shop) -> None:
    draft = service.begin_screening(shop.record.id, shop.actor)
    with pytest.raises(Refused, match="plan_ended"):
        service.save_statement(
            draft, performed_on=None, plan_until=TODAY, statement="", signer="王小麦"
        )
    from portal.cases.service import files
    from tests.core.test_uploads import a_pdf

    files.add(draft, [("裁定书.pdf", a_pdf())], role="applicant")
    service.save_statement(
        draft, performed_on=None, plan_until=date(2027, 3, 1), statement="", signer="王小麦"
    )
    case, _code = service.submit(draft, shop.actor)
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "propose_grant", by=CLERK)
    cases.act(case, "grant", by=REVIEWER)
    assert not is_public(shop)
    assert is_public(shop, date(2027, 3, 1))


def test_what_has_ended_needs_no_screening(shop: Shop) -> None:
    records.repair(shop.record.id, on=TODAY, actor="desk")
    with pytest.raises(Refused, match="repair_ended"):
        service.begin_screening(shop.record.id, shop.actor)


# Without being asked


def test_owners_are_told_once_of_records_that_could_be_repaired_today(shop: Shop) -> None:
    performed = make_record(
        shop.subject, decided_on=date(2026, 7, 1), performed_on=date(2026, 7, 9), authority="虚构局"
    )
    make_record(
        shop.subject, decided_on=date(2026, 7, 2), performed_on=date(2026, 7, 9),
        authority="虚构县市场监督管理局",
    )  # fmt: skip
    repair_jobs.offer()
    repair_jobs.offer()
    assert told() == ["repair_possible"]
    assert {each.record.id for each in service.repairable_of(shop.subject.id)} == {
        shop.record.id,
        performed.id,
    }


def test_the_law_of_repair_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    known = law.load()
    assert known.promise.startswith("信用修复承诺书\n2026-11\n1. ")
    real = law.content.need

    def broken(path: str, key: str) -> object:
        found = real(path, key)
        return [] if key == "routes" else found

    law.load.cache_clear()
    monkeypatch.setattr(law.content, "need", broken)
    with pytest.raises(law.content.ContentError, match="not described"):
        law.load()
    law.load.cache_clear()


def test_a_performance_that_a_department_reported_needs_no_proof(shop: Shop) -> None:
    record = make_record(
        shop.subject, decided_on=date(2026, 7, 1), performed_on=date(2026, 7, 9), authority=CITY
    )
    draft = service.begin(record.id, shop.actor)
    assert service.is_proven(record, draft)
    case, _code = service.submit(draft, shop.actor)
    assert case.files == []
    other = service.begin(shop.record.id, shop.actor)
    assert not service.is_proven(shop.record, other)


@pytest.mark.limit(20)
def test_who_holds_a_report_with_the_repaired_record_is_told(shop: Shop) -> None:
    report = reports.ask(shop.actor, scope("general"), code=shop.subject.code, language="zh")
    db.session.commit()
    while jobs.run_due():
        pass
    granted(shop)
    assert documents.standing(report) == "superseded"
    assert "report_corrected" in told()


def test_the_answers_may_leave_open_when_the_duty_was_met(shop: Shop) -> None:
    draft = shop.draft(performed_on=None, statement="罚款已经缴清")
    assert draft.answers["performed_on"] == ""
    assert draft.answers["statement"] == "罚款已经缴清"


def test_a_record_that_never_was_is_not_on_file(app: Flask) -> None:
    with pytest.raises(LookupError):
        service.on_file(10**9)
