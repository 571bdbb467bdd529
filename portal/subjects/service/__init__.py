"""Questions about subjects, and storing them."""

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, select

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
    "KINDS", "NOTHING", "ROW_AND_NAMES", "STATUSES", "Counts", "Hit", "Named", "Results",
    "SubjectFacts", "by_codes", "exists", "find_ids", "is_stored", "named", "public_row",
    "public_row_and_names", "search", "store", "words_of",
]  # fmt: skip

_PUBLIC_ROW = select(
    Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status,
    Subject.legal_representative, Subject.registered_on, Subject.ended_on, Subject.capital,
    Subject.scope, Subject.address, Subject.area_code, Subject.source_unit, Subject.updated_at,
).where(Subject.code == bindparam("code"))  # fmt: skip
_SPELLINGS = select(Subject.code, Subject.id, SubjectName.text, SubjectName.normalised).join(
    SubjectName, SubjectName.subject_id == Subject.id
)
ROW_AND_NAMES = _PUBLIC_ROW.add_columns(
    SubjectName.kind.label("name_kind"), SubjectName.text, SubjectName.rank
).outerjoin(
    SubjectName, (SubjectName.subject_id == Subject.id) & (SubjectName.kind != "registered")
)


def public_row(code: str) -> Any:
    """The public facts of a subject as one row, or None."""
    found = db.rows(_PUBLIC_ROW, {"code": code})
    return found[0] if found else None


def public_row_and_names(
    code: str, statement: Executable = ROW_AND_NAMES, **values: object
) -> tuple[Any, Sequence[tuple[str, str]]] | None:
    """The public facts of a subject with its signs and former names, kind and text; or None.

    `statement` may ask for more columns, which take `values`.
    """
    found = db.rows(statement, {"code": code, **values})
    if len(found) > 1:
        # For a handful of names a database takes longer to sort.
        found = sorted(found, key=attrgetter("rank"))
    names = [(row.name_kind, row.text) for row in found if row.text is not None]
    return (found[0], names) if found else None


class Named(NamedTuple):
    """A subject on file, and whether it is known by the name that was told with its code."""

    subject_id: int
    is_named: bool


def named(told: Collection[tuple[str, str]]) -> dict[tuple[str, str], Named]:
    """The subjects of pairs of code and name; a pair whose code is not on file is left out.

    Registered names, former names and signs all count; punctuation and width do not matter.
    """
    known: dict[str, tuple[int, set[str]]] = {}
    codes = list({code for code, _name in told})
    for code, id_, *spellings in db.rows(_SPELLINGS.where(bulk.among(Subject.code, codes)), {}):
        known.setdefault(code, (id_, set()))[1].update(spellings)
    return {
        (code, name): Named(known[code][0], _is_among(name, known[code][1]))
        for code, name in told
        if code in known
    }


def _is_among(name: str, spellings: Collection[str]) -> bool:
    return name in spellings or names.normalise(name) in spellings


def exists(code: str) -> bool:
    """Whether a subject has this code."""
    return session.scalar(select(Subject.id).where(Subject.code == code)) is not None
