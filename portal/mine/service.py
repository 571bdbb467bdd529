"""What waits for a person, what is on file about a business, and everything kept of oneself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account, Message, Representation, SignInSession
from portal.cases.models import Case, Draft
from portal.cases.service import drafts, finding
from portal.commitments import service as commitments
from portal.commitments.models import Ask, Commitment, Duty
from portal.core import audit, clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.mine import rules
from portal.records import service as records
from portal.records.models import Record
from portal.repair import service as repair
from portal.reports import service as reports
from portal.scenarios import service as scenarios
from portal.subjects.models import Subject

RECORDS_SHOWN = 500


@dataclass(frozen=True)
class Business:
    """A business that a person acts for, with what can be done for it today."""

    subject: Subject
    scopes: Sequence[str]
    grades: Sequence[scenarios.Graded]
    repairable: Sequence[repair.Prospect]


@dataclass(frozen=True)
class Overview:
    """The first page: what waits, and whom one acts for."""

    businesses: Sequence[Business]
    waiting: Sequence[Case]
    under_way: Sequence[Case]
    drafts: Sequence[Draft]
    duties: Sequence[tuple[Duty, Commitment]]
    asks: Sequence[Ask]
    unread: int

    @property
    def has_nothing_to_do(self) -> bool:
        repairable = any(each.repairable for each in self.businesses)
        promised = self.duties or self.asks
        return not (self.waiting or self.drafts or self.unread or repairable or promised)


@dataclass(frozen=True)
class Own:
    """One record about a business, and why the public does not see it (empty: it does)."""

    record: Record
    hidden: str
    may_be_repaired: bool


@dataclass(frozen=True)
class File:
    """Everything on file about a business, for whoever may read it."""

    subject: Subject
    grades: Sequence[scenarios.Explanation]
    records: Sequence[Own]
    lookups: Sequence[Any]
    replies: Sequence[Any]
    may_reply: bool


def overview(actor: Actor) -> Overview:
    """What waits for this person today."""
    acting = accounts.represented(actor)
    cases = finding.of_applicant(actor.account_id, [each.subject_id for each in acting])
    open_cases = [case for case in cases if case.closed_at is None]
    return Overview(
        businesses=[_business(each) for each in acting],
        waiting=[case for case in open_cases if case.turn == "applicant"],
        under_way=[case for case in open_cases if case.turn != "applicant"],
        drafts=drafts.of_account(actor.account_id),
        duties=commitments.due(actor),
        asks=commitments.asked_of(actor),
        unread=accounts.count_unread(actor),
    )


def cases_of(actor: Actor) -> Sequence[Case]:
    """Every case of a person and of the businesses the person acts for, newest first."""
    acting = [each.subject_id for each in accounts.represented(actor)]
    return finding.of_applicant(actor.account_id, acting)


def file_of(code: str, actor: Actor) -> File | None:
    """Everything about a business that this person may read for; None otherwise."""
    subject = accounts.require(actor, code, "read")
    if subject is None:
        return None
    return File(
        subject=subject,
        grades=scenarios.explain_all(subject),
        records=[_own(record) for record in records.of_subject(subject.id)[:RECORDS_SHOWN]],
        lookups=reports.lookups_of(subject.id),
        replies=scenarios.replies_of(subject.id),
        may_reply=accounts.may(actor, subject.id, "apply"),
    )


def reply(code: str, scenario: str, text: str, actor: Actor) -> None:
    """Write the business's reply to its grade; it shows once somebody looked for personal data.

    Raises LookupError for a business that is not this person's, Refused for a text that may not be.
    """
    subject = accounts.require(actor, code, "apply")
    if subject is None:
        raise LookupError(code)
    scenarios.reply(subject.id, scenario, text, actor=actor.label)
    accounts.log_act(actor, subject.id, "scenarios.reply", scenario)


def export(actor: Actor) -> dict[str, Any]:
    """Everything that is kept of a person, in plain values; the look itself is logged."""
    account = accounts.account_of(actor)
    audit.record("mine.export", "account", actor.account_id, actor.label)
    return {
        "made_at": clock.now().isoformat(),
        **_account(account),
        "represents": [_representation(each) for each in _representations(account.id)],
        "messages": [
            {"key": each.key, "data": each.data, "at": each.created_at.isoformat()}
            for each in session.scalars(
                select(Message).where(Message.account_id == account.id).order_by(Message.id)
            )
        ],
        "cases": [_case(each) for each in finding.of_applicant(account.id)],
        "commitments": [_commitment(each) for each in commitments.all_mine(actor)],
        "drafts": [
            {"kind": each.kind, "about": each.about, "answers": each.answers}
            for each in drafts.of_account(account.id)
        ],
        "reports": [
            {"number": each.number, "title": each.title, "at": each.issued_at.isoformat()}
            for each in reports.mine(actor)
        ],
    }


def close(actor: Actor) -> None:
    """Close the account; raises Refused while cases of this person are open."""
    if any(case.closed_at is None for case in finding.of_applicant(actor.account_id)):
        raise Refused("cases_open")
    for draft in drafts.of_account(actor.account_id):
        drafts.discard(draft)
    accounts.close(actor)


def _business(acting: Representation) -> Business:
    may_apply = "apply" in acting.scopes
    return Business(
        subject=acting.subject,
        scopes=acting.scopes,
        grades=scenarios.grades_of(acting.subject_id),
        repairable=repair.repairable_of(acting.subject_id) if may_apply else (),
    )


def _own(record: Record) -> Own:
    hidden = rules.reason_hidden(
        public_from=record.public_from,
        public_until=record.public_until,
        repaired_on=record.repaired_on,
        withdrawn_on=record.withdrawn_on,
        today=clock.today(),
    )
    kind = records.law_on_file().kinds[record.kind]
    is_over = hidden in ("withdrawn", "repaired", "ended")
    return Own(record, hidden, may_be_repaired=kind.is_adverse and not is_over)


def _account(account: Account) -> dict[str, Any]:
    """Names, contacts, second factors and the browsers that are signed in."""
    sessions = session.scalars(select(SignInSession).where(SignInSession.account_id == account.id))
    keys = account.passkeys
    return {
        "account": {
            "name": account.name,
            "phone": account.phone,
            "email": account.email,
            "level": account.level,
            "since": account.created_at.isoformat(),
            "language": account.language,
        },
        "second_factors": {
            "totp": account.has_totp,
            "passkeys": [{"name": key.name, "since": key.created_at.isoformat()} for key in keys],
        },
        "sessions": [
            {"device": each.device, "since": each.created_at.isoformat()} for each in sessions
        ],
    }


def _representations(account_id: int) -> Sequence[Representation]:
    query = select(Representation).where(Representation.account_id == account_id)
    return session.scalars(query.order_by(Representation.id)).all()


def _representation(each: Representation) -> dict[str, Any]:
    return {
        "name": each.subject.name,
        "code": each.subject.code,
        "scopes": each.scopes,
        "from": each.from_on.isoformat(),
        "until": each.until.isoformat() if each.until else None,
        "ended": each.ended_at.isoformat() if each.ended_at else None,
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "kind": case.kind,
        "state": case.state,
        "title": case.title,
        "opened_at": case.opened_at.isoformat(),
        "events": [
            {"at": event.at.isoformat(), "step": event.step, "note": event.note}
            for event in case.events
        ],
        "files": [file.name for file in case.files],
    }


def _commitment(each: Commitment) -> dict[str, Any]:
    return {
        "number": each.number,
        "title": each.content["title"]["zh"],
        "promisor": each.promisor_name,
        "state": each.standing,
        "text": each.text,
        "duties": [{"what": duty.zh, "due_on": duty.due_on.isoformat()} for duty in each.duties],
    }
