"""Objecting to a record and to one's own data, verifying, deciding, putting right."""

from datetime import date

import pytest

from portal.cases import service as cases
from portal.cases.models import Draft
from portal.cases.rules import By
from portal.cases.service import drafts
from portal.core import db
from portal.core.errors import Refused
from portal.core.units import CREDIT_OFFICE
from portal.objections import service
from portal.objections.models import Objection
from portal.records import service as records
from portal.scenarios import service as scenarios
from tests.factories import TODAY, make_account, make_actor, make_listed
from tests.repair.conftest import CITY, Shop, make_shop

CLERK = By("account:901", "clerk", CREDIT_OFFICE)
PROVIDER = By("account:904", "provider", "urban-management")
REVIEWER = By("account:902", "reviewer", CREDIT_OFFICE)


@pytest.fixture
def shop(app: object) -> Shop:
    return make_shop()


def target(shop: Shop, kind: str = "record", target_id: str = "") -> service.Target:
    found = service.target(kind, target_id or str(shop.record.id), shop.actor)
    assert found is not None
    return found


def draft(shop: Shop, **answers: object) -> Draft:
    found = target(shop)
    begun = service.begin(found, shop.actor)
    given = {"fields": ["title"], "ground": "wrong", "claimed": "已公示", "explanation": ""}
    service.save(begun, found, **{**given, **answers})  # type: ignore[arg-type]
    return begun


def sent(shop: Shop, **answers: object) -> Objection:
    case, _code = service.submit(draft(shop, **answers), shop.actor)
    db.session.commit()
    return case


def decided(shop: Shop, outcome: str = "corrected", **answers: object) -> Objection:
    case = sent(shop, **answers)
    decisions = [
        {
            "field": claim["field"],
            "outcome": outcome,
            "reason": "与决定书核对",
            "value": claim["claimed"],
        }
        for claim in case.claims
    ]
    cases.act(case, "accept", by=CLERK)
    service.advance(case, "propose", by=CLERK, note="核对完成", decisions=decisions)
    cases.act(case, "decide", by=REVIEWER)
    db.session.commit()
    return case


def is_disputed(shop: Shop) -> bool:
    return bool(records.public_page(shop.subject.id, TODAY)[0].is_disputed)


def test_a_target_shows_each_field_as_it_stands(shop: Shop) -> None:
    found = target(shop)
    assert found.shown["title"] == shop.record.title
    assert found.shown["record_class"] == "一般"
    assert found.shown["performed_on"] == ""
    assert found.provider == "urban-management"


@pytest.mark.parametrize(("kind", "target_id"), [
    ("record", "404"), ("record", "x"), ("nothing", "1"), ("grade", "nothing/beef-soup"),
])  # fmt: skip
def test_there_is_no_target_where_there_is_nothing(shop: Shop, kind: str, target_id: str) -> None:
    assert service.target(kind, target_id, shop.actor) is None


def test_only_who_acts_for_the_business_objects(shop: Shop) -> None:
    stranger = make_actor(make_account())
    assert service.target("record", str(shop.record.id), stranger) is None
    begun = draft(shop)
    with pytest.raises(LookupError):
        service.submit(begun, stranger)


def test_the_mark_comes_with_acceptance_and_not_before(shop: Shop) -> None:
    case = sent(shop)
    assert not is_disputed(shop)
    cases.act(case, "accept", by=CLERK)
    assert is_disputed(shop)
    cases.act(case, "withdraw", by=By(shop.actor.label, "applicant"))
    assert not is_disputed(shop)


def test_the_provider_verifies_and_the_office_decides(shop: Shop) -> None:
    case = sent(shop)
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "inquire", by=CLERK)
    assert (case.body_slug, case.turn) == ("urban-management", "provider")
    cases.act(case, "extend", by=CLERK, note="案卷在档案馆")
    cases.act(case, "answer_extended", by=PROVIDER, note="标题确有笔误")
    assert case.body_slug == CREDIT_OFFICE


def test_without_a_known_provider_the_office_asks_outside(shop: Shop) -> None:
    other = make_shop("虚构县交通运输局")
    case = sent(other)
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "inquire", by=CLERK)
    cases.act(case, "answer", by=CLERK, note="来函确认")
    assert case.body_slug == CREDIT_OFFICE


