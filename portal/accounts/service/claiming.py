"""Becoming the representative of a business, and handing part of that to others."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import rules
from portal.accounts.models import (
    Account,
    ClaimCode,
    ClaimConflict,
    Invitation,
    Representation,
)
from portal.accounts.service.messages import notify
from portal.accounts.service.proving import forget_tries
from portal.accounts.service.representing import log_act, require
from portal.core import audit, clock, ids, sealing
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.subjects.models import Subject

CODE_LENGTH = 12
OUTCOMES = {
    "claimant": ("由新的认领人代表", "the new claimant represents the business"),
    "holder": ("代表人不变", "the representative stays"),
}


@dataclass(frozen=True)
class ImportedCodes:
    """What became of a file of claim codes: how many are stored, and which lines are not."""

    stored: int
    problems: tuple[str, ...]


def issue_claim_code(subject_id: int, actor: str) -> str:
    """A new one-time code for a business; older unused ones are worth nothing from now on."""
    code = ids.random_id(CODE_LENGTH)
    _store_code(subject_id, code)
    audit.record("accounts.issue_claim_code", "subject", subject_id, actor)
    return "-".join((code[:4], code[4:8], code[8:]))


def import_claim_codes(file: TextIO, actor: str) -> ImportedCodes:
    """Store the codes of a CSV file with the columns `code` (18 characters) and `claim_code`."""
    reader = csv.DictReader(file)
    if not {"code", "claim_code"} <= set(reader.fieldnames or ()):
        return ImportedCodes(0, ("line 1: the columns 'code' and 'claim_code' are needed",))
    stored, problems = 0, []
    for row in reader:
        problem = _import_row(row, actor)
        if problem:
            problems.append(f"line {reader.line_num}: {problem}")
        else:
            stored += 1
    return ImportedCodes(stored, tuple(problems))


def _import_row(row: dict[str, str], actor: str) -> str:
    code = ids.normalise_id(row["claim_code"] or "")
    subject = session.scalar(
        select(Subject).where(Subject.code == (row["code"] or "").strip().upper())
    )
    if subject is None:
        return "no subject has this code"
    if len(code) < CODE_LENGTH:
        return f"a claim code has at least {CODE_LENGTH} characters"
    if session.scalar(select(ClaimCode.id).where(ClaimCode.digest == _claim_digest(subject, code))):
        return "this claim code was imported before"
    _store_code(subject.id, code)
    audit.record("accounts.issue_claim_code", "subject", subject.id, actor)
    return ""


def _store_code(subject_id: int, code: str) -> None:
    now = clock.now()
    subject = session.get_one(Subject, subject_id)
    for older in session.scalars(
        select(ClaimCode).where(ClaimCode.subject_id == subject_id, ClaimCode.used_at.is_(None))
    ):
        older.expires_at = min(older.expires_at, now)
    session.add(
        ClaimCode(
            subject_id=subject_id,
            digest=_claim_digest(subject, code),
            issued_at=now,
            expires_at=now + timedelta(days=rules.CLAIM_DAYS),
        )
    )


def claim(actor: Actor, code: str, typed: str) -> Representation | None:
    """Become the legal representative with a code of the registration authority.

    None when somebody else is already: then staff decide. Raises Refused.
    """
    subject = session.scalar(select(Subject).where(Subject.code == code.strip().upper()))
    row = _claim_code(subject, ids.normalise_id(typed)) if subject else None
    if subject is None or row is None:
        raise Refused("claim_wrong", "one_time_code")
    row.used_at, row.used_by = clock.now(), actor.account_id
    forget_tries(f"claim {actor.account_id}")
    account = session.get_one(Account, actor.account_id)
    # The authority hands the code to the representative in person, against proof of identity.
    account.level = max(account.level, rules.BUSINESS_LEVEL)
    return take_over(account, subject, "code")


def take_over(account: Account, subject: Subject, via: str) -> Representation | None:
    """Make `account` the legal representative, or hand the matter to staff when there is one."""
    holder = _legal(subject.id)
    if holder is not None and holder.account_id == account.id:
        raise Refused("claim_yours", "code")
    if holder is None:
        representation = _represent_by_law(account.id, subject.id, via)
        if representation is not None:
            notify(account.id, "claimed", subject.id)
            label = f"account:{account.id}"
            audit.record("accounts.claim", "subject", subject.id, label, via=via)
            return representation
        holder = _legal(subject.id)
    _contest(account, subject, holder, via)
    return None


def _contest(account: Account, subject: Subject, holder: Representation | None, via: str) -> None:
    if holder is None:
        raise Refused("claim_wrong", "one_time_code")
    session.add(
        ClaimConflict(
            subject_id=subject.id,
            claimant_id=account.id,
            holder_id=holder.account_id,
            via=via,
            created_at=clock.now(),
        )
    )
    notify(account.id, "claim_contested", subject.id)
    notify(holder.account_id, "claim_against", subject.id)
    label = f"account:{account.id}"
    audit.record("accounts.contest_claim", "subject", subject.id, label, via=via)


def open_conflicts() -> Sequence[ClaimConflict]:
    """Claims that staff must decide, oldest first."""
    return session.scalars(
        select(ClaimConflict)
        .where(ClaimConflict.decided_at.is_(None))
        .order_by(ClaimConflict.created_at, ClaimConflict.id)
    ).all()


def decide_conflict(conflict: ClaimConflict, actor: Actor, *, for_claimant: bool) -> None:
    """What the registration authority's word came to; both are told."""
    if conflict.decided_at is not None:
        raise Refused("conflict_decided")
    conflict.decided_at = clock.now()
    conflict.decision = "claimant" if for_claimant else "holder"
    if for_claimant:
        _replace_holder(conflict)
    outcome = OUTCOMES[conflict.decision]
    for account_id in (conflict.claimant_id, conflict.holder_id):
        notify(
            account_id,
            "claim_decided",
            conflict.subject_id,
            outcome_zh=outcome[0],
            outcome_en=outcome[1],
        )
    audit.record(
        "accounts.decide_claim", "subject", conflict.subject_id, actor.label,
        decision=conflict.decision,
    )  # fmt: skip


