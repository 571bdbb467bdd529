"""A kind of case that exists only here, so that the engine is tested without any capability."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from portal.cases import service
from portal.cases.models import Case
from portal.cases.rules import By
from portal.cases.service import drafts
from portal.core import db
from portal.core.workflow import Offer, State, Workflow, step
from tests.factories import make_account

SAMPLE = Workflow(
    "submitted",
    (
        step("accept", "submitted", to="accepted", by="clerk", term="rep.decide"),
        step("return", "submitted", "accepted", to="returned", by="clerk", needs_note=True),
        step("resubmit", "returned", to="submitted", by="applicant", term="rep.accept"),
        step("extend", "accepted", to="extended", by="clerk", term="rep.extend",
             needs_note=True, extends=True),
        step("propose", "accepted", "extended", to="proposed", by="clerk"),
        step("grant", "proposed", to="granted", by="clerk", needs_second=True),
        step("reopen", "granted", to="accepted", by="applicant", term="rep.decide"),
        step("close", "granted", to="closed", by="applicant"),
    ),
    term="rep.accept",
)  # fmt: skip


class Sample(Case):
    """A case of no capability."""

    __mapper_args__ = {"polymorphic_identity": "sample"}
    letter = "X"
    workflow = SAMPLE
    clocks = ("rep.total",)
    states = {
        "submitted": State("received", "已收到"),
        "accepted": State("working", "办理中"),
        "extended": State("working", "办理中"),
        "proposed": State("working", "办理中"),
        "returned": State("waiting", "等您补充"),
        "granted": State("answered", "已答复"),
        "closed": State("solved", "已解决"),
    }
    offers = {"resubmit": Offer("补好了"), "close": Offer("解决了")}


APPLICANT = By("account:1", "applicant")
CLERK = By("account:2", "clerk", "development-reform")
OTHER = By("account:3", "clerk", "development-reform")


@pytest.fixture
def kinds(app: Flask) -> Iterator[SimpleNamespace]:
    """The sample's service; `escalated` gathers the cases that became late."""
    escalated: list[Case] = []

    def advance(case: Case, name: str, *, by: By, note: str = "", **answers: Any) -> None:
        service.advance(case, name, by=by, note=note, **answers)

    sample = SimpleNamespace(
        advance=advance, escalate=escalated.append, AFTER_FILES="/next/{id}", escalated=escalated
    )
    before = dict(service._kinds)
    service.start({"sample": sample})
    yield sample
    service.start(before)


@pytest.fixture
def case(kinds: SimpleNamespace) -> Sample:
    """A case sent at 10:00 on Friday 20 November 2026."""
    account = make_account()
    draft = drafts.begin("sample", "1", account_id=account.id)
    case = Sample(title="示例", account_id=account.id)
    service.open_case(case, by=APPLICANT, draft=draft, code="ABCD-EFGH")
    db.session.commit()
    return case
