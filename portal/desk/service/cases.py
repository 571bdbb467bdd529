"""Questions of the desk: what waits for whom, and what a case may show to whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Account
from portal.bodies import service as bodies
from portal.cases import service as cases
from portal.cases.models import Case, CaseEvent
from portal.cases.service import By, finding
from portal.complaints.models import Complaint
from portal.complaints.service import respondent, vault
from portal.core import audit, clock, content
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.ids import normalise_id
from portal.core.masking import mask_person
from portal.core.units import CREDIT_OFFICE, Unit, is_conflicted, unit_of_key
from portal.core.workflow import Step
from portal.desk import rules

LONGEST_INBOX = 300
FAR = 10_000
A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One line of the inbox: a case, its nearest clock, and whether it is this person's turn."""

    case: Case
    clock: finding.Clock | None
    is_my_turn: bool
    # Came from the level below, which let its time run out.
    has_climbed: bool = False


@dataclass(frozen=True)
class Left:
    """A case that lay with this person's unit and does not any more, and the hop that took it."""

    case: Case
    hop: CaseEvent


@dataclass(frozen=True)
class Reply:
    """A prepared text for one step of one kind of case, with the article it stands on."""

    key: str
    kind: str
    step: str
    title: str
    text: str


@dataclass(frozen=True)
class Applicant:
    """Who applied, as far as a member of staff may see it; contacts only once revealed."""

    name: str
    phone: str = ""
    email: str = ""


def inbox(actor: Actor, *, kind: str = "", mine: bool = True) -> list[Waiting]:
    """Cases that are open and that this person may open, the most urgent first."""
    query = (
        select(Case)
        .where(Case.closed_at.is_(None))
        .options(selectinload(Case.deadlines))
        .order_by(Case.opened_at, Case.id)
    )
    if actor.body != CREDIT_OFFICE or "reviewer" not in actor.roles:
        query = query.where(Case.body_slug == (actor.body or ""))
    if kind:
        query = query.where(Case.kind == kind)
    found = [_waiting(case, actor) for case in session.scalars(query) if may_open(case, actor)]
    shown = [each for each in found if each.is_my_turn or not mine]
    shown = sorted(shown, key=_urgency)[:LONGEST_INBOX]
    climbed = _climbed(each.case.id for each in shown)
    return [replace(each, has_climbed=each.case.id in climbed) for each in shown]


def left_late(actor: Actor) -> list[Left]:
    """The cases that ran out of time with this person's unit in the last month, newest first."""
    rows = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.step == "escalate", CaseEvent.at >= clock.now() - A_MONTH)
        .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
        .options(selectinload(CaseEvent.case))
    )
    found: dict[int, Left] = {}
    for hop in rows:
        # A case that ran out of time in a town and in its county left the county once.
        if hop.case_id not in found and _was_theirs(hop, hop.case, actor):
            found[hop.case_id] = Left(hop.case, hop)
    return [each for each in found.values() if not may_open(each.case, actor)]


def left(reference: str, actor: Actor) -> Left | None:
    """The case of this number if it lay with this person's unit and went on from there."""
    case = _numbered(reference)
    hops = finding.hops_of(case) if case else ()
    hop = next((event for event in hops if _was_theirs(event, event.case, actor)), None)
    return Left(hop.case, hop) if hop else None


def may_open(case: Case, actor: Actor) -> bool:
    """Whether this person has a part in the case and does not act for whom it complains of."""
    if is_conflicted(unit_of(actor), case.about, _parents()):
        return False
    return bool(_parts(case, actor))


def unit_of(actor: Actor) -> Unit:
    """The body that somebody acts for, or its station in a town."""
    return bodies.unit_of(actor.body, actor.area)


def find(reference: str, actor: Actor) -> Case | None:
    """The case of this number if this person may open it."""
    case = _numbered(reference)
    return case if case is not None and may_open(case, actor) else None


def options(case: Case, actor: Actor) -> list[tuple[Step, str]]:
    """The steps this person may take now, each with the role it is taken in."""
    parts = sorted(_parts(case, actor))
    return [
        (step, part)
        for part in parts
        for step in case.workflow.options(case.state, part)
        if cases.is_offered(case, step.name)
    ]


def take(case: Case, name: str, actor: Actor, *, note: str, expected: str, **answers: Any) -> None:
    """Take a step; raises Refused when it is not this person's, or the case moved on."""
    parts = {step.name: part for step, part in options(case, actor)}
    if name not in parts:
        raise Refused("moved_on" if expected != case.state else "step_not_possible")
    cases.act(case, name, by=_by(actor, parts[name]), note=note, expected=expected, **answers)


