"""The demo's reports: every state for owners that are there, nothing where nobody is."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import db, jobs
from portal.demo import reports
from portal.demo.rules import SHOWCASE
from portal.documents import service as documents
from portal.documents.models import Document
from tests.factories import make_account, make_record, make_representative, make_subject

pytestmark = pytest.mark.limit(20)


def test_without_owners_there_are_no_reports(app: Flask) -> None:
    assert reports.issue() == 0


def test_every_state_can_be_seen(app: Flask) -> None:
    for key, kind in (("beef_soup", "individual_business"), ("many_records", "enterprise")):
        shown = next(each for each in SHOWCASE if each.key == key)
        shop = make_subject(shown.name, code=shown.code, kind=kind)
        make_record(shop)
        make_representative(make_account(shown.owner), shop)
    db.session.commit()
    assert reports.issue() == 8
    db.session.commit()
    jobs.run_due()
    found = db.session.scalars(select(Document)).all()
    assert Counter(map(documents.standing, found)) == {
        "in_force": 6, "superseded": 1, "revoked": 1,
    }  # fmt: skip
