"""Questions: the public register, one's own commitments, an office's list, what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, or_, select

from portal.accounts import service as accounts
from portal.commitments import rules
from portal.commitments.models import (
    Ask,
    Commitment,
    CommitmentChange,
    CommitmentStep,
    Duty,
    Evidence,
    Signing,
)
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.units import CREDIT_OFFICE
from portal.documents import service as documents
from portal.documents.models import Document

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    """One page of the register; `older` is the key of the next, if there is one."""

    rows: Sequence[Commitment]
    older: int | None
    is_first: bool


def is_listed() -> ColumnElement[bool]:
    """Public, past the ten minutes, and not taken back within them."""
    now = clock.now()
    return and_(
        Commitment.is_public,
        Commitment.listed_from <= now,
        or_(Commitment.withdrawn_at.is_(None), Commitment.withdrawn_at >= Commitment.listed_from),
    )


def register(
    *, query: str = "", kind: str = "", state: str = "", before: int | None = None,
    subject_id: int | None = None, size: int = PAGE_SIZE,
) -> Listing:  # fmt: skip
    """Public commitments, newest first, `size` of them from the key `before` on."""
    wanted = select(Commitment).where(is_listed())
    if query:
        typed = query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        wanted = wanted.where(Commitment.shown_name.like(f"%{typed}%", escape="\\"))
    if kind:
        wanted = wanted.where(Commitment.kind == kind)
    if state:
        wanted = wanted.where(_stands(state, clock.today()))
    if subject_id is not None:
        wanted = wanted.where(Commitment.subject_id == subject_id)
    if before is not None:
        wanted = wanted.where(Commitment.id < before)
    rows = session.scalars(wanted.order_by(Commitment.id.desc()).limit(size + 1)).all()
    older = rows[size - 1].id if len(rows) > size else None
    return Listing(rows[:size], older, before is None)


def public(number: str) -> Commitment | None:
    """A commitment that everybody may read."""
    return session.scalar(select(Commitment).where(Commitment.number == number, is_listed()))


def changed_since(begin: datetime) -> Sequence[Commitment]:
    """Public commitments of businesses that were listed or stand otherwise since, oldest first."""
    day, today = begin.astimezone(clock.CITY).date(), clock.today()
    has_step = exists().where(
        CommitmentStep.commitment_id == Commitment.id, CommitmentStep.at > begin
    )
    has_run_out = exists().where(
        Duty.commitment_id == Commitment.id, Duty.due_on >= day, Duty.due_on < today
    )
    is_over = and_(Commitment.term_until >= day, Commitment.term_until < today)
    changed = or_(Commitment.listed_from > begin, has_step, has_run_out, is_over)
    query = select(Commitment).where(is_listed(), Commitment.subject_id.is_not(None), changed)
    return session.scalars(query.order_by(Commitment.id)).all()


def mine(number: str, actor: Actor, *, scope: str = "read") -> Commitment | None:
    """A commitment of this person, or of a business that they act so for; otherwise None."""
    found = session.scalar(select(Commitment).where(Commitment.number == number).with_for_update())
    if found is None:
        return None
    if found.subject_id is None:
        return found if found.account_id == actor.account_id else None
    return found if accounts.may(actor, found.subject_id, scope) else None


def all_mine(actor: Actor) -> list[Commitment]:
    """Every commitment of this person and of the businesses they act for, newest first."""
    return list(
        session.scalars(
            select(Commitment).where(_own(actor)).order_by(Commitment.id.desc()).limit(200)
        )
    )


def begun(actor: Actor) -> list[Signing]:
    """What this person began to sign and did not finish."""
    done = exists().where(Commitment.signing_id == Signing.id)
    return list(
        session.scalars(
            select(Signing)
            .where(Signing.account_id == actor.account_id, ~done)
            .order_by(Signing.changed_at.desc(), Signing.id)
        )
    )


def due(actor: Actor) -> list[tuple[Duty, Commitment]]:
    """Duties still to be reported, the nearest first."""
    rows = session.execute(
        select(Duty, Commitment)
        .join(Commitment, Commitment.id == Duty.commitment_id)
        .where(
            _own(actor), Commitment.state == "signed", Duty.reported_at.is_(None),
            Duty.outcome == "",
        )
        .order_by(Duty.due_on, Duty.id)
    )  # fmt: skip
    return [(row.Duty, row.Commitment) for row in rows]


def asked_of(actor: Actor) -> list[Ask]:
    """What offices ask the businesses of this person to sign, the nearest first."""
    subjects = [each.subject_id for each in accounts.represented(actor)]
    mine = [each for each in subjects if accounts.may(actor, each, "sign")]
    rows = session.scalars(
        select(Ask).where(Ask.subject_id.in_(mine), Ask.commitment_id.is_(None)).order_by(Ask.id)
    ).all()
    return sorted(rows, key=lambda ask: (ask.request.due_on, ask.id))


def document_of(commitment: Commitment) -> Document | None:
    """The sealed letter, whatever its state."""
    return documents.by_id(commitment.document_id) if commitment.document_id else None


def file_of(commitment: Commitment, file_id: int) -> Evidence | None:
    """A file by its number, if this commitment has it."""
    return next((file for file in commitment.files if file.id == file_id), None)


def of_office(actor: Actor, *, state: str = "") -> list[Commitment]:
    """What was promised to this person's office: first what has been reported or is late."""
    wanted = select(Commitment).where(_to(actor), Commitment.listed_from <= clock.now())
    if state:
        wanted = wanted.where(_stands(state, clock.today()))
    rows = session.scalars(wanted.order_by(Commitment.id.desc()).limit(200)).all()
    return sorted(rows, key=lambda each: (not _waits(each), -each.id))


