"""The sealed papers of a case: its receipt and each answer. Nothing of the applicant in them."""

from typing import Any

from portal.bodies import service as bodies
from portal.cases.models import Case
from portal.core import clock
from portal.documents import service as documents
from portal.documents.models import Document

RECEIPT, ANSWER = "cases/receipt.html", "cases/answer.html"


def receive(case: Case) -> None:
    """Have the receipt printed: number, what happens next, by which day."""
    paper = _issue(case, "receipt", "回执", RECEIPT, _facts(case))
    case.receipt_id = paper.id


def answer(case: Case, *, step: str, note: str) -> None:
    """Have the answer printed, with its reasons and what can be done about it."""
    facts = {**_facts(case), "step": step, "note": note}
    case.answer_id = _issue(case, "decision", "答复", ANSWER, facts).id


def of_case(case: Case, kind: str) -> Document | None:
    """The receipt or the latest answer, when there is one."""
    document_id = {"receipt": case.receipt_id, "answer": case.answer_id}.get(kind)
    return documents.by_id(document_id) if document_id else None


def _issue(case: Case, kind: str, title: str, template: str, facts: dict[str, Any]) -> Document:
    shown = [["办件编号", case.shown_reference], ["收到日期", facts["received_on"]]]
    return documents.issue(
        kind,
        subject_id=case.subject_id,
        account_id=case.account_id,
        title=f"{title} {case.shown_reference}",
        snapshot={**facts, "public": shown},
        template=template,
        actor="portal",
    )


def _facts(case: Case) -> dict[str, Any]:
    names = bodies.names_by_slug()
    return {
        "reference": case.shown_reference,
        "kind": case.kind,
        "title": case.title,
        "received_on": case.opened_at.astimezone(clock.CITY).date().isoformat(),
        "body": names.get(case.body_slug, ""),
        "files": len(case.files),
        "deadlines": [
            {"due_on": each.due_on.isoformat(), "basis": each.basis, "scope": each.scope}
            for each in case.deadlines
            if each.is_running
        ],
    }
