"""What the desk does with concerns: extracts and the answers to them."""

import pytest
from flask import Flask

from portal.core import db
from portal.core.errors import Refused
from portal.desk import service
from portal.desk.service import offices
from tests.cases.conftest import Sample
from tests.complaints.conftest import sent
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
