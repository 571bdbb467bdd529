"""Sending, transferring, answering, escalating, confirming; and what stays protected."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Message
from portal.cases import service as cases
from portal.cases.service import drafts, finding
from portal.complaints import law, service
from portal.complaints.models import Complaint, ComplaintIdentity
from portal.complaints.service import after, intake, letters, respondent, vault
from portal.core import clock, db
from portal.core.audit import Event
from portal.core.errors import Refused
from portal.core.units import Unit
from portal.government import service as government
from tests.complaints.conftest import (
    CONTRACT,
    DEMAND,
    FACTS,
    OFFICE,
    PERSON,
    REVIEWER,
    STATION,
    TOWN,
    a_draft,
    act,
    clerk,
    sent,
)
from tests.conftest import Clock
from tests.factories import make_account, make_actor, make_subject

COUNTY = "tianjiaan-district"
OTHER_FACTS = "道路施工把门前的路挖开以后一直没有恢复，货车进不来，已经影响了半个月的生意。"


def refused(expected: str, do: Any, *args: Any, **named: Any) -> None:
    with pytest.raises(Refused) as refusal:
        do(*args, **named)
    assert refusal.value.reason == expected


@pytest.fixture
def case(app: Flask) -> Complaint:
    return sent()


@pytest.fixture
def default(app: Flask) -> Complaint:
    return sent("default", matter="works", about=COUNTY)


def test_a_concern_goes_to_its_station_and_the_clock_starts_at_sending(case: Complaint) -> None:
    assert case.unit == Unit(COUNTY, TOWN)
    assert case.state == "submitted"
    assert case.due is not None
    assert (case.due.key, case.due.due_on) == ("dir.accept", date(2026, 11, 24))
    assert case.due.holder == case.unit.key == case.events[0].unit


def test_anonymous_people_get_a_code_of_words_that_bears_any_spelling(app: Flask) -> None:
    draft = a_draft(level="anonymous")
    case, code = intake.submit(draft, None, in_words=True)
    db.session.commit()
    assert len(code.split()) == 6
    assert set(code.split()) <= set(law.code_words())
    assert vault.known(case) is None
    for typed in (code, code.replace(" ", ""), code.replace(" ", "　")):
        assert finding.by_code(case.reference.lower(), typed) is not None
    assert finding.by_code(case.reference, code[:-2]) is None


def test_a_signed_in_person_who_stays_anonymous_leaves_no_account(app: Flask) -> None:
    account = make_account()
    case = sent(level="anonymous", actor=make_actor(account))
    assert case.account_id is None
    assert finding.mine(case.reference, account_id=account.id) is None
    told = [each.actor for each in db.session.scalars(select(Event)) if each.thing_kind == "case"]
    told += [event.actor for event in case.events]
    assert f"account:{account.id}" not in told


def test_an_account_gives_name_and_contact(app: Flask) -> None:
    account = make_account()
    case = sent(actor=make_actor(account), name="", contact="")
    assert case.account_id == account.id
    identity = vault.known(case)
    assert identity is not None
    assert (identity.name, identity.contact) == (account.name, account.phone)
    assert finding.mine(case.reference, account_id=account.id) is not None


def test_what_lies_in_the_database_says_nobody(case: Complaint) -> None:
    row = db.session.get_one(ComplaintIdentity, case.id)
    assert "赵小满".encode() not in row.sealed
    assert vault.unpack(vault.pack(vault.Identity("赵", "1"))) == vault.Identity("赵", "1", "")
    row.sealed = b"x" * 40
    assert vault.known(case) is None


def test_a_draft_keeps_who_speaks_sealed(app: Flask) -> None:
    draft = a_draft()
    assert "赵小满" not in str(draft.answers)
    known = intake.identity_of(draft)
    assert known is not None
    assert known.name == "赵小满"
    assert intake.identity_of(a_draft(level="anonymous")) is None


@pytest.mark.parametrize(("given", "reason"), [
    ({"matter": "none"}, "matter_missing"),
    ({"matter": "tender"}, "matter_missing"),
    ({"area": ""}, "area_missing"),
    ({"matter": "tax", "area": "", "about": "station"}, "area_missing"),
])  # fmt: skip
def test_where_and_what_are_asked_for(app: Flask, given: dict[str, str], reason: str) -> None:
    draft = intake.begin("concern", None)
    how = {"matter": "service", "area": TOWN, "about": "", **given}
    refused(reason, intake.save_where, draft, **how)
    assert intake.route(draft) is None


@pytest.mark.parametrize(("given", "missing"), [
    ({}, ["matter", "area", "about"]),
    ({"about": "station"}, ["matter", "area"]),
    ({"area": TOWN}, ["matter", "about"]),
    ({"matter": "works"}, ["about"]),
    ({"matter": "works", "area": TOWN, "about": "station"}, []),
])  # fmt: skip
def test_all_that_is_missing_of_where_is_known_at_once(
    app: Flask, given: dict[str, str], missing: list[str]
) -> None:
    draft = intake.begin("default", None)
    told = intake.missing_where(draft, **{"matter": "", "area": "", "about": "", **given})
    assert [refusal.field for refusal in told] == missing


def test_a_default_names_a_body_that_exists_and_a_business(app: Flask) -> None:
    draft = intake.begin("default", None)
    for about in ("", "nobody"):
        refused("about_missing", intake.save_where, draft, matter="works", area="", about=about)
    intake.save_where(draft, matter="works", area=TOWN, about="station")
    assert draft.answers["about"] == f"{COUNTY}/{TOWN}"
    who = {"protection_": "named", "name": "赵", "contact": "1"}
    refused("business_missing", intake.save_protection, draft, None, business=" ", **who)


def test_what_is_only_pointed_elsewhere_is_not_begun(app: Flask) -> None:
    with pytest.raises(LookupError):
        intake.begin("petition", None)


def test_pages_that_are_not_answered_are_asked_for(app: Flask) -> None:
    draft = intake.begin("concern", None)
    assert intake.missing_page(draft) == "where"
    refused("page_missing", intake.submit, draft, None, in_words=True)
    intake.save_where(draft, matter="service", area=TOWN)
    assert intake.missing_page(draft) == "protection"
    drafts.save(draft, protection="anonymous")
    assert intake.missing_page(draft) == "facts"


def test_what_looks_the_same_waits_for_a_person_who_says_why(case: Complaint) -> None:
    again = sent(facts=FACTS + "！")
    assert (again.state, again.unit) == ("held", Unit("development-reform"))
    assert again.due is not None
    assert again.due.key == "dir.look"
    assert again.events[-1].note == "最近收到过几乎一样的内容，先由工作人员看一遍。"
    again = act(again, "dismiss", by=OFFICE, note="与前一件相同")
    assert again.closed_at is None
    again = act(again, "explain", by=PERSON, note="这是另一次")
    again = act(again, "release", by=OFFICE)
    assert (again.state, again.unit) == ("submitted", Unit(COUNTY, TOWN))
    assert again.due is not None
    assert again.due.holder == again.unit.key


def test_a_trap_and_very_many_are_held(app: Flask) -> None:
    case, _code = intake.submit(a_draft(), None, in_words=False, trap="x")
    assert case.held_because == "trap"
    actor = make_actor(make_account())
    kept = [sent(actor=actor, facts=f"第{n}件事情与前面各件都没有任何关系" + str(n) * 30)
            for n in range(6)]  # fmt: skip
    assert [each.held_because for each in kept] == [""] * 5 + ["many"]


def test_a_wrong_route_moves_twice_and_then_the_office_assigns_for_good(case: Complaint) -> None:
    due = case.due and case.due.due_on
    refused("note_needed", act, case, "transfer", by=STATION, note=" ", unit="data")
    refused("unit_unfit", act, case, "transfer", by=STATION, unit="nobody")
    refused("office_assigns", act, case, "assign", by=STATION, unit="data")
    case = act(case, "transfer", by=STATION, note="由县区办理", unit=COUNTY)
    case = act(case, "transfer", by=clerk(case), note="由数据部门办理", unit="data")
    refused("transfers_used", act, case, "transfer", by=clerk(case), unit="health")
    case = act(case, "transfer", by=clerk(case), note="请指定", unit="development-reform")
    refused("unit_unfit", act, case, "assign", by=OFFICE, unit="")
    case = act(case, "assign", by=OFFICE, note="由卫健委办理", unit="health")
    refused("assigned_for_good", act, case, "transfer", by=clerk(case), unit="data")
    hops = [(event.step, event.details["after"]) for event in case.events if
            event.step in ("transfer", "assign")]  # fmt: skip
    assert hops == [("transfer", COUNTY), ("transfer", "data"),
                    ("transfer", "development-reform"), ("assign", "health")]  # fmt: skip
    assert case.due is not None
    assert case.due.due_on == due
    assert next(shown.after for shown in finding.timeline_of(case)) == "health"


def test_nobody_assigns_a_case_to_whom_it_complains_of(app: Flask) -> None:
    case = sent(matter="tax", area="", about="tax")
    assert case.unit == Unit("development-reform")
    refused("unit_unfit", act, case, "assign", by=OFFICE, unit="tax")
    assert Unit("tax") not in service.next_units(case)
    assert Unit("data") in service.next_units(case)


def test_a_late_case_climbs_two_levels_and_stays_at_the_top(case: Complaint, clock: Clock) -> None:
    units = [case.unit.key]
    for day in (date(2026, 11, 25), date(2026, 11, 28), date(2026, 12, 2), date(2026, 12, 5)):
        clock.set(day)
        cases.note_late(day)
        db.session.commit()
        units.append(case.unit.key)
    assert units == [f"{COUNTY}/{TOWN}", COUNTY, "data", "development-reform",
                     "development-reform"]  # fmt: skip
    late = [each for each in case.deadlines if each.met_on and each.met_on > each.due_on]
    assert [each.holder for each in late] == units[:3]
    assert [event.step for event in case.events].count("escalate") == 3
    assert service.next_unit(case) is None


def test_a_concern_is_answered_rated_badly_and_reviewed_above(case: Complaint) -> None:
    case = act(case, "accept", by=STATION)
    assert case.due is not None
    assert case.due.key == "dir.other"
    case = act(case, "extend", by=STATION)
    refused("step_not_possible", act, case, "extend", by=STATION)
    refused("marked_already", after.rate, case, by=PERSON, mark="5", text="")
    case = act(case, "answer", by=STATION)
    refused("mark_missing", after.rate, case, by=PERSON, mark="6", text="")
    after.rate(case, by=PERSON, mark="1", text="")
    db.session.commit()
    assert (case.state, case.unit, case.mark) == ("review", Unit(COUNTY), "1")
    assert case.due is not None
    assert (case.due.key, case.due.holder) == ("dir.review", COUNTY)
    refused("marked_already", after.rate, case, by=PERSON, mark="5", text="")
    case = act(case, "answer_review", by=clerk(case))
    case = act(case, "reopen", by=PERSON)
    assert case.unit == Unit("data")
    case = act(case, "answer_review", by=clerk(case))
    refused("reopened_enough", act, case, "reopen", by=PERSON)
    assert act(case, "settle", by=PERSON).closed_at is not None


def test_a_review_at_the_top_stays_there(app: Flask) -> None:
    case = sent(matter="bidding", area="", about="public-resources")
    assert case.unit == Unit("development-reform")
    case = act(act(case, "accept", by=OFFICE), "answer", by=OFFICE)
    assert act(case, "reopen", by=PERSON).unit == Unit("development-reform")


def test_a_good_mark_leaves_the_case_to_its_writer(case: Complaint) -> None:
    case = act(case, "decline", by=STATION)
    after.rate(case, by=PERSON, mark="4", text="说得清楚")
    assert (case.state, case.mark_text, case.closed_at) == ("declined", "说得清楚", None)


def test_a_refused_default_enters_the_public_record_and_is_cleared(default: Complaint) -> None:
    case = default
    assert case.unit == Unit("development-reform")
    for name in ("register", "verify", "true", "refused"):
        case = act(case, name, by=OFFICE)
    case = act(case, "send_back", by=REVIEWER)
    case = act(case, "refused", by=OFFICE)
    case = act(case, "confirm", by=REVIEWER)
    (shown,) = government.of_body(COUNTY)
    assert (shown.state, shown.promise.kind, shown.promise.counterpart) == ("broken", "works", "")
    after.rate(case, by=PERSON, mark="1", text="")
    assert case.state == "confirmed"
    case = act(case, "rectified_late", by=OFFICE)
    assert government.of_body(COUNTY)[0].state == "cleared"


def test_retaliation_goes_straight_to_the_city_office(case: Complaint) -> None:
    refused("note_needed", after.report_retaliation, case, by=PERSON, note=" ")
    after.report_retaliation(case, by=PERSON, note="停了我的电")
    assert (case.unit, case.is_urgent) == (Unit("development-reform"), True)
    after.report_retaliation(case, by=PERSON, note="又停了一次")
    assert [event.step for event in case.events].count("raise") == 1
    act(case, "withdraw", by=PERSON)
    refused("closed_already", after.report_retaliation, case, by=PERSON, note="还在继续")


def test_protection_changes_both_ways(case: Complaint) -> None:
    account = make_account()
    change = {"case": case, "by": PERSON, "name": "", "contact": "", "account_id": None}
    after.change_protection(**{**change, "level": "anonymous"})
    assert vault.known(case) is None
    after.change_protection(**{**change, "level": "anonymous"})
    refused("name_missing", after.change_protection, **{**change, "level": "named"})
    told = {"level": "named", "name": "赵小满", "contact": "1", "account_id": account.id}
    after.change_protection(**{**change, **told})
    after.change_protection(**{**change, "level": "confidential"})
    identity = vault.known(case)
    assert identity is not None
    assert identity.name == "赵小满"
    assert (case.protection, case.account_id) == ("confidential", account.id)
    assert case.events[-1].details == {"before": "named", "after": "confidential"}
    assert finding.timeline_of(case)[0].after == ""


def test_a_look_at_who_spoke_needs_a_reason_that_the_person_reads(case: Complaint) -> None:
    refused("reveal_reason_missing", vault.reveal, case, by=STATION, reason="看")
    assert vault.reveal(case, by=STATION, reason="回电核对时间").name == "赵小满"
    assert finding.timeline_of(case)[0].text == "回电核对时间"
    action = db.session.scalars(select(Event.action).order_by(Event.id.desc())).first()
    assert action == "complaint.reveal"
    vault.keep(case, None)
    refused("nothing_to_reveal", vault.reveal, case, by=STATION, reason="回电核对时间")


def test_the_unit_complained_of_reads_a_reviewed_extract_alone(default: Complaint) -> None:
    send = respondent.send
    refused("extract_short", send, default, by=OFFICE, text="拖欠")
    refused(
        "extract_personal", send, default, by=OFFICE, text="拖欠工程款，电话13912345678，请说明"
    )
    for word in ("赵小满", "0554-1234567", "虚构县小满粮油店"):
        refused("extract_names", send, default, by=OFFICE, text=f"{word}反映拖欠工程款多年")
    send(default, by=OFFICE, text="有企业反映一项工程款长期没有支付，请说明。")
    (extract,) = respondent.of_unit(Unit(COUNTY))
    assert (extract.name, extract.is_closed) == ("", False)
    assert respondent.of_unit(Unit(COUNTY, TOWN)) == [extract]
    assert respondent.of_unit(Unit("finance")) == []
    assert respondent.find(default.reference, Unit("finance")) is None
    found = respondent.find(default.reference, Unit(COUNTY))
    assert found is not None
    refused("note_needed", respondent.respond, found, by=STATION, text=" ")
    respondent.respond(found, by=STATION, text="正在筹款")
    assert respondent.of_unit(Unit(COUNTY))[0].response == "正在筹款"


def test_a_named_business_is_told_and_nobody_else_gets_an_extract(app: Flask) -> None:
    case = sent("default", matter="works", about=COUNTY, level="named")
    respondent.send(case, by=OFFICE, text="虚构县小满粮油店反映工程款没有支付。")
    assert respondent.of_unit(Unit(COUNTY))[0].name == "虚构县小满粮油店"
    plain = sent(facts=OTHER_FACTS)
    refused(
        "nobody_complained_of", respondent.send, plain, by=STATION, text="有人反映道路没有恢复。"
    )


@pytest.mark.parametrize("kind", ["arrears", "consumer"])
def test_a_copy_is_registered_and_its_outcome_noted(app: Flask, kind: str) -> None:
    shop = make_subject()
    draft = intake.begin(kind, None, subject=shop.code)
    assert letters.written(draft) is None
    assert intake.missing_page(draft) == "facts"
    intake.save_facts(draft, facts=FACTS, demand=DEMAND, other="某单位", amount="300")
    text = letters.written(draft) or ""
    assert all(word in text for word in (shop.code, FACTS, DEMAND, "300"))
    case, code = intake.submit(draft, None, in_words=True)
    assert (case.due, case.body_slug, case.about_subject_id) == (None, "", shop.id)
    assert finding.by_code(case.reference, code) is case
    assert drafts.get(case.intent, account_id=None) is None
    for key in (case.intent, case.reference):
        with pytest.raises(drafts.Sent, match=case.reference):
            drafts.get(case.intent, account_id=None, keys=[key])
    refused("note_needed", act, case, "not_solved", by=PERSON, note="")
    assert act(case, "not_solved", by=PERSON, note="调解不成").state == "unsolved"
    service.escalate(case)
    assert case.body_slug == ""


def test_a_letter_names_its_law_only_where_there_is_one(app: Flask) -> None:
    draft = intake.begin("concern", None)
    intake.save_facts(draft, facts=FACTS, demand=DEMAND)
    assert "依据" not in (letters.written(draft) or "")


def test_notices_say_nothing_of_the_content(app: Flask) -> None:
    account = make_account()
    case = sent(actor=make_actor(account))
    act(case, "transfer", by=STATION, unit=COUNTY)
    bodies = list(db.session.scalars(select(Message.data).where(Message.account_id == account.id)))
    assert db.session.scalar(select(func.count()).select_from(Message)) == len(bodies) == 2
    assert all(FACTS not in str(each) for each in bodies)


def test_further_answers_of_a_contract_are_kept(default: Complaint) -> None:
    assert default.further == CONTRACT
    assert default.received_at == clock.now()


def test_what_is_released_where_it_already_lies_begins_no_second_clock(app: Flask) -> None:
    draft = a_draft("default", matter="works", about=COUNTY)
    case, _code = intake.submit(draft, None, in_words=True, trap="x")
    db.session.commit()
    assert (case.state, case.unit.key, case.route) == ("held", OFFICE.body, OFFICE.body)
    received = case.received_at
    case = act(case, "release", by=OFFICE)
    assert (case.state, case.received_at) == ("submitted", received)
    assert [event.step for event in case.events if event.step == "raise"] == []
