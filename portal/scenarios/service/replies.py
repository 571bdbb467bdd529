"""What subjects say to their grades: written, looked at for personal data, shown or refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from portal.core import audit, clock, db, revision
from portal.core.db import session
from portal.core.errors import Refused
from portal.scenarios.models import Reply, ScenarioListing
from portal.scenarios.rules import replies as rules

_SHOWN = (
    select(Reply.subject_id, Reply.text)
    .where(
        Reply.scenario == bindparam("scenario"),
        Reply.subject_id.in_(bindparam("ids", expanding=True)),
        Reply.state == "shown",
    )
    .order_by(Reply.id)
)


def reply(subject_id: int, scenario: str, text: str, *, actor: str) -> Reply:
    """Write a reply; it waits until somebody has looked at it. One that waits is replaced."""
    written = rules.checked(text)
    if session.get(ScenarioListing, (scenario, subject_id)) is None:
        raise Refused("not_listed", "scenario")
    for before in _of(subject_id, scenario, "waiting"):
        before.state = "replaced"
    made = Reply(
        subject_id=subject_id,
        scenario=scenario,
        text=written,
        state="waiting",
        written_at=clock.now(),
        written_by=actor,
    )
    session.add(made)
    session.flush()  # the audit trail names it
    audit.record("scenarios.reply", "reply", made.id, actor)
    return made


def show_reply(reply_id: int, *, actor: str) -> Reply:
    """Let a reply be seen beside the badge, in place of the one before it."""
    found = _waiting(reply_id)
    for before in _of(found.subject_id, found.scenario, "shown"):
        before.state = "replaced"
    return _decide(found, "shown", "", actor)


def refuse_reply(reply_id: int, *, reason: str, actor: str) -> Reply:
    """Keep a reply out, and tell its writer why."""
    if not reason.strip():
        raise Refused("reason_needed", "reason")
    return _decide(_waiting(reply_id), "refused", reason.strip()[: rules.LONGEST], actor)


def withdraw_reply(reply_id: int, *, actor: str) -> Reply:
    """Take a reply away that is shown or waits."""
    found = session.get(Reply, reply_id)
    if found is None or found.state not in {"shown", "waiting"}:
        raise Refused("no_such_reply")
    return _decide(found, "withdrawn", "", actor)


def _decide(found: Reply, state: str, reason: str, actor: str) -> Reply:
    found.state, found.reason, found.decided_at = state, reason, clock.now()
    session.flush()  # pages read past the session
    audit.record(f"scenarios.reply_{state}", "reply", found.id, actor, reason=reason)
    revision.bump()
    return found


def _waiting(reply_id: int) -> Reply:
    found = session.get(Reply, reply_id)
    if found is None or found.state != "waiting":
        raise Refused("no_such_reply")
    return found


def _of(subject_id: int, scenario: str, state: str) -> Sequence[Reply]:
    return session.scalars(
        select(Reply)
        .where(Reply.subject_id == subject_id, Reply.scenario == scenario, Reply.state == state)
        .order_by(Reply.id)
    ).all()


def waiting_replies(limit: int = 50) -> Sequence[Reply]:
    """Replies that nobody has looked at, oldest first."""
    return session.scalars(
        select(Reply).where(Reply.state == "waiting").order_by(Reply.id).limit(limit)
    ).all()


def replies_of(subject_id: int) -> Sequence[Reply]:
    """Everything a subject ever wrote, newest first, with what became of it."""
    return session.scalars(
        select(Reply).where(Reply.subject_id == subject_id).order_by(Reply.id.desc())
    ).all()


def shown_replies(scenario: str, subject_ids: Sequence[int]) -> Mapping[int, str]:
    """What stands beside the badges of these subjects."""
    if not subject_ids:
        return {}
    found: Sequence[Any] = db.rows(_SHOWN, {"scenario": scenario, "ids": list(subject_ids)})
    return {row.subject_id: row.text for row in found}
