"""What the unit complained of reads: an extract that a person reviewed, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.cases import service as cases
from portal.cases.service import By
from portal.complaints import law
from portal.complaints.models import Complaint
from portal.complaints.service import vault
from portal.core import clock
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.core.units import Unit, is_conflicted

SHORTEST = 10


@dataclass(frozen=True)
class Extract:
    """What the unit complained of may know of a case. `name` only of those who chose so."""

    reference: str
    shown_reference: str
    matter: str
    text: str
    sent_at: datetime
    name: str
    response: str
    is_closed: bool


def send(case: Complaint, *, by: By, text: str) -> None:
    """Let the unit complained of read a reviewed extract.

    Raises Refused when nobody is complained of, when it is too short, or when it still holds
    personal data or a name that is protected.
    """
    if not case.about_body:
        raise Refused("nobody_complained_of", "extract")
    if len(text.strip()) < SHORTEST:
        raise Refused("extract_short", "extract")
    if mask_text(text) != text:
        raise Refused("extract_personal", "extract")
    if _names(case, text):
        raise Refused("extract_names", "extract")
    case.extract, case.extract_at = text.strip(), clock.now()
    cases.note(case, "extract", by=by, note=case.extract)


def of_unit(unit: Unit) -> list[Extract]:
    """The extracts that a unit may read, the newest first."""
    rows = session.scalars(
        select(Complaint)
        .where(Complaint.about_body == unit.body, Complaint.extract != "")
        .order_by(Complaint.extract_at.desc(), Complaint.id.desc())
    )
    return [_shown(case) for case in rows if _is_theirs(case, unit)]


def find(reference: str, unit: Unit) -> Complaint | None:
    """The case of this reference if this unit is the one complained of and has an extract."""
    case = session.scalar(
        select(Complaint).where(Complaint.reference == reference, Complaint.extract != "")
    )
    return case if case is not None and _is_theirs(case, unit) else None


def respond(case: Complaint, *, by: By, text: str) -> None:
    """Keep what the unit complained of says; raises Refused without words."""
    if not text.strip():
        raise Refused("note_needed", "note")
    case.response = text.strip()
    cases.note(case, "response", by=by, note=case.response)


def _is_theirs(case: Complaint, unit: Unit) -> bool:
    return is_conflicted(unit, case.about, law.city().parents)


def _shown(case: Complaint) -> Extract:
    identity = vault.known(case) if case.protection == "named" else None
    return Extract(
        reference=case.reference,
        shown_reference=case.shown_reference,
        matter=case.matter,
        text=case.extract,
        sent_at=case.extract_at or case.opened_at,
        name=(identity.business or identity.name) if identity else "",
        response=case.response,
        is_closed=case.closed_at is not None,
    )


def _names(case: Complaint, text: str) -> Sequence[str]:
    """Words of a protected identity that stand in a text."""
    identity = vault.known(case)
    if identity is None or case.protection == "named":
        return ()
    told = (identity.name, identity.contact, identity.business)
    return [word for word in told if word and word in text]
