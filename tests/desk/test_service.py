"""What the desk does with concerns: extracts and the answers to them."""

import pytest
from flask import Flask

from portal.core import db
from portal.core.errors import Refused
from portal.desk import service
from tests.cases.conftest import Sample
from tests.complaints.conftest import sent
from tests.factories import make_actor, make_staff


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
