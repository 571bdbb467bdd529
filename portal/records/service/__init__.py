"""Storing records with their publication, and asking what is public today."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, or_, select

from portal.core import clock, db
from portal.records import rules
from portal.records.law import load as law_on_file
from portal.records.models import STORED_ON, Record
from portal.records.rules import CLASSES, KINDS, Classification, ClassRule
from portal.records.service.changing import (
    correct,
    get,
    in_repair,
    mark_disputed,
    mark_in_repair,
    of_subject,
    reinstate,
    repair,
    screen,
    withdraw,
)
from portal.records.service.ready import (
    READING,
    ReadyRecords,
    RecordFacts,
    make_ready,
    ready_rows,
    written_details,
)
from portal.records.service.storing import (
    Counts,
    Put,
    Storing,
    row_numbers,
    store,
    take_changed,
    untouched,
)

__all__ = [
    "CLASSES", "KINDS", "PAGE_SIZE", "READING", "ClassRule", "Classification", "Counts",
    "Put", "ReadyRecords", "RecordFacts", "Storing", "class_months", "classify",
    "comes_to_pass", "correct", "get", "in_repair", "is_public", "is_public_on", "law_on_file",
    "make_ready", "mark_disputed", "mark_in_repair", "newest", "of_subject", "outline",
    "public_after", "public_counts", "public_page", "ready_rows", "reinstate", "repair",
    "row_numbers", "screen", "store", "take_changed", "untouched", "whole", "withdraw",
    "written_details",
]  # fmt: skip

PAGE_SIZE = 20


@lru_cache(maxsize=65536)
def classify(penalties: str, fine_fen: int | None, procedure: str) -> Classification:
    """The class to assume of a penalty whose source unit gives none; the fine is in fen."""
    return rules.classify(penalties, law=law_on_file(), fine_fen=fine_fen, procedure=procedure)


def class_months(on: date) -> dict[str, tuple[int, int]]:
    """Least and most months of publication of each class, by the instrument in force that day."""
    instrument = rules.in_force(law_on_file(), on)
    found = {name: law_on_file().classes[instrument.key, name] for name in rules.CLASSES}
    return {name: (rule.min_months, rule.max_months) for name, rule in found.items()}


def is_public_on() -> Any:
    """The one condition that makes a record public on the day bound as `today`."""
    today: Any = bindparam("today")
    return (Record.public_from <= today) & (
        or_(Record.public_until.is_(None), Record.public_until > today)
    )


def is_public(record_id: int) -> bool:
    """Whether a record is public today."""
    query = select(exists().where(Record.id == record_id, is_public_on()))
    return bool(db.session.scalar(query, {"today": clock.today()}))


def comes_to_pass(day: Any, begin: date, end: date) -> ColumnElement[bool]:
    """Whether publication begins or ends between two days, and did not when it was stored.

    What was stored or altered since `begin` has changed anyway.
    """
    dialect = "sqlite" if db.is_sqlite() else "postgresql"
    stored_on: Any = literal_column(STORED_ON[dialect].format(table="record."))
    return cast(ColumnElement[bool], day.between(begin, end) & (day > stored_on))


# A database makes a table of its own to sort what it gives; few records are sorted here.
SORTED_HERE = 50
_PLACE = attrgetter("decided_on", "id")
_SOME = (
    select(
        Record.id, Record.kind, Record.number, Record.title, Record.summary, Record.details,
        Record.decided_on, Record.valid_from, Record.valid_until, Record.record_class,
        Record.earliest_repair_on, Record.public_from, Record.public_until, Record.is_disputed,
        Record.authority, Record.source_unit,
    )
    .where(Record.subject_id == bindparam("subject_id"), is_public_on())
    .limit(literal_column(str(SORTED_HERE + 1)))
)  # fmt: skip
_VIEW = (
    _SOME.limit(bindparam("size"))
    .offset(bindparam("skip"))
    .order_by(Record.decided_on.desc(), Record.id.desc())
)
_VIEW_OF_KIND = _VIEW.where(Record.kind == bindparam("kind"))
_PLACES = {kind: place for place, kind in enumerate(KINDS)}
_COUNTS = (
    select(Record.kind, func.count())
    .where(Record.subject_id == bindparam("subject_id"), is_public_on())
    .group_by(Record.kind)
)


def public_counts(subject_id: int, today: date) -> dict[str, int]:
    """How many records of each kind are public today, in the order of the kinds."""
    counted = dict(db.rows(_COUNTS, {"subject_id": subject_id, "today": today}))
    return {kind: counted[kind] for kind in KINDS if kind in counted}


def public_page(
    subject_id: int, today: date, *, kind: str | None = None, page: int = 1, size: int = PAGE_SIZE
) -> Sequence[Any]:
    """Records that are public today, newest first, as rows ready to show."""
    values = {"subject_id": subject_id, "today": today, "size": size, "skip": (page - 1) * size}
    if kind is None:
        return db.rows(_VIEW, values)
    return db.rows(_VIEW_OF_KIND, {**values, "kind": kind})


_AFTER = (
    _VIEW.add_columns(Record.updated_at)
    .offset(None)
    .where(
        or_(
            Record.decided_on < bindparam("decided_on"),
            (Record.decided_on == bindparam("decided_on")) & (Record.id < bindparam("id")),
        )
    )
)  # fmt: skip
_AFTER_OF_KIND = _AFTER.where(Record.kind == bindparam("kind"))
FIRST_PLACE = (date.max, 0)


def public_after(
    subject_id: int, today: date, place: tuple[date, int] | None, size: int, kind: str = ""
) -> Sequence[Any]:
    """Records that are public today, newest first, from behind one place; it never shifts."""
    decided_on, id_ = place or FIRST_PLACE
    values = {"subject_id": subject_id, "today": today, "size": size,
              "decided_on": decided_on, "id": id_}  # fmt: skip
    if kind:
        return db.rows(_AFTER_OF_KIND, {**values, "kind": kind})
    return db.rows(_AFTER, values)


def newest(subject_id: int, today: date, size: int) -> tuple[Sequence[Any], dict[str, int]]:
    """The newest public records, and how many of each kind there are in all."""
    some = db.rows(_SOME, {"subject_id": subject_id, "today": today})
    if len(some) > SORTED_HERE:
        return public_page(subject_id, today, size=size), public_counts(subject_id, today)
    found = sorted(some, key=_PLACE, reverse=True)
    counted: dict[str, int] = {}
    for row in found:
        counted[row.kind] = counted.get(row.kind, 0) + 1
    counts = {kind: counted[kind] for kind in sorted(counted, key=_PLACES.__getitem__)}
    return found[:size], counts


_WHOLE = (
    select(
        Record.id, Record.kind, Record.number, Record.title, Record.summary, Record.details,
        Record.decided_on, Record.record_class, Record.earliest_repair_on, Record.public_from,
        Record.public_until, Record.repaired_on, Record.withdrawn_on, Record.is_disputed,
        Record.authority, Record.source_unit, Record.updated_at,
    )
    .where(Record.subject_id == bindparam("subject_id"))
    .order_by(Record.decided_on.desc(), Record.id.desc())
)  # fmt: skip


def whole(subject_id: int) -> Sequence[Any]:
    """Every record of a subject, public or not, for itself and those it authorises."""
    return db.rows(_WHOLE, {"subject_id": subject_id})


_OUTLINE = (
    select(
        Record.id, Record.kind, Record.title, Record.valid_until, Record.decided_on,
        Record.record_class, Record.public_from, Record.public_until, Record.is_disputed,
    )
    .where(Record.subject_id == bindparam("subject_id"), is_public_on())
)  # fmt: skip


class Outline(NamedTuple):
    """All that a passer-by is told of the records: newest licence, newest check, how many bad."""

    records: Sequence[Any]
    licence: Any
    inspection: Any
    adverse: int


def outline(subject_id: int, today: date) -> Outline:
    """The public records of a subject in one look."""
    found = db.rows(_OUTLINE, {"subject_id": subject_id, "today": today})
    found = sorted(found, key=_PLACE, reverse=True)
    kinds = law_on_file().kinds
    return Outline(
        records=found,
        licence=next((row for row in found if row.kind == "licence"), None),
        inspection=next((row for row in found if row.kind == "inspection"), None),
        adverse=sum(kinds[row.kind].is_adverse for row in found),
    )
