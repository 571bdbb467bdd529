"""Questions about subjects, and storing them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from portal.core import bulk, db
from portal.core.db import session
from portal.subjects.models import KINDS, STATUSES, Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.service.register import Counts, SubjectFacts, is_stored, store
from portal.subjects.service.search import (
    NOTHING,
    Hit,
    Results,
    by_codes,
    find_ids,
    search,
    words_of,
)

__all__ = [
    "KINDS", "NOTHING", "STATUSES", "Counts", "Hit", "Results", "SubjectFacts", "by_codes",
    "exists", "find_ids", "is_stored", "misnamed", "on_file", "other_names", "public_row",
    "search", "store", "words_of",
]  # fmt: skip

_PUBLIC_ROW = select(
    Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status,
    Subject.legal_representative, Subject.registered_on, Subject.ended_on, Subject.capital,
    Subject.scope, Subject.address, Subject.area_code, Subject.source_unit, Subject.updated_at,
).where(Subject.code == bindparam("code"))  # fmt: skip
_OTHER_NAMES = (
    select(SubjectName.kind, SubjectName.text)
    .where(SubjectName.subject_id == bindparam("subject_id"), SubjectName.kind != "registered")
    .order_by(SubjectName.rank)
)


def public_row(code: str) -> Any:
    """The public facts of a subject as one row, or None."""
    found = db.rows(_PUBLIC_ROW, {"code": code})
    return found[0] if found else None


def misnamed(told: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs of code and name whose code is on file, but under other names only.

    Registered names, former names and signs all count; punctuation and width do not matter.
    """
    known: dict[str, set[str]] = {}
    codes = list({code for code, _name in told})
    rows = select(Subject.code, SubjectName.normalised).join(SubjectName.subject)
    for code, name in session.execute(rows.where(bulk.among(Subject.code, codes))):
        known.setdefault(code, set()).add(name)
    return {
        (code, name)
        for code, name in told
        if code in known and names.normalise(name) not in known[code]
    }


def exists(code: str) -> bool:
    """Whether a subject has this code."""
    return session.scalar(select(Subject.id).where(Subject.code == code)) is not None


def on_file(codes: Collection[str]) -> set[str]:
    """Those of these codes that a subject has."""
    return set(session.scalars(select(Subject.code).where(bulk.among(Subject.code, list(codes)))))


def other_names(subject_id: int) -> Sequence[Any]:
    """Signs and former names, as rows of kind and text."""
    return db.rows(_OTHER_NAMES, {"subject_id": subject_id})
