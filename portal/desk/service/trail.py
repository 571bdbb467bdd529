"""The audit trail as auditors read it."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.core import audit
from portal.core.audit import Event, Verification
from portal.core.db import session

EVENTS_SHOWN = 50


def trail(
    *, action: str = "", thing: str = "", actor: str = "", before: int | None = None
) -> Sequence[Event]:
    """Events, newest first: of an action or its beginning, about a thing's number, by somebody."""
    query = select(Event).order_by(Event.id.desc()).limit(EVENTS_SHOWN)
    if action:
        query = query.where(Event.action.startswith(action, autoescape=True))
    if thing:
        query = query.where(Event.thing_id == thing)
    if actor:
        query = query.where(Event.actor == actor)
    if before is not None:
        query = query.where(Event.id < before)
    return session.scalars(query).all()


def chain() -> Verification:
    """Whether the chain of seals holds."""
    return audit.verify()
