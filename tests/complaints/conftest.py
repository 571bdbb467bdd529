"""Concerns as they are sent, and the people of the units that get them."""

from typing import Any

from portal.accounts.models import Account
from portal.cases import service as cases
from portal.cases.models import Draft
from portal.cases.rules import By
from portal.complaints.models import Complaint
from portal.complaints.service import intake
from portal.core import db
from portal.core.actor import Actor

STATION = By("account:901", "clerk", "tianjiaan-district")
OFFICE = By("account:902", "clerk", "development-reform")
REVIEWER = By("account:903", "reviewer", "development-reform")
PERSON = intake.CODE_HOLDER
TOWN = "340403002"
FACTS = "十月十二日下午去窗口办理食品经营许可，材料齐全，等了三个小时没有人受理，也没有说明原因。"
DEMAND = "请告诉我什么时候能办。"
CONTRACT = {
    "breach": "unpaid", "contract": "虚构路改造合同", "size": "small", "unpaid": "120000",
}  # fmt: skip


def a_draft(
    kind: str = "concern", *, matter: str = "service", area: str = TOWN, about: str = "",
    level: str = "confidential", actor: Actor | None = None, facts: str = FACTS, **identity: str,
) -> Draft:  # fmt: skip
    """A concern that only needs to be sent."""
    draft = intake.begin(kind, actor)
    intake.save_where(draft, matter=matter, area=area, about=about)
    given = {
        "name": "赵小满",
        "contact": "0554-1234567",
        "business": "虚构县小满粮油店",
        **identity,
    }
    intake.save_protection(draft, actor, protection_=level, **given)
    further = CONTRACT if kind == "default" else {}
    intake.save_facts(draft, facts=facts, demand=DEMAND, **further)
    return draft


def sent(kind: str = "concern", **how: Any) -> Complaint:
    """A concern on its way."""
    actor = how.get("actor")
    case, _code = intake.submit(a_draft(kind, **how), actor, in_words=True)
    db.session.commit()
    return case


def act(case: Complaint, name: str, *, by: By, note: str = "写明原因", **answers: Any) -> Complaint:
    """Take a step; returns the case as it stands then."""
    again = db.session.get_one(Complaint, case.id)
    cases.act(again, name, by=by, note=note, **answers)
    db.session.commit()
    return again


def clerk(case: Complaint, account: Account | None = None) -> By:
    """Somebody of the unit that has a case."""
    return By(f"account:{account.id if account else 901}", "clerk", case.body_slug)
