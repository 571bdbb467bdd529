"""Concerns of the demo in every state, promises of the government, and a year of punctuality."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.cases import service as cases
from portal.cases.service import By, figures
from portal.complaints.models import Complaint
from portal.complaints.service import after, intake, respondent
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.units import CREDIT_OFFICE
from portal.demo import past
from portal.demo.rules import SHOWCASE
from portal.demo.rules.concerns import (
    CONCERNS,
    ORDINARY,
    PROMISES,
    Concern,
    came_in,
    happened,
)
from portal.government import service as government

OFFICE = By("demo office", "clerk", CREDIT_OFFICE)
CHECKER = By("demo checker", "reviewer", CREDIT_OFFICE)
PERSON = intake.CODE_HOLDER
SHOP = next(shown for shown in SHOWCASE if shown.key == "beef_soup")


def settle() -> int:
    """Store promises, concerns in every state and ordinary ones of the past weeks; how many."""
    today = clock.today()
    government.store(
        [
            government.PromiseRow(
                each.body, each.kind, each.number, each.title, each.counterpart,
                Decimal(each.yuan) if each.yuan else None, today - timedelta(each.signed),
                today + timedelta(each.due) if each.due else None, each.state,
                today - timedelta(each.settled) if each.settled else None, each.note, "演示数据",
            )
            for each in PROMISES
        ],
        actor="demo",
    )  # fmt: skip
    actor = _citizen()
    made = [_told(concern, actor) for concern in CONCERNS]
    made += list(_ordinary())
    session.flush()
    figures.publish()
    return len(made)


def _citizen() -> Actor | None:
    account = session.scalar(select(Account).where(Account.email == "citizen@demo.example"))
    return accounts.actor_of(account) if account else None


def _told(concern: Concern, actor: Actor | None) -> Complaint:
    case = _sent(concern, actor)
    for step in concern.steps:
        _move(case, step)
    return case


def _sent(concern: Concern, actor: Actor | None) -> Complaint:
    draft = intake.begin(
        concern.kind, actor if concern.by_citizen else None,
        subject=SHOP.code if concern.about_shop else "",
    )  # fmt: skip
    if concern.matter:
        intake.save_where(draft, matter=concern.matter, area=concern.area, about=concern.about)
        intake.save_protection(draft, actor if concern.by_citizen else None,
                               protection_=concern.level, name="虚构人", contact="0554-0000000",
                               business="虚构县示例商行")  # fmt: skip
    intake.save_facts(draft, facts=concern.facts, demand=concern.demand, **concern.further)
    case, _code = intake.submit(
        draft, actor if concern.by_citizen else None, in_words=True, trap=concern.trap
    )
    return case


def _move(case: Complaint, step: tuple[str, str]) -> None:
    name, note = step
    if name == "extract":
        respondent.send(case, by=_clerk(case), text=note)
    elif name == "rate":
        after.rate(case, by=PERSON, mark=note, text="")
    elif name == "retaliation":
        after.report_retaliation(case, by=PERSON, note=note)
    elif name == "late":
        cases.note_late(_run_out(case))
    elif name.startswith("transfer:"):
        unit = name.partition(":")[2]
        cases.act(case, "transfer", by=_clerk(case), note=note, unit=unit)
    else:
        cases.act(case, name, by=_by(case, name), note=note)


def _by(case: Complaint, name: str) -> By:
    step = next(each for each in case.workflow.steps if each.name == name)
    if "applicant" in step.by:
        return PERSON
    return CHECKER if "reviewer" in step.by else _clerk(case)


def _clerk(case: Complaint) -> By:
    return By("demo clerk", "clerk", case.body_slug)


def _run_out(case: Complaint) -> date:
    """Let the present clock of a case have ended yesterday; returns today."""
    session.flush()  # its clocks must be there
    today = clock.today()
    for deadline in case.deadlines:
        if deadline.is_running:
            back = deadline.due_on - today + timedelta(1)
            deadline.started_on -= back
            deadline.due_on -= back
    return today


def _ordinary() -> Iterator[Complaint]:
    """Enough for some units to have figures, in the last month that is over and before it."""
    today = clock.today()
    for number, concern in enumerate(ORDINARY):
        day = came_in(number, today)
        with past.on(day):
            case = _sent(concern, None)
        for step in concern.steps:
            day = happened(step[0], number, day, case.due.due_on if case.due else None)
            with past.on(day):
                _move(case, step)
        yield case
