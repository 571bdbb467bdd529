"""Applying for repair, deciding, and everything that follows from a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import exists, func, select

from portal.accounts import service as accounts
from portal.bodies import service as bodies
from portal.cases import service as cases
from portal.cases.models import Case, Draft
from portal.cases.service import By, drafts, finding
from portal.core import audit, calendar, clock, digest, jobs, terms
from portal.core.actor import Actor
from portal.core.calendar import add
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.units import CREDIT_OFFICE
from portal.records import service as records
from portal.records.models import Record
from portal.repair import law, rules
from portal.repair.models import Repair, RepairBar, RepairOffer
from portal.repair.rules import Eligibility, Facts
from portal.reports import service as reports
from portal.subjects.models import Subject

AFTER_FILES = "/repair/drafts/{id}/statement"
# How a case looks while its repair is not decided.
UNDER_WAY = frozenset({"received", "working", "waiting"})
OFFERS_A_NIGHT = 500


@dataclass(frozen=True)
class Prospect:
    """One record with what the page before an application says of it."""

    record: Record
    subject: Subject
    found: Eligibility
    route: law.Route
    open_case: Case | None


def prospect(record_id: int) -> Prospect | None:
    """What is known of a record's repair today; None when there is no such record."""
    row = session.execute(
        select(Record, Subject)
        .join(Subject, Subject.id == Record.subject_id)
        .where(Record.id == record_id)
    ).first()
    if row is None:
        return None
    record, subject = row
    found = eligibility_of(record)
    return Prospect(
        record=record,
        subject=subject,
        found=found,
        route=law.load().routes[found.route],
        open_case=finding.open_about_record("repair", record_id),
    )


def public_prospect(record_id: int) -> Prospect | None:
    """The same for anyone: only of an adverse record that is public today."""
    found = prospect(record_id) if records.is_public(record_id) else None
    return found if found and found.found.route != "none" else None


def own_prospect(record_id: int, actor: Actor) -> Prospect | None:
    """The same for whoever may apply for the business, also of records that are not public."""
    found = prospect(record_id)
    if found is None or not accounts.may(actor, found.subject.id, "apply"):
        return None
    return found if found.found.route != "none" else None


def eligibility_of(record: Record) -> Eligibility:
    """The conditions of repair for a record, today."""
    known = law.load()
    return rules.eligibility(
        _facts(record), clock.today(), authorities=known.authorities, basis=known.basis
    )


def begin(record_id: int, actor: Actor) -> Draft:
    """Start an application; everything known is filled in.

    Raises Refused when repair cannot be asked for, or an application is under way.
    """
    found = _need_own(record_id, actor)
    _check_none_open(found)
    rules.check_may_apply(found.found)
    draft = drafts.begin("repair", str(record_id), account_id=actor.account_id)
    if not draft.answers:
        drafts.save(draft, **_known(found.record, actor))
    return draft


def begin_screening(record_id: int, actor: Actor) -> Draft:
    """Start an application to screen a record while a plan of reorganisation is carried out.

    Raises Refused when one is under way or the record has ended.
    """
    found = _need_own(record_id, actor)
    _check_none_open(found)
    if found.found.is_over:
        raise Refused("repair_ended")
    draft = drafts.begin("repair", str(record_id), account_id=actor.account_id)
    drafts.save(draft, **{**_known(found.record, actor), "purpose": "screening"})
    return draft


def record_of(draft: Draft) -> Prospect:
    """The record that a draft is about."""
    return on_file(int(draft.about))


def typed(draft: Draft) -> dict[str, Any]:
    """The answers of a draft as the form takes them."""
    answers = draft.answers
    days = {name: _day(answers.get(name)) for name in ("performed_on", "plan_until")}
    return {**days, "statement": answers.get("statement"), "signer": answers.get("signer")}


