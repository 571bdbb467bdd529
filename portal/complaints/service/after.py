"""What whoever spoke can do later: rate, change the protection, say that they were punished."""

from portal.cases import service as cases
from portal.cases.service import By
from portal.complaints import law, service
from portal.complaints.models import Complaint
from portal.complaints.rules import protection, routing
from portal.complaints.service import vault
from portal.complaints.service.vault import Identity
from portal.core import clock
from portal.core.errors import Refused

ANSWERED = ("answered", "declined", "confirmed")


def may_rate(case: Complaint) -> bool:
    """Whether an answer waits for its mark."""
    return not case.mark and case.state in ANSWERED


def rate(case: Complaint, *, by: By, mark: str, text: str) -> None:
    """One mark for a case; a bad one opens the review by the next level.

    Raises Refused without a mark, for a second one, or before there is an answer.
    """
    if mark not in protection.MARKS:
        raise Refused("mark_missing", "mark")
    if not may_rate(case):
        raise Refused("marked_already")
    case.mark, case.mark_text = mark, text
    cases.note(case, "rate", by=by, note=text, mark=mark)
    if protection.is_bad(mark) and case.state != "confirmed":
        words = text.strip() or protection.MARKS[mark]
        service.advance(case, "reopen", by=by, note=words)


def report_retaliation(case: Complaint, *, by: By, note: str) -> None:
    """Bring a case before the city office at once, whoever had it.

    Raises Refused without words, or for a case that is closed.
    """
    if case.closed_at is not None:
        raise Refused("closed_already")
    if not note.strip():
        raise Refused("note_needed", "note")
    case.is_urgent = True
    cases.note(case, "retaliation", by=by, note=note)
    office = routing.office(case.about, law.city())
    if case.unit != office:
        case.received_at = clock.now()
        cases.hand_over(case, office, by=cases.SYSTEM, note="", step="raise")


def change_protection(
    case: Complaint, *, by: By, level: str, name: str, contact: str, account_id: int | None
) -> None:
    """Another level of protection from now on; what was shown before cannot be unseen.

    Raises Refused for a level that the kind does not know, or a name that is missing.
    """
    known = vault.known(case)
    name = name or (known.name if known else "")
    contact = contact or (known.contact if known else "")
    protection.check_protection(case.sort, level, name, contact)
    before, case.protection = case.protection, level
    if level == "anonymous":
        vault.keep(case, None)
        case.account_id = None
    else:
        vault.keep(case, Identity(name, contact, known.business if known else ""))
        case.account_id = case.account_id or account_id
    cases.note(case, "protection", by=by, before=before, after=level)
