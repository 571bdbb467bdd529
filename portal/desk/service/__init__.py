"""Questions and verbs of the desk, one module a subject."""

from portal.desk.service.cases import (
    Applicant,
    Left,
    Reply,
    Waiting,
    applicant,
    extracts,
    find,
    history,
    inbox,
    left,
    left_late,
    may_open,
    memo,
    options,
    replies,
    replies_for,
    respond,
    reveal,
    say,
    send_extract,
    take,
)
from portal.desk.service.evidence import Control, Front, evidence
from portal.desk.service.offices import appoint, change, end, member, members
from portal.desk.service.results import take_results
from portal.desk.service.reviews import Reviews, conflict, decide_conflict, decide_reply, reviews
from portal.desk.service.trail import chain, trail

__all__ = [
    "Applicant", "Control", "Front", "Left", "Reply", "Reviews", "Waiting", "applicant",
    "appoint", "chain", "change", "conflict", "decide_conflict", "decide_reply", "end",
    "evidence", "extracts", "find", "history", "inbox", "left", "left_late", "may_open", "member",
    "members", "memo", "options", "replies", "replies_for", "respond", "reveal", "reviews", "say",
    "send_extract", "take", "take_results", "trail",
]  # fmt: skip