def test_an_upheld_objection_corrects_every_field_at_once(shop: Shop) -> None:
    case = decided(
        shop, fields=["title", "decided_on", "record_class"], claimed="已公示\n2026-08-02\n严重"
    )
    row = records.public_page(shop.subject.id, TODAY)[0]
    assert (row.title, row.decided_on, row.record_class) == ("已公示", date(2026, 8, 2), "serious")
    assert not row.is_disputed
    assert case.present.look == "answered"


def test_a_record_that_should_not_be_there_is_withdrawn(shop: Shop) -> None:
    decided(shop, fields=["whole"], ground="duplicate", claimed="与另一条重复")
    assert records.public_page(shop.subject.id, TODAY) == []


def test_a_refused_objection_changes_nothing_and_the_same_facts_are_not_asked_again(
    shop: Shop,
) -> None:
    case = decided(shop, "kept")
    assert records.public_page(shop.subject.id, TODAY)[0].title == shop.record.title
    with pytest.raises(Refused) as refused:
        sent(shop)
    assert (refused.value.reason, refused.value.data["reference"]) == (
        "objection_again",
        case.shown_reference,
    )
    assert sent(shop, claimed="另一个内容").reference != case.reference


def test_what_was_upheld_once_may_be_objected_to_again(shop: Shop) -> None:
    decided(shop, fields=["summary"])
    assert sent(shop, fields=["summary"]).state == "submitted"


@pytest.mark.parametrize(("field", "value"), [("decided_on", "昨天"), ("record_class", "很严重")])
def test_a_value_that_cannot_be_read_is_refused(shop: Shop, field: str, value: str) -> None:
    with pytest.raises(Refused, match="value_unreadable"):
        decided(shop, fields=[field], claimed=value)


def test_a_decision_without_reason_is_not_proposed(shop: Shop) -> None:
    case = sent(shop)
    cases.act(case, "accept", by=CLERK)
    with pytest.raises(Refused, match="decision_missing"):
        cases.act(case, "propose", by=CLERK, note="x")


def test_one_objection_at_a_time(shop: Shop) -> None:
    case = sent(shop)
    assert target(shop).open_case is case
    with pytest.raises(Refused, match="objection_under_way"):
        service.begin(target(shop), shop.actor)
    with pytest.raises(drafts.Sent, match=case.reference):
        drafts.get(case.intent, account_id=shop.actor.account_id)
    assert drafts.get(case.intent, account_id=make_account().id) is None


def test_several_fields_need_several_lines(shop: Shop) -> None:
    with pytest.raises(Refused, match="claim_missing"):
        draft(shop, fields=["title", "number"], claimed="只有一行")


def test_a_person_objects_to_own_data_and_nobody_else_sees_it(shop: Shop) -> None:
    found = target(shop, "personal")
    begun = service.begin(found, shop.actor)
    service.save(begun, found, fields=["name"], ground="wrong", claimed="王小麦", explanation="")
    case, _code = service.submit(begun, shop.actor)
    assert not case.is_shared
    cases.act(case, "accept", by=CLERK)
    decisions = [{"field": "name", "outcome": "corrected", "reason": "属实", "value": "王小麦"}]
    cases.act(case, "propose", by=CLERK, note="属实", decisions=decisions)
    cases.act(case, "decide", by=REVIEWER)
    assert case.state == "decided"


def test_a_grade_is_objected_to_and_marked(shop: Shop) -> None:
    make_listed(shop.subject)
    found = target(shop, "grade", f"{shop.subject.code}/beef-soup")
    begun = service.begin(found, shop.actor)
    service.save(begun, found, fields=["facts"], ground="wrong", claimed="检查合格", explanation="")
    case, _code = service.submit(begun, shop.actor)
    cases.act(case, "accept", by=CLERK)
    assert is_grade_disputed(shop)
    assert scenarios.find("beef-soup").entries[0].is_disputed
    cases.act(case, "return", by=CLERK, note="请补充检查记录")
    assert not is_grade_disputed(shop)


def is_grade_disputed(shop: Shop) -> bool:
    (graded,) = scenarios.grades_of(shop.subject.id)
    return bool(graded.grade and graded.grade.is_disputed)


def test_the_city_of_the_shop_is_a_body_of_ours() -> None:
    assert service.bodies.slug_named(CITY)
