"""Who may see a case: its applicant, whoever holds its code, the body whose turn it is."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from sqlalchemy import ColumnElement, func, or_, select

from portal.cases import rules
from portal.cases.models import Case, CaseDeadline, CaseEvent
from portal.cases.rules import ACTIONS, REGISTERED, STEP_WORDS, Clock
from portal.cases.rules.figures import HOPS
from portal.core import calendar, clock
from portal.core.calendar import Explanation
from portal.core.db import session
from portal.core.ids import normalise_id

from . import term_of

__all__ = ["ACTIONS", "HOPS", "STEP_WORDS", "Clock"]

# Compared with when there is no such case, so that both answers take the same time.
NOBODY = "0" * 64


def by_code(reference: str, code: str) -> Case | None:
    """The case of this reference if the code is its own."""
    wanted = normalise_id(reference)
    case = session.scalar(select(Case).where(Case.reference == wanted))
    given = rules.code_hash(wanted, code)
    stored = case.code_hash if case is not None else NOBODY
    return case if hmac.compare_digest(given, stored) and case is not None else None


def mine(
    reference: str, *, account_id: int | None, subject_ids: Sequence[int] = (),
    keys: Sequence[str] = (),
) -> Case | None:  # fmt: skip
    """The case of this reference if it is this person's, or a business's that the person acts for,
    or one whose code was given in this session."""
    wanted = normalise_id(reference)
    owner: ColumnElement[bool] = Case.reference.in_([key for key in keys if key == wanted])
    if account_id is not None:
        owner = or_(
            owner,
            Case.account_id == account_id,
            Case.subject_id.in_(list(subject_ids)) & Case.is_shared,
        )
    return session.scalar(select(Case).where(Case.reference == wanted, owner))


def of_applicant(account_id: int, subject_ids: Sequence[int] = ()) -> list[Case]:
    """Every case of a person and of the businesses the person acts for, newest first."""
    query = select(Case).where(
        or_(Case.account_id == account_id, Case.subject_id.in_(list(subject_ids)) & Case.is_shared)
    )
    return list(session.scalars(query.order_by(Case.opened_at.desc(), Case.id.desc())))


def open_about_record(kind: str, record_id: int) -> Case | None:
    """The case of this kind about this record that is not closed yet."""
    return session.scalar(
        select(Case)
        .where(Case.kind == kind, Case.record_id == record_id, Case.closed_at.is_(None))
        .order_by(Case.id)
    )


def clock_of(deadline: CaseDeadline) -> Clock:
    """How one clock stands today."""
    return rules.clock(calendar.load(), deadline.started_on, deadline.due_on, clock.today())


@dataclass(frozen=True)
class Shown:
    """One event as its timeline shows it: the words of the step, when, by whom, what was said."""

    title: str
    at: datetime
    body_slug: str
    role: str
    text: str
    # The unit that it was given to, where it was given to one.
    after: str = ""
    # Of a clock that ran out: its last day, and the unit whose clock it was.
    due_on: date | None = None
    unit: str = ""


def timeline_of(case: Case) -> list[Shown]:
    """What happened to a case, newest first, as its applicant may read it."""
    words = {**STEP_WORDS, **case.step_words}
    unread = _proposals(case)
    return [
        Shown(
            words[event.step] if event.step != "open" or case.deadlines else REGISTERED,
            event.at,
            event.body_slug,
            event.role,
            "" if event in unread else event.note,
            str(event.details.get("after", "")) if event.step in HOPS else "",
            *_lapse(event),
        )
        for event in reversed(case.events)
        if event.step in words
    ]


def _lapse(event: CaseEvent) -> tuple[date | None, str]:
    """The last day of a clock that ran out, and whose it was."""
    if event.step != "late":
        return None, ""
    return date.fromisoformat(event.details["due_on"]), event.unit


def is_taken(case: Case, name: str, actor: str, note: str, expected: str) -> bool:
    """Whether the newest step is this one with these words: the same form was sent twice.

    `expected` is the state the page showed, `actor` who the audit trail says it was.
    """
    table = {each.name for each in case.workflow.steps}
    newest = next((event for event in reversed(case.events) if event.step in table), None)
    if newest is None or expected == case.state:
        return False
    return (newest.step, newest.actor, newest.note) == (name, actor, note.strip())


def _proposals(case: Case) -> list[CaseEvent]:
    """Steps that a second person has not confirmed or sent back: what they say is no answer."""
    table = {each.name: each for each in case.workflow.steps}
    taken = [event for event in case.events if event.step in table]
    seconded = {source for each in table.values() if each.needs_second for source in each.sources}
    return [
        event
        for event, later in zip_longest(taken, taken[1:])
        if event.state in seconded and not (later and table[later.step].needs_second)
    ]


def last_words(case: Case) -> CaseEvent | None:
    """What the desk wrote last for the applicant, when it is the applicant's turn to read it."""
    if case.present.look not in ("answered", "waiting", "unsolved"):
        return None
    written = (event for event in reversed(case.events) if event.role != "applicant")
    return next((event for event in written if event.note), None)


def explanation_of(deadline: CaseDeadline) -> Explanation:
    """Which days were counted, holidays and make-up days by name."""
    term = term_of(deadline)
    length = term.length + deadline.paused_days
    return calendar.load().explain(
        deadline.started_on, calendar.Term(length, term.unit, term.basis, term.verified)
    )


def opened_since(account_id: int, kind: str, days: int) -> int:
    """How many cases of a kind a person opened within the last days."""
    since = clock.now() - timedelta(days=days)
    return session.scalar(
        select(func.count()).select_from(Case).where(
            Case.account_id == account_id, Case.kind == kind, Case.opened_at >= since
        )
    ) or 0  # fmt: skip
