"""Asking for a report, finding one's own, and ending those that no longer hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.accounts import service as accounts
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_person
from portal.documents import service as documents
from portal.documents.models import Document
from portal.records.models import Record
from portal.reports import rules
from portal.reports.law import load as law_on_file
from portal.reports.rules import Scope
from portal.reports.service import facts as frozen
from portal.reports.service.facts import Facts
from portal.reports.service.looking import note_look_up
from portal.subjects import service as subjects
from portal.subjects.models import Subject

TEMPLATE = "reports/print.html"
NEWER, CORRECTED = "已有更新的报告", "报告中的记录已经更正，请重新下载"


@dataclass(frozen=True)
class Own:
    """A business that somebody may take restricted reports of."""

    id: int
    code: str
    name: str


def own_businesses(actor: Actor) -> list[Own]:
    """The businesses whose reports this person may take, by name."""
    found = [row for row in accounts.represented(actor) if "report" in row.scopes]
    return [Own(row.subject_id, row.code, row.name) for row in found]


def ask(actor: Actor, scope: Scope, *, code: str, language: str) -> Document:
    """Issue a report. Raises Refused; another's restricted report is refused like an unknown code.

    A general report may be about anyone: it holds what anyone can look up.
    """
    scope = _checked(scope)
    if scope.product == "statement":
        return _statement(actor, scope, language)
    subject = subjects.public_row(code.strip().upper())
    if subject is None or not _allowed(actor, subject.id, scope.product):
        raise Refused("not_yours" if scope.product in rules.RESTRICTED else "no_subject", "subject")
    rules.check_limit(scope.product, _today(scope, actor, subject.id), law=law_on_file())
    snapshot = frozen.of_subject(subject, scope, applicant=mask_person(actor.name))
    document = issue(scope, snapshot, subject_id=subject.id, actor=actor, language=language)
    if accounts.may(actor, subject.id, "report"):
        accounts.log_act(actor, subject.id, "reports.issue", document.number or "")
    if scope.product in rules.RESTRICTED:
        why = law_on_file().purposes[scope.purpose].zh
        note_look_up(subject.id, who=actor.name, why=why, how="report",
                     account_id=actor.account_id, document_id=document.id)  # fmt: skip
    return document


def issue(
    scope: Scope, snapshot: Facts, *, subject_id: int | None, actor: Actor | str, language: str,
    account_id: int | None = None,
) -> Document:  # fmt: skip
    """Hand the facts to be printed; an older report on the same question is superseded."""
    wording = law_on_file().wording[scope.product]
    owner = actor.account_id if isinstance(actor, Actor) else account_id
    document = documents.issue(
        scope.product,
        subject_id=subject_id,
        account_id=owner,
        title=wording.en if language == "en" else wording.zh,
        snapshot=snapshot,
        template=TEMPLATE,
        actor=actor,
        language=language,
    )
    for older in _same_question(document):
        documents.supersede(older, by=document, reason=NEWER, actor=actor)
    return document


def mine(actor: Actor) -> Sequence[Document]:
    """The reports this person took, or may see for a business, newest first."""
    return session.scalars(
        select(Document).where(_visible(actor)).order_by(Document.issued_at.desc(), Document.id)
    ).all()


def find(number: str, actor: Actor) -> Document | None:
    """One's own report with this number; another's is not found."""
    document = documents.get(number)
    if document is None:
        return None
    return session.scalar(select(Document).where(Document.id == document.id, _visible(actor)))


def _visible(actor: Actor) -> Any:
    businesses = [own.id for own in own_businesses(actor)]
    return Document.kind.in_(rules.PRODUCTS) & or_(
        Document.account_id == actor.account_id,
        Document.subject_id.in_(businesses) & Document.kind.in_(rules.RESTRICTED),
    )


def changed_since(document: Document) -> int:
    """How many records of a report were repaired, withdrawn or disputed after it was made."""
    ids = frozen.record_ids(document.snapshot)[: rules.MOST_ROWS]
    return session.scalar(
        select(func.count(Record.id)).where(
            Record.id.in_(ids),
            Record.updated_at > document.issued_at,
            or_(Record.repaired_on.is_not(None), Record.withdrawn_on.is_not(None)),
        )
    ) or 0  # fmt: skip


def end_corrected() -> None:
    """Say of every report in force that a record in it was corrected since."""
    changed = select(Record.subject_id).where(
        Record.subject_id == Document.subject_id, Record.updated_at > Document.issued_at
    )
    for document in session.scalars(_in_force().where(Document.subject_id.in_(changed))).all():
        if changed_since(document):
            _end(document)


def end_with(record_id: int, subject_id: int) -> int:
    """End every report that holds a record which was put right just now, and tell its holder.

    Returns how many there were.
    """
    held = session.scalars(_in_force().where(Document.subject_id == subject_id)).all()
    affected = [one for one in held if record_id in frozen.record_ids(one.snapshot)]
    for document in affected:
        _end(document)
    return len(affected)


def _in_force() -> Select[Document]:
    return select(Document).where(
        Document.kind.in_(rules.PRODUCTS),
        Document.state == "ready",
        Document.superseded_on.is_(None),
        Document.revoked_on.is_(None),
    )


def _end(document: Document) -> None:
    documents.supersede(document, by=None, reason=CORRECTED, actor="portal")
    if document.account_id is not None:
        accounts.notify(
            document.account_id, "report_corrected", document.subject_id, number=document.number
        )


def _checked(scope: Scope) -> Scope:
    law = law_on_file()
    if scope.product == "general":
        return Scope(scope.product, scope.purpose, scope.recipient)
    if scope.since is None or scope.until is None:
        raise Refused("no_period", "since")
    rules.check_period(scope.since, scope.until, law=law, today=clock.today())
    domains = rules.check_domains(scope.domains, law=law)
    return Scope(scope.product, scope.purpose, scope.recipient, scope.since, scope.until, domains)


def _allowed(actor: Actor, subject_id: int, product: str) -> bool:
    return product not in rules.RESTRICTED or accounts.may(actor, subject_id, "report")


def _statement(actor: Actor, scope: Scope, language: str) -> Document:
    if actor.level < 2:
        raise Refused("name_not_confirmed")
    rules.check_limit("statement", _today(scope, actor, None), law=law_on_file())
    ids = [row.subject_id for row in accounts.represented(actor) if row.is_legal]
    businesses = session.scalars(
        select(Subject)
        .where(Subject.id.in_(ids), Subject.kind == "individual_business")
        .order_by(Subject.id)
    ).all()
    snapshot = frozen.of_person(actor.name, mask_person(actor.name), businesses, scope)
    return issue(scope, snapshot, subject_id=None, actor=actor, language=language)


def _today(scope: Scope, actor: Actor, subject_id: int | None) -> int:
    """How many of this kind were issued today: to a person, and of restricted ones of a business.

    What could not be printed does not count, nor what somebody was authorised to look up.
    """
    midnight = datetime.combine(clock.today(), time(), clock.CITY)
    whose = (
        Document.subject_id == subject_id
        if scope.product in rules.RESTRICTED
        else Document.account_id == actor.account_id
    )
    return session.scalar(
        select(func.count(Document.id)).where(
            whose,
            Document.kind == scope.product,
            Document.issued_at >= midnight,
            Document.state != "failed",
            Document.account_id == actor.account_id,
        )
    ) or 0  # fmt: skip


def _same_question(document: Document) -> list[Document]:
    """Older reports of the same person; what others were allowed to look up stays as it was."""
    if document.snapshot["delegated"]:
        return []
    rows = session.scalars(
        select(Document).where(
            Document.id != document.id,
            Document.kind == document.kind,
            Document.subject_id == document.subject_id
            if document.subject_id
            else Document.subject_id.is_(None),
            Document.account_id == document.account_id,
            Document.superseded_on.is_(None),
            Document.revoked_on.is_(None),
        )
    )
    return [row for row in rows if _question(row.snapshot) == _question(document.snapshot)]


def _question(snapshot: Facts) -> tuple[Any, ...]:
    return snapshot["purpose"], [domain["key"] for domain in snapshot["domains"]]