def office(number: str, actor: Actor) -> Commitment | None:
    """A commitment made to this person's office."""
    return session.scalar(
        select(Commitment).where(Commitment.number == number, _to(actor)).with_for_update()
    )


def take_changed(limit: int) -> list[int]:
    """Take some businesses off the list of changes; the caller draws the conclusions.

    Returns the numbers of their subjects.
    """
    oldest = select(CommitmentChange.id).order_by(CommitmentChange.id).limit(limit)
    taken = session.scalars(
        delete(CommitmentChange)
        .where(CommitmentChange.id.in_(oldest))
        .returning(CommitmentChange.commitment_id)
    ).all()
    found = session.scalars(
        select(Commitment.subject_id).where(
            Commitment.id.in_(set(taken)), Commitment.subject_id.is_not(None)
        )
    )
    return sorted({each for each in found if each is not None})


def listed_of(subject_id: int) -> list[Commitment]:
    """The public commitments of a business, oldest first."""
    mine = (Commitment.subject_id == subject_id, is_listed())
    return list(session.scalars(select(Commitment).where(*mine).order_by(Commitment.id)))


def _to(actor: Actor) -> ColumnElement[bool]:
    """What was promised to this person's office; all breaches for the credit office's reviewer."""
    own = Commitment.body_slug == (actor.body or "")
    if actor.body == CREDIT_OFFICE and "reviewer" in actor.roles:
        return or_(own, Commitment.state.in_(("breach_review", "broken")))
    return own


def _waits(commitment: Commitment) -> bool:
    """Whether the office has something to do."""
    if commitment.state == "breach_review":
        return True
    return commitment.state == "signed" and any(
        (duty.reported_at is not None or duty.is_overdue) and not duty.outcome
        for duty in commitment.duties
    )


def _own(actor: Actor) -> ColumnElement[bool]:
    subjects = [each.subject_id for each in accounts.represented(actor)]
    readable = [each for each in subjects if accounts.may(actor, each, "read")]
    by_business = Commitment.subject_id.in_(readable) if readable else false()
    return or_(
        and_(Commitment.subject_id.is_(None), Commitment.account_id == actor.account_id),
        by_business,
    )


def _stands(state: str, today: date) -> ColumnElement[bool]:
    """The condition of rules.standing as the database understands it."""
    if state in {"kept", "partly_kept", "breach_review", "broken", "withdrawn"}:
        return Commitment.state == state
    if state not in rules.STATES:
        return false()
    signed = Commitment.state == "signed"
    is_open = and_(Duty.commitment_id == Commitment.id, Duty.outcome == "")
    late = exists().where(is_open, Duty.due_on < today, Duty.reported_at.is_(None))
    over = func.coalesce(Commitment.term_until < today, false())
    parts = {
        "overdue": and_(signed, late),
        "expired": and_(signed, ~late, over),
        "keeping": and_(signed, ~late, ~over, exists().where(is_open)),
        "in_force": and_(signed, ~over, ~exists().where(is_open)),
    }
    return parts[state]