def save_statement(
    draft: Draft, *, performed_on: date | None, plan_until: date | None, statement: str, signer: str
) -> None:
    """Keep the typed answers; raises Refused for a day that cannot be."""
    record, today = record_of(draft).record, clock.today()
    if draft.answers.get("purpose") == "screening":
        rules.check_plan(plan_until, today)
    elif performed_on is not None:
        rules.check_performed(performed_on, record.decided_on, today)
    drafts.save(
        draft,
        performed_on=performed_on.isoformat() if performed_on else "",
        plan_until=plan_until.isoformat() if plan_until else "",
        statement=statement,
        signer=signer,
    )


def submit(draft: Draft, actor: Actor) -> tuple[Repair, str]:
    """Send an application; the promise was ticked on this page.

    Returns the case and the code that opens it. Raises Refused when proof or answers are missing,
    when repair cannot be asked for any more, or when an application is under way.
    """
    found = _need_own(int(draft.about), actor)
    answers = draft.answers
    is_screening = answers.get("purpose") == "screening"
    _check_none_open(found)
    if not is_screening:
        rules.check_may_apply(found.found)
    if not draft.files and not is_proven(found.record, draft):
        raise Refused("proof_missing")
    if not answers.get("signer") or not answers.get(
        "plan_until" if is_screening else "performed_on"
    ):
        raise Refused("statement_missing")
    case = Repair(
        title=f"{found.subject.name}：{found.record.title}"[:200],
        subject_id=found.subject.id,
        record_id=found.record.id,
        account_id=actor.account_id,
        purpose=answers["purpose"],
        is_decided_here=found.found.decides is not None,
        body_slug=found.found.decides or CREDIT_OFFICE,
        performed_on=_day(answers.get("performed_on")),
        plan_until=_day(answers.get("plan_until")),
        statement=answers.get("statement", ""),
        signer=answers["signer"],
        promise=_promise(),
    )
    code = cases.open_case(case, by=By(actor.label, "applicant"), draft=draft)
    records.mark_in_repair(found.record.id, under_way=not is_screening)
    accounts.log_act(actor, found.subject.id, "repair.submit", case.reference)
    return case, code


def is_proven(record: Record, draft: Draft) -> bool:
    """Whether a department itself reported the performance, so that nothing need be enclosed."""
    reported = record.performed_on
    return (
        reported is not None
        and draft.answers.get("purpose") == "repair"
        and draft.answers.get("performed_on") == reported.isoformat()
    )


def remind(record_id: int, actor: Actor) -> None:
    """Tell this person on the first working day on which repair can be asked for."""
    found = _need_own(record_id, actor)
    if found.found.opens_on is None:
        return
    day = rules.reminder_day(calendar.load(), found.found.opens_on)
    jobs.enqueue(
        "repair.remind",
        key=f"{record_id}:{actor.account_id}",
        at=datetime.combine(day, time(9), tzinfo=clock.CITY),
        record_id=record_id,
        account_id=actor.account_id,
    )


def send_reminder(record_id: int, account_id: int) -> None:
    """Say that the day has come, if the record can still be repaired."""
    found = prospect(record_id)
    if found is not None and found.found.may_apply:
        accounts.notify(
            account_id, "repair_possible", subject_id=found.subject.id, record=str(record_id)
        )


def offer_repairs() -> int:
    """Tell owners, once each, of records that they could have repaired today (无感修复).

    Only records whose performance the departments reported: one confirmation is then enough.
    """
    today, kinds = clock.today(), _repairable_kinds()
    rows = session.scalars(
        select(Record)
        .where(
            Record.kind.in_(kinds),
            Record.earliest_repair_on <= today,
            Record.performed_on.is_not(None),
            Record.repaired_on.is_(None),
            records.is_public_on(),
            ~exists().where(RepairOffer.record_id == Record.id),
        )
        .order_by(Record.id)
        .limit(OFFERS_A_NIGHT),
        {"today": today},
    ).all()
    offered = 0
    for record in rows:
        session.add(RepairOffer(record_id=record.id, offered_on=today))
        if eligibility_of(record).may_apply:
            accounts.notify_subject(
                record.subject_id, "apply", "repair_possible", record=str(record.id)
            )
            offered += 1
    return offered