def say(case: Case, actor: Actor, note: str) -> None:
    """Write to the applicant without taking a step."""
    (part, *_rest) = sorted(_parts(case, actor))
    cases.add_words(case, by=_by(actor, part), note=note)


def memo(case: Case, actor: Actor, text: str) -> None:
    """Write a note that only staff read."""
    cases.add_memo(case, by=_by(actor, "staff"), memo=text)


def applicant(case: Case) -> Applicant | None:
    """Who applied, with a masked name; None where nobody is known.

    Of somebody who asked for it to be kept confidential there is no name before it is revealed.
    """
    if isinstance(case, Complaint):
        identity = vault.known(case)
        is_named = case.protection == "named"
        return Applicant(mask_person(identity.name) if is_named else "") if identity else None
    account = session.get(Account, case.account_id) if case.account_id else None
    return Applicant(mask_person(account.name)) if account else None


def reveal(case: Case, actor: Actor, reason: str) -> Applicant:
    """Name and contacts of the applicant; the look and its reason are logged and shown to them.

    Raises Refused without a reason, or when there is no account to reveal.
    """
    if isinstance(case, Complaint):
        found = vault.reveal(case, by=_by(actor, "staff"), reason=reason)
        return Applicant(f"{found.name} {found.business}".strip(), found.contact)
    if len(reason.strip()) < vault.SHORTEST_REASON:
        raise Refused("reveal_reason_missing", "reason")
    account = session.get(Account, case.account_id) if case.account_id else None
    if account is None:
        raise Refused("nothing_to_reveal")
    audit.record("desk.reveal", "case", case.reference, actor.label, reason=reason.strip())
    cases.note_reveal(case, by=_by(actor, "staff"), reason=reason)
    return Applicant(account.name, account.phone or "", account.email or "")


def send_extract(case: Case, actor: Actor, text: str) -> None:
    """Let the unit complained of read what was reviewed; raises Refused for personal data."""
    if not isinstance(case, Complaint):
        raise Refused("nobody_complained_of", "extract")
    respondent.send(case, by=_by(actor, "clerk"), text=text)


def extracts(actor: Actor) -> list[respondent.Extract]:
    """What this person's own unit was told of complaints about it."""
    return respondent.of_unit(unit_of(actor))


def respond(reference: str, actor: Actor, text: str) -> bool:
    """Answer to a complaint about one's own unit; whether there is one of this reference."""
    case = respondent.find(reference, unit_of(actor))
    if case is None:
        return False
    respondent.respond(case, by=_by(actor, "respondent"), text=text)
    return True


def _by(actor: Actor, role: str) -> By:
    return By(actor.label, role, actor.body or "")


def history(case: Case) -> Sequence[CaseEvent]:
    """Everything that happened, notes among staff included, newest first."""
    return list(reversed(case.events))


@cache
def replies() -> tuple[Reply, ...]:
    """The prepared texts of content/desk/replies.toml."""
    rows = content.need("desk/replies.toml", "replies")
    return tuple(content.build(Reply, row, "desk/replies.toml") for row in rows)


def replies_for(case: Case) -> list[Reply]:
    """The texts that fit this kind of case."""
    return [each for each in replies() if each.kind in ("", case.kind)]


def _parts(case: Case, actor: Actor) -> frozenset[str]:
    area = unit_of(actor).area
    return rules.parts(actor.roles, actor.body, area, case.body_slug, case.unit_area)


def _numbered(reference: str) -> Case | None:
    return session.scalar(select(Case).where(Case.reference == normalise_id(reference)))


def _was_theirs(hop: CaseEvent, case: Case, actor: Actor) -> bool:
    """Whether a hop took a case from this person's unit, which is not complained of."""
    before, mine = unit_of_key(hop.details["before"]), unit_of(actor)
    if is_conflicted(mine, case.about, _parents()):
        return False
    return before.body == mine.body and mine.area in ("", before.area)


def _climbed(case_ids: Iterable[int]) -> set[int]:
    query = select(CaseEvent.case_id).where(
        CaseEvent.step == "escalate", CaseEvent.case_id.in_(list(case_ids))
    )
    return set(session.scalars(query))


def _waiting(case: Case, actor: Actor) -> Waiting:
    due = case.due
    return Waiting(
        case=case,
        clock=finding.clock_of(due) if due else None,
        is_my_turn=case.unit_area == unit_of(actor).area and bool(options(case, actor)),
    )


def _urgency(waiting: Waiting) -> tuple[int, int]:
    return (waiting.clock.days_left if waiting.clock else FAR, waiting.case.id)


@cache
def _parents() -> Mapping[str, str | None]:
    return bodies.parents()
