"""A shop with a penalty of the city's own, and its owner."""

from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from portal.accounts.models import Account
from portal.cases import service as cases
from portal.cases.models import Draft
from portal.cases.rules import By
from portal.cases.service import files
from portal.core import db
from portal.core.actor import Actor
from portal.core.units import CREDIT_OFFICE
from portal.records.models import Record
from portal.repair import service
from portal.repair.models import Repair
from portal.subjects.models import Subject
from tests.core.test_uploads import a_picture
from tests.factories import make_account, make_actor, make_record, make_representative, make_subject

CLERK = By("account:901", "clerk", "urban-management")
REVIEWER = By("account:902", "reviewer", "urban-management")
OFFICE = By("account:903", "clerk", CREDIT_OFFICE)
CITY = "淮南市城市管理局"


@dataclass
class Shop:
    """A subject, its owner, and a general penalty of 1 August that may be repaired."""

    subject: Subject
    owner: Account
    actor: Actor
    record: Record

    def draft(self, **answers: object) -> Draft:
        """An application that only needs to be sent."""
        draft = service.begin(self.record.id, self.actor)
        files.add(draft, [("凭证.jpg", a_picture())], role="applicant")
        given = {
            "performed_on": date(2026, 8, 20),
            "plan_until": None,
            "statement": "",
            "signer": "王小麦",
        }
        service.save_statement(draft, **{**given, **answers})  # type: ignore[arg-type]
        return draft

    def sent(self) -> Repair:
        case, _code = service.submit(self.draft(), self.actor)
        db.session.commit()
        return case


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


def make_shop(authority: str = CITY) -> Shop:
    subject, owner = make_subject(), make_account()
    make_representative(owner, subject)
    record = make_record(subject, authority=authority, decided_on=date(2026, 8, 1))
    return Shop(subject, owner, make_actor(owner), record)


def act(case: Repair, name: str, *, by: By, note: str = "") -> None:
    """Take a step between two pages that somebody looks at."""
    again = db.session.get_one(Repair, case.id)
    cases.act(again, name, by=by, note=note)
    db.session.commit()
