"""Replies that wait for a look, claims that two people make, doors that people reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.accounts import service as accounts
from portal.accounts.models import ClaimConflict
from portal.badges import service as badges
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.scenarios import service as scenarios
from portal.scenarios.models import Reply
from portal.subjects.models import Subject

DOORS_SHOWN = 50


@dataclass(frozen=True)
class WaitingReply:
    """A reply with its business, and whether the detector of personal data found something."""

    reply: Reply
    subject: Subject
    is_suspicious: bool


@dataclass(frozen=True)
class Reviews:
    """Everything that waits for a look."""

    replies: Sequence[WaitingReply]
    conflicts: Sequence[ClaimConflict]
    doors: Sequence[Any]


def reviews() -> Reviews:
    """What waits, oldest first; doors most often reported first."""
    waiting = scenarios.waiting_replies()
    return Reviews(
        replies=[
            WaitingReply(
                each, session.get_one(Subject, each.subject_id), mask_text(each.text) != each.text
            )
            for each in waiting
        ],
        conflicts=accounts.open_conflicts(),
        doors=badges.wrong_door_reports()[:DOORS_SHOWN],
    )


def decide_reply(reply_id: int, actor: Actor, *, shows: bool, reason: str) -> None:
    """Let a reply be seen, or keep it out with a reason.

    Raises Refused without a reason, for a reply that waits no more, and for its own writer.
    """
    found = session.get(Reply, reply_id)
    if found is not None and found.written_by == actor.label:
        raise Refused("second_person_needed")
    if shows:
        scenarios.show_reply(reply_id, actor=actor.label)
    else:
        scenarios.refuse_reply(reply_id, reason=reason, actor=actor.label)


def conflict(conflict_id: int) -> ClaimConflict | None:
    """A claim that two people make."""
    return session.get(ClaimConflict, conflict_id)


def decide_conflict(found: ClaimConflict, actor: Actor, *, for_claimant: bool) -> None:
    """Carry out the word of the registration authority; both are told.

    Raises Refused for a claim that was decided, and for one of the two themselves.
    """
    if actor.account_id in (found.claimant_id, found.holder_id):
        raise Refused("second_person_needed")
    accounts.decide_conflict(found, actor, for_claimant=for_claimant)
