"""Anybody may object to what is said of a promise of the government."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from portal.cases import service as cases
from portal.core import db
from portal.core.errors import Refused
from portal.core.units import Unit
from portal.government import service as government
from portal.objections import service
from portal.objections.models import Objection
from tests.browser import Browser
from tests.core.test_uploads import a_picture
from tests.factories import make_account, make_actor
from tests.objections.test_service import CLERK, REVIEWER
from tests.repair.test_routes import PREFIXES, go_on


def promise_id() -> int:
    id_ = government.confirm_default(
        Unit("housing"), "works", number="1", title="工程款", actor="test"
    )
    db.session.commit()
    return id_


def decided(value: dict[str, str]) -> tuple[Objection, int]:
    """An objection whose fields were all corrected to these values, up to the review."""
    actor, id_ = make_actor(make_account()), promise_id()
    found = service.target("promise", str(id_), actor)
    assert found is not None
    draft = service.begin(found, actor)
    service.save(draft, found, fields=list(value), ground="wrong",
                 claimed="\n".join(value.values()), explanation="")  # fmt: skip
    case, _code = service.submit(draft, actor)
    decisions = [{"field": field, "outcome": "corrected", "reason": "有笔误", "value": told}
                 for field, told in value.items()]  # fmt: skip
    cases.act(case, "accept", by=CLERK)
    promise = government.get(id_)
    assert promise is not None
    assert promise.is_disputed
    cases.act(case, "propose", by=CLERK, note="核对完成", decisions=decisions)
    return case, id_


def test_a_correction_is_carried_out_and_the_mark_goes(app: Flask) -> None:
    case, id_ = decided({"title": "路灯款", "state": "认定后已经履行", "due_on": "2026-10-01",
                         "amount": "1200.50"})  # fmt: skip
    cases.act(case, "decide", by=REVIEWER)
    promise = government.get(id_)
    assert promise is not None
    assert (promise.title, promise.state, promise.due_on, promise.amount, promise.is_disputed) == (
        "路灯款", "cleared", date(2026, 10, 1), Decimal("1200.50"), False,
    )  # fmt: skip


@pytest.mark.parametrize("value", [{"state": "别的"}, {"amount": "很多"}, {"due_on": "十月"}])
def test_a_value_that_cannot_be_read_is_refused(app: Flask, value: dict[str, str]) -> None:
    case, _id = decided(value)
    with pytest.raises(Refused):
        cases.act(case, "decide", by=REVIEWER)


@pytest.mark.parametrize("target_id", ["404", "x"])
def test_there_is_no_promise_where_there_is_none(app: Flask, target_id: str) -> None:
    actor: Any = make_actor(make_account())
    assert service.target("promise", target_id, actor) is None


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_page_of_a_body_leads_to_an_objection(
    app: Flask, browser: Browser, prefix: str
) -> None:
    promise_id()
    me = browser.sign_in(make_account())
    (address,) = [link for link in me.get(f"{prefix}/government/housing").links().values()
                  if "/objections/new" in link]  # fmt: skip
    page = me.follow(me.submit(me.get(address)))
    page = me.follow(me.submit(page, fields="title", ground="wrong", claimed="应为另一件事"))
    assert "应为另一件事" in go_on(me, page, ("决定书.jpg", a_picture())).main
