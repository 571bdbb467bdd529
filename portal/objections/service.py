"""Objecting, verifying, deciding field by field, and putting right what was wrong everywhere."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.bodies import service as bodies
from portal.cases import service as cases
from portal.cases.models import Case, Draft
from portal.cases.service import By, drafts
from portal.commitments import service as commitments
from portal.core import clock, ids
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.units import CREDIT_OFFICE, Unit
from portal.government import service as government
from portal.objections import rules
from portal.objections.models import Objection
from portal.objections.rules import Claim, Decision
from portal.records import service as records
from portal.reports import service as reports
from portal.scenarios import service as scenarios
from portal.subjects.models import Subject

AFTER_FILES = "/objections/drafts/{id}/check"
# What is public of a business, with an objection beside it.
SEEN = frozenset({"record", "grade"})


@dataclass(frozen=True)
class Target:
    """What is objected to, with the value that each of its fields shows today."""

    kind: str
    id: str
    title: str
    subject: Subject | None
    shown: dict[str, str]
    record_id: int | None = None
    provider: str = ""
    open_case: Case | None = None


def target(kind: str, target_id: str, actor: Actor) -> Target | None:
    """What this person may object to under this kind and id; None for anything else."""
    found = _TARGETS[kind](target_id, actor) if kind in _TARGETS else None
    if found is None:
        return None
    if found.subject is not None and not accounts.may(actor, found.subject.id, "apply"):
        return None
    return found


def seen(kind: str, target_id: str, actor: Actor) -> Target | None:
    """What anyone may see of a business under this kind and id, also who may not object to it."""
    if kind not in SEEN or (kind == "record" and not records.is_public(ids.key_of(target_id) or 0)):
        return None
    return _TARGETS[kind](target_id, actor)


def begin(found: Target, actor: Actor) -> Draft:
    """Start an objection; raises Refused when one about the same thing is open."""
    _check_none_open(found)
    return drafts.begin("objection", f"{found.kind}:{found.id}", account_id=actor.account_id)


def target_of(draft: Draft, actor: Actor) -> Target | None:
    """The target of a draft, as it stands today."""
    kind, _colon, target_id = draft.about.partition(":")
    return target(kind, target_id, actor)


def save(
    draft: Draft, found: Target, *, fields: Sequence[str], ground: str, claimed: str,
    explanation: str,
) -> None:  # fmt: skip
    """Keep the answers; one field's value stands for it, several stand line by line.

    Raises Refused when a field, the ground or the right value is missing.
    """
    values = _values(fields, claimed)
    claims = [
        Claim(field, found.shown.get(field, ""), value)
        for field, value in zip(fields, values, strict=True)
    ]
    rules.check_claims(found.kind, claims, ground)
    drafts.save(
        draft,
        fields=list(fields),
        ground=ground,
        claimed=claimed,
        explanation=explanation,
        claims=[asdict(claim) for claim in claims],
    )


def submit(draft: Draft, actor: Actor) -> tuple[Objection, str]:
    """Send an objection; returns the case and the code that opens it.

    Raises Refused when something is missing, when one is open, or when the same facts were
    answered before; LookupError when the target is not this person's any more.
    """
    found = target_of(draft, actor)
    if found is None:
        raise LookupError(draft.id)
    _check_none_open(found)
    answers = draft.answers
    claims = rules.claims_of(answers.get("claims", ()))
    rules.check_claims(found.kind, claims, answers.get("ground", ""))
    mark = rules.fingerprint(found.kind, found.id, claims, answers["ground"])
    _check_new(mark)
    case = Objection(
        title=found.title[:200],
        subject_id=found.subject.id if found.subject else None,
        record_id=found.record_id,
        account_id=actor.account_id,
        body_slug=CREDIT_OFFICE,
        provider_slug=found.provider,
        target=found.kind,
        target_id=found.id,
        ground=answers["ground"],
        claims=answers["claims"],
        explanation=answers.get("explanation", ""),
        decisions=[],
        fingerprint=mark,
        is_shared=found.subject is not None,
    )
    code = cases.open_case(case, by=By(actor.label, "applicant"), draft=draft)
    if found.subject is not None:
        accounts.log_act(actor, found.subject.id, "objections.submit", case.reference)
    return case, code


def advance(case: Objection, name: str, *, by: By, note: str = "", **answers: Any) -> None:
    """Take a step; the mark comes with acceptance and goes with the end, corrections at once.

    Raises Refused for a step that the table does not have, or decisions that are incomplete.
    """
    if name == "propose":
        decisions = rules.decisions_of(answers.pop("decisions", ()))
        rules.check_decisions(rules.claims_of(case.claims), decisions)
    cases.advance(case, name, by=by, note=note, **answers)
    if name == "propose":
        case.decisions = [asdict(each) for each in decisions]
    elif name == "accept":
        _mark(case, disputed=True, by=by)
    elif name in ("return", "decide", "withdraw"):
        _mark(case, disputed=False, by=by)
    if name == "inquire" and case.provider_slug:
        cases.give(case, Unit(case.provider_slug))
    elif name in ("answer", "answer_extended"):
        cases.give(case, Unit(CREDIT_OFFICE))
    elif name == "decide":
        _put_right(case, by)


def _check_none_open(found: Target) -> None:
    if found.open_case is not None:
        raise Refused("objection_under_way", reference=found.open_case.shown_reference)


def _check_new(mark: str) -> None:
    """The same facts that were answered once are not asked again; the first answer is shown."""
    first = session.scalar(
        select(Objection)
        .where(Objection.fingerprint == mark, Objection.state.in_(("decided", "settled")))
        .order_by(Objection.id)
    )
    if first is not None and not rules.is_upheld(rules.decisions_of(first.decisions)):
        raise Refused("objection_again", reference=first.shown_reference)


def _values(fields: Sequence[str], claimed: str) -> list[str]:
    """One value a field: all of it for one field, a line for each of several."""
    if len(fields) == 1:
        return [claimed.strip()]
    lines = [line.strip() for line in claimed.splitlines() if line.strip()]
    return [*lines, *[""] * len(fields)][: len(fields)]


def _record(target_id: str, _actor: Actor) -> Target | None:
    record = records.get(ids.key_of(target_id) or 0)
    subject = session.get(Subject, record.subject_id) if record else None
    if record is None or subject is None:
        return None
    shown = {
        "title": record.title,
        "number": record.number,
        "summary": record.summary,
        "decided_on": record.decided_on.isoformat(),
        "authority": record.authority,
        "record_class": records.CLASSES[record.record_class] if record.record_class else "",  # type: ignore[index]
        "performed_on": record.performed_on.isoformat() if record.performed_on else "",
        "whole": record.title,
    }
    return Target(
        kind="record",
        id=target_id,
        title=f"{subject.name}：{record.title}",
        subject=subject,
        shown=shown,
        record_id=record.id,
        provider=bodies.slug_named(record.authority) or "",
        open_case=_open("record", target_id, subject.id),
    )


def _grade(target_id: str, _actor: Actor) -> Target | None:
    """`target_id` is a credit code and a scenario: CODE/slug."""
    code, _slash, slug = target_id.partition("/")
    found = scenarios.explain(code, slug)
    if found is None:
        return None
    subject = session.scalars(select(Subject).where(Subject.code == code)).one()
    return Target(
        kind="grade",
        id=target_id,
        title=f"{subject.name}：{found.rule.zh}",
        subject=subject,
        shown={"grade": scenarios.GRADES[found.grade.grade] if found.grade else "", "facts": ""},
        provider=found.rule.lead[0],
        open_case=_open("grade", target_id, subject.id),
    )


def _promise(target_id: str, actor: Actor) -> Target | None:
    """An entry in the record of what the government promised; anybody may object to one."""
    found = government.get(ids.key_of(target_id) or 0)
    if found is None:
        return None
    return Target(
        kind="promise",
        id=target_id,
        title=f"{bodies.name_of(found.body_slug)}：{found.title}",
        subject=None,
        shown={
            "title": found.title,
            "state": government.STATES[found.state],
            "due_on": found.due_on.isoformat() if found.due_on else "",
            "counterpart": found.counterpart,
            "amount": f"{found.amount:f}" if found.amount is not None else "",
        },
        # A body does not decide alone on what is said of it, but it is asked.
        provider=found.body_slug,
        open_case=_open("promise", target_id, None, actor.account_id),
    )


def _personal(_target_id: str, actor: Actor) -> Target:
    return Target(
        kind="personal",
        id="",
        title="本人的个人信息",
        subject=None,
        shown={"name": actor.name},
        open_case=_open("personal", "", None, actor.account_id),
    )


def _commitment(target_id: str, actor: Actor) -> Target | None:
    """`target_id` is the number of a commitment of this person or of a business they act for."""
    found = commitments.mine(target_id, actor)
    if found is None:
        return None
    return Target(
        kind="commitment",
        id=target_id,
        title=f"{found.shown_name}：{found.content['title']['zh']}",
        subject=found.subject,
        shown={"state": found.look.word, "text": found.content["matter"]["zh"]},
        provider=found.body_slug,
        open_case=_open("commitment", target_id, found.subject_id, actor.account_id),
    )


_TARGETS = {
    "record": _record,
    "grade": _grade,
    "personal": _personal,
    "commitment": _commitment,
    "promise": _promise,
}


def _open(
    kind: str, target_id: str, subject_id: int | None, account_id: int | None = None
) -> Objection | None:
    query = select(Objection).where(
        Objection.target == kind, Objection.target_id == target_id, Objection.closed_at.is_(None),
        Objection.state.not_in(("decided", "declined")),
    )  # fmt: skip
    if subject_id is None:
        query = query.where(Objection.account_id == account_id)
    return session.scalar(query.order_by(Objection.id))


def _mark(case: Objection, *, disputed: bool, by: By) -> None:
    """Set or clear the mark on every surface; it says nothing of the content."""
    if case.record_id is not None:
        records.mark_disputed(case.record_id, disputed=disputed, actor=by.label)
    elif case.target == "promise":
        government.mark_disputed(int(case.target_id), disputed=disputed, actor=by.label)
    elif case.target == "grade" and case.subject_id is not None:
        slug = case.target_id.partition("/")[2]
        scenarios.mark_disputed(case.subject_id, slug, disputed=disputed, actor=by.label)
    elif case.target == "commitment":
        commitments.mark_disputed(case.target_id, disputed=disputed, actor=by.label)


def _put_right(case: Objection, by: By) -> None:
    """Carry out what was decided of a record or a commitment; a grade its own office puts right."""
    decisions = [each for each in rules.decisions_of(case.decisions) if each.outcome == "corrected"]
    if case.target == "commitment" and any(each.field == "state" for each in decisions):
        reason = "；".join(each.reason for each in decisions)
        commitments.correct(case.target_id, reason=reason, actor=by.label)
    if case.target == "promise" and decisions:
        changes = {each.field: _typed(each) for each in decisions}
        government.correct(int(case.target_id), changes, actor=by.label)
    if case.record_id is None or case.subject_id is None or not decisions:
        return
    ends = [each for each in decisions if each.field == "whole"]
    if ends:
        records.withdraw(case.record_id, on=clock.today(), reason=ends[0].reason, actor=by.label)
    else:
        changes = {each.field: _typed(each) for each in decisions}
        reason = "；".join(each.reason for each in decisions)
        records.correct(case.record_id, changes, reason=reason, actor=by.label)
    reports.end_with(case.record_id, case.subject_id)


def _typed(decision: Decision) -> Any:
    """A decision's value as the record keeps it.

    Raises Refused for a day or a class that cannot be read.
    """
    if decision.field in rules.DATES:
        try:
            return date.fromisoformat(decision.value)
        except ValueError as error:
            raise Refused("value_unreadable", field_name=decision.field) from error
    if decision.field in ("state", "amount"):
        return _of_promise(decision)
    if decision.field == "record_class":
        keys = {word: key for key, word in records.CLASSES.items()}
        if decision.value not in keys:
            raise Refused("value_unreadable", field_name=decision.field)
        return keys[decision.value]
    return decision.value


def _of_promise(decision: Decision) -> Any:
    """The state or the amount of a promise as it is kept; raises Refused for another word."""
    keys = {word: key for key, word in government.STATES.items() if key != "late"}
    try:
        return keys[decision.value] if decision.field == "state" else Decimal(decision.value)
    except (KeyError, InvalidOperation) as error:
        raise Refused("value_unreadable", field_name=decision.field) from error