def repairable_of(subject_id: int) -> list[Prospect]:
    """A subject's records that could be repaired today and of which no case is open."""
    found = (prospect(record.id) for record in records.of_subject(subject_id))
    return [each for each in found if each and each.found.may_apply and not each.open_case]


def advance(case: Repair, name: str, *, by: By, note: str = "", **answers: Any) -> None:
    """Take a step of an application; a decision takes effect at once, everywhere.

    Raises Refused for a step that the table does not have, or a receipt that is missing.
    """
    receipt = str(answers.get("outside_receipt", "")).strip()[:60]
    if name.endswith("_outside") and not (receipt or case.outside_receipt):
        raise Refused("receipt_missing", "outside_receipt")
    cases.advance(case, name, by=by, note=note, **answers)
    case.outside_receipt = receipt or case.outside_receipt
    if case.purpose != "screening":
        records.mark_in_repair(case.about_record, under_way=case.present.look in UNDER_WAY)
    if name in ("grant", "granted_outside"):
        _take_effect(case, by)
    elif name == "revoke":
        _revoke(case, by, note)


def _need_own(record_id: int, actor: Actor) -> Prospect:
    """Raises LookupError for a record that this person may not apply about."""
    found = own_prospect(record_id, actor)
    if found is None:
        raise LookupError(record_id)
    return found


def _facts(record: Record) -> Facts:
    kind = records.law_on_file().kinds[record.kind]
    return Facts(
        kind=record.kind,
        is_adverse=kind.is_adverse,
        kind_route=kind.repair_route,
        authority=record.authority,
        record_class=record.record_class,
        decided_on=record.decided_on,
        earliest_on=record.earliest_repair_on,
        public_until=record.public_until,
        performed_on=record.performed_on,
        repaired_on=record.repaired_on,
        withdrawn_on=record.withdrawn_on,
        barred_until=_barred_until(record.subject_id),
        body=bodies.slug_named(record.authority),
    )


def _barred_until(subject_id: int) -> date | None:
    return session.scalar(
        select(func.max(RepairBar.until)).where(RepairBar.subject_id == subject_id)
    )


def _repairable_kinds() -> Sequence[str]:
    kinds = records.law_on_file().kinds.values()
    return [kind.key for kind in kinds if kind.is_adverse and kind.repair_route == "credit_china"]


def _check_none_open(found: Prospect) -> None:
    if found.open_case is not None:
        raise Refused("repair_under_way", reference=found.open_case.shown_reference)


def _known(record: Record, actor: Actor) -> dict[str, str]:
    """What the applicant need not type: the day of performance that a department reported."""
    performed = record.performed_on.isoformat() if record.performed_on else ""
    return {"purpose": "repair", "performed_on": performed, "signer": actor.name}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _promise() -> dict[str, str]:
    known = law.load()
    return {
        "version": known.version,
        "text": known.promise,
        "sha256": digest.sha256(known.promise.encode()),
    }


def _take_effect(case: Repair, by: By) -> None:
    """End the publication at once; a screened record comes back when its plan ends."""
    if case.plan_until is not None:
        records.screen(
            case.about_record, until=case.plan_until, reason=case.reference, actor=by.label
        )
    else:
        records.repair(case.about_record, on=clock.today(), actor=by.label)
        reports.end_with(case.about_record, on_file(case.about_record).subject.id)


def _revoke(case: Repair, by: By, note: str) -> None:
    """False material: public again for the time that was left, and no new application for years."""
    found, today = on_file(case.about_record), clock.today()
    records.reinstate(case.about_record, on=today, reason=note, actor=by.label)
    barred_until = add(today, terms.term("rep.bar", today))
    session.add(
        RepairBar(case_id=case.id, subject_id=found.subject.id, until=barred_until, reason=note)
    )
    audit.record(
        "repair.bar", "subject", found.subject.id, by.label, until=barred_until.isoformat()
    )


def on_file(record_id: int) -> Prospect:
    """A record that a draft or a case is about: it never leaves the file."""
    found = prospect(record_id)
    if found is None:
        raise LookupError(record_id)
    return found
