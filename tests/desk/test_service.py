"""What the desk does with concerns: extracts and the answers to them."""

from datetime import date

import pytest
from flask import Flask

from portal.cases import service as cases
from portal.complaints.models import Complaint
from portal.core import db
from portal.core.actor import Actor
from portal.core.errors import Refused
from portal.core.units import Unit
from portal.desk import service
from portal.desk.service import offices
from tests.cases.conftest import Sample
from tests.complaints.conftest import TOWN, sent
from tests.conftest import Clock
from tests.factories import make_actor, make_staff
from tests.repair.conftest import make_shop


def test_an_answer_needs_an_extract_about_the_own_unit(app: Flask) -> None:
    theirs = make_actor(make_staff("handler", body="tianjiaan-district"))
    assert service.respond("S26110000", theirs, "正在筹款") is False
    case = sent("default", matter="works", about="tianjiaan-district")
    office = make_actor(make_staff("handler", body="development-reform"))
    service.send_extract(case, office, "有企业反映工程款没有支付，请说明。")
    assert service.respond(case.reference, theirs, "正在筹款") is True
    assert [each.response for each in service.extracts(theirs)] == ["正在筹款"]
    assert service.extracts(office) == []


def test_a_confidential_name_is_not_shown_and_an_anonymous_one_not_there(app: Flask) -> None:
    confidential, named = (
        sent(),
        sent(level="named", facts="另一件事情与前面那件没有任何关系，请看。"),
    )
    anonymous = sent(level="anonymous", facts="第三件事情说的是道路开挖以后没有恢复原样的问题。")
    shown = [service.applicant(case) for case in (confidential, named, anonymous)]
    assert [each.name if each else None for each in shown] == ["", "赵**", None]


def test_only_concerns_have_extracts(app: Flask) -> None:
    office = make_actor(make_staff("handler", body="development-reform"))
    with pytest.raises(Refused):
        service.send_extract(Sample(title="示例"), office, "有企业反映工程款没有支付，请说明。")
    db.session.rollback()


def test_the_reviewer_of_the_credit_office_sees_the_cases_of_every_body(app: Flask) -> None:
    shop = make_shop()
    shop.sent()
    reviewer = make_actor(make_staff("reviewer", body="development-reform"))
    everything = service.inbox(reviewer, mine=False)
    assert [waiting.case.kind for waiting in everything] == ["repair"]
    assert service.inbox(reviewer, kind="complaint", mine=False) == []
    assert len(service.inbox(reviewer, kind="repair", mine=False)) == 1


def test_a_step_that_is_not_theirs_is_refused_and_one_already_taken_says_so(app: Flask) -> None:
    case = make_shop().sent()
    clerk = make_actor(make_staff("handler", body="urban-management"))
    with pytest.raises(Refused, match="step_not_possible"):
        service.take(case, "grant", clerk, note="", expected=case.state)
    with pytest.raises(Refused, match="moved_on"):
        service.take(case, "grant", clerk, note="", expected="accepted")
    assert case.state == "submitted"


def test_there_is_nobody_to_look_at_behind_a_case_without_an_account(app: Flask) -> None:
    case = make_shop().sent()
    case.account_id = None
    clerk = make_actor(make_staff("handler", body="urban-management"))
    with pytest.raises(Refused, match="nothing_to_reveal"):
        service.reveal(case, clerk, reason="需要补充材料")


@pytest.mark.parametrize(
    ("roles", "body", "area", "reason"),
    [
        ([], "housing", "", "roles_unknown"),
        (["king"], "housing", "", "roles_unknown"),
        (["handler"], "nowhere", "", "body_unknown"),
        (["handler"], "shunyuan-district", "", "body_unknown"),
        (["handler"], "housing", "999999", "area_unknown"),
    ],
)
def test_staff_get_only_roles_and_places_that_there_are(
    app: Flask, roles: list[str], body: str, area: str, reason: str
) -> None:
    admin, staff = make_actor(make_staff("admin")), make_staff("handler", body="housing")
    with pytest.raises(Refused, match=reason):
        offices.change(staff, admin, roles=roles, body=body, area_code=area)
    assert (staff.roles, staff.body) == (["handler"], "housing")


@pytest.fixture
def climbed(app: Flask, clock: Clock) -> Complaint:
    """A concern that its station let lie; it is with the district now."""
    case = sent()
    clock.set(date(2026, 11, 25))
    cases.note_late(date(2026, 11, 25))
    db.session.commit()
    return case


def at_station() -> Actor:
    return make_actor(make_staff("handler", body="tianjiaan-district", area_code=TOWN))


def test_what_climbed_is_marked_above_and_told_below(climbed: Complaint) -> None:
    district = make_actor(make_staff("handler", body="tianjiaan-district"))
    assert [each.has_climbed for each in service.inbox(district)] == [True]
    assert service.inbox(at_station()) == []
    assert [each.case for each in service.left_late(at_station())] == [climbed]
    assert service.left_late(district) == []
    left = service.left(climbed.shown_reference, at_station())
    assert left is not None
    assert (left.case, left.hop.step) == (climbed, "escalate")


def test_a_case_that_ran_out_of_time_twice_is_told_once(climbed: Complaint, clock: Clock) -> None:
    clock.set(date(2026, 11, 28))
    cases.note_late(date(2026, 11, 28))
    db.session.commit()
    district = make_actor(make_staff("handler", body="tianjiaan-district"))
    (left,) = service.left_late(district)
    assert left.case == climbed
    assert left.hop.details["before"] == "tianjiaan-district"


def test_what_went_on_is_told_to_nobody_who_never_had_it(climbed: Complaint) -> None:
    other_town = make_actor(make_staff("handler", body="tianjiaan-district", area_code="340403001"))
    tax = make_actor(make_staff("handler", body="tax"))
    for stranger in (other_town, tax):
        assert service.left(climbed.reference, stranger) is None
        assert service.left_late(stranger) == []
    assert service.left("S26110000000", tax) is None


def test_who_is_complained_of_learns_nothing_of_a_case_that_passed_through(
    climbed: Complaint,
) -> None:
    climbed.about_body, climbed.about_area = "tianjiaan-district", TOWN
    db.session.commit()
    assert service.left(climbed.reference, at_station()) is None
    assert service.left_late(at_station()) == []


def test_only_the_city_office_is_offered_to_name_a_unit(climbed: Complaint) -> None:
    district = make_actor(make_staff("handler", body="tianjiaan-district"))
    assert "assign" not in {step.name for step, _part in service.options(climbed, district)}
    cases.give(climbed, Unit("development-reform"))
    office = make_actor(make_staff("handler", body="development-reform"))
    assert "assign" in {step.name for step, _part in service.options(climbed, office)}
