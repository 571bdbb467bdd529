"""Keeping a promise: reports with evidence, reminders, confirmation, breach and what follows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.commitments import rules
from portal.commitments.models import Commitment, Duty, Evidence
from portal.commitments.service import history
from portal.core import audit, calendar, clock, revision, storage, terms, uploads
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.documents import service as documents

Sent = Sequence[tuple[str, bytes]]
WITHDRAWN_EARLY = "签署后10分钟内撤回"
WITHDRAWN_LATER = "承诺人撤回"
CONFIRMATIONS = {"confirm_kept": "kept", "confirm_partly": "partly"}


def withdraw(commitment: Commitment, actor: Actor) -> None:
    """Take it back: within ten minutes without a reason, later only where the kind allows.

    Raises Refused.
    """
    now = clock.now()
    rules.check_withdrawal(
        commitment.kind, state=commitment.state, signed_at=commitment.signed_at, now=now
    )
    is_early = now < commitment.withdraw_until
    commitment.withdrawn_at = now
    _take(commitment, "withdraw", "promisor", actor.label)
    reason = WITHDRAWN_EARLY if is_early else WITHDRAWN_LATER
    _revoke_document(commitment, reason, actor.label)
    if commitment.subject_id is not None:
        accounts.log_act(
            actor, commitment.subject_id, "commitments.withdraw", commitment.number or ""
        )
    _tell(commitment, "commitment_withdrawn")


def report(
    commitment: Commitment, duty_id: int, actor: Actor, *, text: str, sent: Sent
) -> list[Refused]:
    """Say that a duty was done, with evidence; returns why a file was not taken.

    Raises Refused when the duty is settled, or when nothing at all is said.
    """
    duty = _duty(commitment, duty_id)
    if commitment.state not in {"signed", "breach_review"} or duty.outcome:
        raise Refused("commitment_moved")
    if not text.strip() and not sent:
        raise Refused("report_missing", "report")
    refused = _keep_files(commitment, sent, role="promisor", duty=duty)
    if refused and not text.strip() and len(refused) == len(sent):
        return refused
    duty.report, duty.reported_at = mask_text(text.strip()), clock.now()
    history.note(commitment, "report", actor.label, duty.zh)
    _changed(commitment, "commitments.report", actor.label, duty=duty.id)
    return refused


def answer(commitment: Commitment, actor: Actor, *, text: str, sent: Sent) -> list[Refused]:
    """Answer a notice of breach; returns why a file was not taken. Raises Refused."""
    if commitment.state != "breach_review":
        raise Refused("commitment_moved")
    if not text.strip():
        raise Refused("answer_missing", "report")
    refused = _keep_files(commitment, sent, role="promisor")
    commitment.answer, commitment.answered_at = mask_text(text.strip()), clock.now()
    history.note(commitment, "answer", actor.label, commitment.answer)
    _changed(commitment, "commitments.answer", actor.label)
    return refused


def confirm_duty(
    commitment: Commitment, duty_id: int, actor: Actor, *, outcome: str, note: str
) -> None:
    """The office says of one duty whether it was done. Raises Refused."""
    _check_office(commitment, actor, "clerk")
    if commitment.state not in {"signed", "partly_kept"}:
        raise Refused("commitment_moved")
    rules.check_outcome(outcome, note)
    duty = _duty(commitment, duty_id)
    duty.outcome, duty.outcome_on, duty.outcome_note = outcome, clock.today(), note
    history.note(commitment, "confirm_duty", actor.label, duty.zh)
    _changed(commitment, "commitments.confirm_duty", actor.label, duty=duty.id, outcome=outcome)
    _tell(commitment, "commitment_duty_confirmed")


def confirm(commitment: Commitment, step: str, actor: Actor, *, note: str = "") -> None:
    """The office confirms the whole: kept, or kept in part. Raises Refused."""
    _check_office(commitment, actor, "clerk")
    rules.check_confirmation(commitment.duties)
    rules.check_outcome(CONFIRMATIONS[step], note)
    if step == "confirm_kept" and any(duty.outcome != "kept" for duty in commitment.duties):
        raise Refused("duties_not_kept")
    _decide(commitment, step, "clerk", actor, note)
    _tell(commitment, "commitment_confirmed")


def notify_breach(commitment: Commitment, actor: Actor, *, note: str, sent: Sent) -> None:
    """Tell the promisor what was found, and until when an answer is awaited. Raises Refused."""
    _check_office(commitment, actor, "clerk")
    if not note.strip():
        raise Refused("note_needed", "note")
    refused = _keep_files(commitment, sent, role="office")
    if refused:
        raise refused[0]
    today = clock.today()
    term = terms.term(rules.ANSWER_TERM, today)
    commitment.answer_until = rules.answer_until(calendar.load(), today, term)
    commitment.answer, commitment.answered_at = "", None
    commitment.noticed_by = actor.label
    _decide(commitment, "notify_breach", "clerk", actor, note)
    _tell(commitment, "commitment_breach_notice", until=commitment.answer_until.isoformat())


def drop_breach(commitment: Commitment, actor: Actor, *, note: str) -> None:
    """Find that nothing was broken: the commitment counts as before. Raises Refused."""
    _check_office(commitment, actor, "clerk", "reviewer")
    if not note.strip():
        raise Refused("note_needed", "note")
    role = "clerk" if "handler" in actor.roles or "verifier" in actor.roles else "reviewer"
    _decide(commitment, "drop_breach", role, actor, note)
    _tell(commitment, "commitment_breach_dropped")


def decide_breach(commitment: Commitment, actor: Actor, *, note: str) -> None:
    """A second person decides that it was broken, on evidence and after the time to answer.

    Raises Refused.
    """
    _check_office(commitment, actor, "reviewer")
    if not note.strip():
        raise Refused("note_needed", "note")
    if actor.label == commitment.noticed_by:
        raise Refused("second_person_needed")
    rules.check_breach(
        answered=commitment.answered_at is not None,
        answer_until=commitment.answer_until,
        today=clock.today(),
        files=sum(file.role == "office" for file in commitment.files),
    )
    _decide(commitment, "decide_breach", "reviewer", actor, note)
    _tell(commitment, "commitment_broken")


def correct(number: str, *, reason: str, actor: str) -> None:
    """An objection was upheld: what was decided of the commitment no longer counts."""
    commitment = session.scalar(
        select(Commitment).where(Commitment.number == number).with_for_update()
    )
    if commitment is None:
        raise Refused("no_such_commitment")
    for duty in commitment.duties:
        duty.outcome, duty.outcome_on, duty.outcome_note = "", None, ""
    if not rules.WORKFLOW.options(commitment.state, "objection"):
        # Nothing was decided of the whole; what single duties were found to be is gone.
        _changed(commitment, "commitments.correct", actor, reason=reason)
        return
    _take(commitment, "correct", "objection", actor, reason)
    _tell(commitment, "commitment_corrected")


def mark_disputed(number: str, *, disputed: bool, actor: str) -> None:
    """Set or clear the mark that somebody objects; nothing of the objection shows."""
    commitment = session.scalar(select(Commitment).where(Commitment.number == number))
    if commitment is None:
        raise Refused("no_such_commitment")
    commitment.is_disputed = disputed
    _changed(commitment, "commitments.dispute", actor, disputed=disputed)


def take(commitment: Commitment, step: str, actor: Actor, *, note: str, sent: Sent) -> None:
    """Take one of `offers`. Raises Refused."""
    if step in CONFIRMATIONS:
        confirm(commitment, step, actor, note=note)
    elif step == "notify_breach":
        notify_breach(commitment, actor, note=note, sent=sent)
    elif step == "drop_breach":
        drop_breach(commitment, actor, note=note)
    else:
        decide_breach(commitment, actor, note=note)


def offers(commitment: Commitment, actor: Actor) -> list[tuple[str, str]]:
    """What this member of staff may do with the whole commitment now, in words."""
    names = [
        each.name
        for role in office_roles(commitment, actor)
        for each in rules.WORKFLOW.options(commitment.state, role)
    ]
    return [(name, rules.ACTIONS[name]) for name in dict.fromkeys(names)]


def may_confirm(commitment: Commitment, actor: Actor) -> bool:
    """Whether this member of staff may look at single duties now."""
    is_clerk = "clerk" in office_roles(commitment, actor)
    return is_clerk and commitment.state in {"signed", "partly_kept"}


def step_words() -> Mapping[str, str]:
    """The words of the steps that were taken, Chinese sources."""
    return rules.STEP_WORDS


def state_words() -> dict[str, str]:
    """The states by their keys, for a filter."""
    return {key: look.word for key, look in rules.STATES.items()}


def office_roles(commitment: Commitment, actor: Actor) -> list[str]:
    """The parts that this person has in the commitment."""
    if actor.kind != "staff":
        return []
    return rules.office_parts(actor.roles, actor.body, commitment.body_slug)


def send_reminder(duty_id: int) -> None:
    """Recall a duty that nobody has reported on yet."""
    duty = session.get(Duty, duty_id)
    if duty is None or duty.reported_at is not None or duty.outcome:
        return
    commitment = session.get_one(Commitment, duty.commitment_id)
    if commitment.state == "signed" and duty.due_on >= clock.today():
        _tell(commitment, "commitment_due", due=duty.due_on.isoformat())


def tell_overdue() -> int:
    """Tell promisors, on the day after it ended, of a duty without a report."""
    yesterday = clock.today() - timedelta(days=1)
    duties = session.scalars(
        select(Duty)
        .join(Commitment, Commitment.id == Duty.commitment_id)
        .where(
            Duty.due_on == yesterday, Duty.reported_at.is_(None), Duty.outcome == "",
            Commitment.state == "signed",
        )
        .order_by(Duty.id)
    ).all()  # fmt: skip
    for duty in duties:
        _tell(
            session.get_one(Commitment, duty.commitment_id),
            "commitment_overdue",
            due=duty.due_on.isoformat(),
        )
    return len(duties)


def read(file: Evidence) -> bytes:
    """The bytes of a file; raises storage.Missing when the store lost them."""
    return storage.get(file.storage_key)


def _decide(commitment: Commitment, step: str, role: str, actor: Actor, note: str) -> None:
    commitment.decision = mask_text(note.strip())
    _take(commitment, step, role, actor.label, commitment.decision)


def _take(commitment: Commitment, step: str, role: str, by: str, note: str = "") -> None:
    before = commitment.state
    commitment.state = rules.WORKFLOW.take(step, before, role).to
    commitment.state_on = clock.today()
    if commitment.state in rules.ENDED:
        commitment.open_key = None
    history.note(commitment, step, by, note)
    _changed(commitment, f"commitments.{step}", by, before=before, after=commitment.state)


def _changed(commitment: Commitment, action: str, by: str, **told: object) -> None:
    audit.record(action, "commitment", commitment.number, by, **told)
    history.changed(commitment)
    revision.bump()


def _keep_files(
    commitment: Commitment, sent: Sent, *, role: str, duty: Duty | None = None
) -> list[Refused]:
    refused = []
    for name, data in sent:
        if sum(file.role == role for file in commitment.files) >= uploads.FILES * 3:
            most = uploads.FILES * 3
            refused.append(
                Refused("too_many_files", "files", name=uploads.shown_name(name), most=most)
            )
            continue
        try:
            kept = uploads.clean(data, name)
            key = uploads.keep(kept)
        except Refused as refusal:
            refused.append(refusal)
            continue
        commitment.files.append(
            Evidence(
                duty_id=duty.id if duty else None, role=role, storage_key=key,
                name=kept.name, media_type=kept.media_type, size=len(kept.data),
                added_at=clock.now(),
            )
        )  # fmt: skip
    return refused


def _duty(commitment: Commitment, duty_id: int) -> Duty:
    found = next((duty for duty in commitment.duties if duty.id == duty_id), None)
    if found is None:
        raise Refused("commitment_moved")
    return found


def _check_office(commitment: Commitment, actor: Actor, *roles: str) -> None:
    if not set(roles) & set(office_roles(commitment, actor)):
        raise Refused("not_your_office")


def _revoke_document(commitment: Commitment, reason: str, by: str) -> None:
    document = documents.by_id(commitment.document_id) if commitment.document_id else None
    if document is not None and document.revoked_on is None:
        documents.revoke(document, reason=reason, actor=by)


def _tell(commitment: Commitment, key: str, **data: str) -> None:
    """Whoever may sign for the business, or the person who signed."""
    number = commitment.number or ""
    if commitment.subject_id is not None:
        accounts.notify_subject(commitment.subject_id, "sign", key, number=number, **data)
    else:
        accounts.notify(commitment.account_id, key, None, number=number, **data)
