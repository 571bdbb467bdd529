"""Questions and verbs of the desk, one module a subject."""

from portal.bodies import service as bodies
from portal.desk.service.cases import (
    Applicant,
    Reply,
    Waiting,
    applicant,
    find,
    history,
    inbox,
    may_open,
    memo,
    options,
    replies,
    replies_for,
    reveal,
    say,
    take,
)
from portal.desk.service.offices import appoint, change, end, member, members
from portal.desk.service.results import take_results
from portal.desk.service.reviews import Reviews, conflict, decide_conflict, decide_reply, reviews
from portal.desk.service.trail import chain, trail

__all__ = [
    "Applicant", "Reply", "Reviews", "Waiting", "applicant", "appoint", "bodies", "chain",
    "change", "conflict", "decide_conflict", "decide_reply", "end", "find", "history", "inbox",
    "may_open", "member", "members", "memo", "options", "replies", "replies_for", "reveal",
    "reviews", "say", "take", "take_results", "trail",
]  # fmt: skip
