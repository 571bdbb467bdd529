"""Whom an account may act for, and what it did in that name."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.accounts import rules
from portal.accounts.models import Act, Representation
from portal.core import audit, clock, content
from portal.core.actor import Actor
from portal.core.db import session
from portal.subjects.models import Subject


def represented(actor: Actor) -> list[Representation]:
    """Every business that this person acts for today, by name."""
    today = clock.today()
    rows = session.scalars(
        select(Representation)
        .join(Subject, Subject.id == Representation.subject_id)
        .where(Representation.account_id == actor.account_id, Representation.ended_at.is_(None))
        .order_by(Subject.name, Representation.id)
    )
    return [row for row in rows if _counts(row, today)]


def scopes_for(actor: Actor, subject_id: int) -> frozenset[str]:
    """What this person may do for a business today."""
    today = clock.today()
    rows = session.scalars(
        select(Representation).where(
            Representation.account_id == actor.account_id,
            Representation.subject_id == subject_id,
            Representation.ended_at.is_(None),
        )
    )
    held = {scope for row in rows if _counts(row, today) for scope in row.scopes}
    return rules.usable(held, actor.level)


def may(actor: Actor, subject_id: int, scope: str) -> bool:
    """Whether this person may do this for a business today."""
    return scope in scopes_for(actor, subject_id)


def require(actor: Actor, code: str, scope: str) -> Subject | None:
    """The business with this code when this person may act so for it; otherwise None, for a 404."""
    subject = session.scalar(select(Subject).where(Subject.code == code))
    return subject if subject is not None and may(actor, subject.id, scope) else None


def accounts_for(subject_id: int, scope: str) -> list[int]:
    """The accounts that may act so for a business today."""
    today = clock.today()
    rows = session.scalars(
        select(Representation)
        .where(Representation.subject_id == subject_id, Representation.ended_at.is_(None))
        .order_by(Representation.id)
    )
    found = [row.account_id for row in rows if _counts(row, today) and scope in row.scopes]
    return list(dict.fromkeys(found))


def log_act(actor: Actor, subject_id: int, key: str, thing: str = "") -> None:
    """Note for the business, and in the audit trail, what was done in its name.

    Raises KeyError for an act that content/acts.toml has no words for.
    """
    content.load("acts.toml")[key]
    session.add(
        Act(
            subject_id=subject_id,
            account_id=actor.account_id,
            key=key,
            thing=thing,
            at=clock.now(),
        )
    )
    audit.record(key, "subject", subject_id, actor.label, thing=thing)


def acts_of(subject_id: int, limit: int = 200) -> Sequence[Act]:
    """What was done in the name of a business, newest first."""
    return session.scalars(
        select(Act)
        .where(Act.subject_id == subject_id)
        .order_by(Act.at.desc(), Act.id.desc())
        .limit(limit)
    ).all()


def act_words(key: str, language: str) -> str:
    """What an act is called; one that only an earlier version knew keeps its key."""
    known = content.load("acts.toml").get(key)
    return str(known[language]) if known else key


def _counts(row: Representation, today: date) -> bool:
    return rules.in_force(from_on=row.from_on, until=row.until, ended_at=row.ended_at, today=today)