def _replace_holder(conflict: ClaimConflict) -> None:
    """The holder and everyone the holder had authorised lose their say."""
    for row in _open_of(conflict.subject_id):
        row.ended_at = clock.now()
    session.flush()  # the database allows one legal representative at a time
    _represent_by_law(conflict.claimant_id, conflict.subject_id, conflict.via)


def agents_of(subject_id: int) -> list[Representation]:
    """Everyone who acts for a business today, its legal representative first."""
    today = clock.today()
    return [
        row
        for row in _open_of(subject_id)
        if rules.in_force(from_on=row.from_on, until=row.until, ended_at=None, today=today)
    ]


def invitations_of(subject_id: int) -> Sequence[Invitation]:
    """Offers that nobody has taken up yet."""
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.subject_id == subject_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.id)
    ).all()


def invite(
    actor: Actor, subject: Subject, *, label: str, scopes: Iterable[str], until: date
) -> str:
    """Offer to act for a business; returns the code that the agent takes it up with."""
    chosen = [scope for scope in rules.AGENT_SCOPES if scope in set(scopes)]
    rules.check_grant(chosen, until, clock.today())
    code = ids.random_id(CODE_LENGTH)
    now = clock.now()
    session.add(
        Invitation(
            subject_id=subject.id,
            invited_by=actor.account_id,
            label=label,
            scopes=chosen,
            until=until,
            digest=sealing.digest(code, "invitation"),
            created_at=now,
            expires_at=now + timedelta(days=rules.INVITATION_DAYS),
        )
    )
    log_act(actor, subject.id, "accounts.invite", label)
    return "-".join((code[:4], code[4:8], code[8:]))


def accept_invitation(actor: Actor, typed: str) -> Representation:
    """Take up an offer. Raises Refused when the code is wrong, used, withdrawn or too old."""
    row = session.scalar(
        select(Invitation).where(
            Invitation.digest == sealing.digest(ids.normalise_id(typed), "invitation"),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > clock.now(),
            Invitation.until >= clock.today(),
        )
    )
    if row is None:
        raise Refused("invitation_wrong", "one_time_code")
    row.accepted_at = clock.now()
    representation = _row(
        actor.account_id, row.subject_id, row.scopes,
        via="invitation", granted_by=row.invited_by, until=row.until,
    )  # fmt: skip
    session.add(representation)
    forget_tries(f"claim {actor.account_id}")
    notify(row.invited_by, "agent_accepted", row.subject_id, agent=actor.name, until=row.until)
    log_act(actor, row.subject_id, "accounts.accept")
    return representation


def withdraw_invitation(actor: Actor, invitation_id: int) -> str | None:
    """Take an offer back; returns the code of its business, or None when it is not theirs."""
    row = session.get(Invitation, invitation_id)
    if row is None or row.accepted_at or row.withdrawn_at:
        return None
    subject = require(actor, row.subject.code, "manage")
    if subject is None:
        return None
    row.withdrawn_at = clock.now()
    log_act(actor, subject.id, "accounts.withdraw", row.label)
    return subject.code


def withdraw(actor: Actor, representation_id: int) -> str | None:
    """End an agent's say, or one's own; returns the business' code, or None when not theirs."""
    row = session.get(Representation, representation_id)
    if row is None or row.ended_at is not None:
        return None
    is_own = row.account_id == actor.account_id
    if not is_own and (row.is_legal or require(actor, row.subject.code, "manage") is None):
        return None
    row.ended_at = clock.now()
    if not is_own:
        notify(row.account_id, "agent_withdrawn", row.subject_id)
    elif row.granted_by is not None:
        notify(row.granted_by, "agent_resigned", row.subject_id, agent=actor.name)
    log_act(actor, row.subject_id, "accounts.withdraw", row.account.name)
    return row.subject.code


def _open_of(subject_id: int) -> Sequence[Representation]:
    return session.scalars(
        select(Representation)
        .where(Representation.subject_id == subject_id, Representation.ended_at.is_(None))
        .order_by(Representation.is_legal.desc(), Representation.id)
    ).all()


def _legal(subject_id: int) -> Representation | None:
    return next((row for row in _open_of(subject_id) if row.is_legal), None)


def _represent_by_law(account_id: int, subject_id: int, via: str) -> Representation | None:
    """A new legal representative; None when another request made one first."""
    row = _row(account_id, subject_id, rules.SCOPES, via=via, is_legal=True)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def _row(
    account_id: int,
    subject_id: int,
    scopes: Iterable[str],
    *,
    via: str,
    is_legal: bool = False,
    granted_by: int | None = None,
    until: date | None = None,
) -> Representation:
    return Representation(
        account_id=account_id,
        subject_id=subject_id,
        scopes=list(scopes),
        is_legal=is_legal,
        via=via,
        granted_by=granted_by,
        from_on=clock.today(),
        until=until,
        created_at=clock.now(),
    )


def _claim_code(subject: Subject, code: str) -> ClaimCode | None:
    return session.scalar(
        select(ClaimCode).where(
            ClaimCode.digest == _claim_digest(subject, code),
            ClaimCode.used_at.is_(None),
            ClaimCode.expires_at > clock.now(),
        )
    )


def _claim_digest(subject: Subject, code: str) -> str:
    return sealing.digest(f"{subject.code} {code}", "claim code")
