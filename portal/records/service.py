"""Storing records with their publication, and asking what is public today."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from portal.core import audit, bulk, clock, db, revision
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.records import rules
from portal.records.law import load as law_on_file
from portal.records.models import Record, RecordOriginal
from portal.records.rules import CLASSES, KINDS, ClassRule
from portal.subjects.models import Subject

__all__ = [
    "CLASSES", "KINDS", "PAGE_SIZE", "ClassRule", "Counts", "RecordFacts",
    "law_on_file", "newest", "outline", "public_counts", "public_page", "repair", "store",
    "withdraw",
]  # fmt: skip

CHUNK = 500
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """One record as a source unit reports it; money in fen, dates as the document has them."""

    subject_code: str
    kind: str
    number: str
    title: str
    decided_on: date
    authority: str
    authority_code: str = ""
    summary: str = ""
    details: tuple[tuple[str, str], ...] = ()
    published_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    fine_fen: int | None = None
    record_class: str | None = None
    class_basis: str = ""
    performed_on: date | None = None
    repaired_on: date | None = None
    withdrawn_on: date | None = None
    override_authority: str = ""
    override_reason: str = ""
    override_until: date | None = None
    is_disputed: bool = False
    source_unit: str = ""
    source_code: str = ""
    original: str = "{}"
    row_number: int | None = None

    @property
    def key(self) -> str:
        """What tells decisions apart: document number and authority (rules.md R3.2)."""
        return f"{self.number}|{self.authority_code or self.authority}"[:200]


@dataclass(slots=True)
class Counts:
    """What became of the rows of one storing; `strangers` are rows of subjects not on file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    strangers: int = 0


PLAIN_COLUMNS = (
    "kind", "number", "decided_on", "published_on", "valid_from", "valid_until", "fine_fen",
    "performed_on", "repaired_on", "withdrawn_on", "override_authority", "override_reason",
    "override_until", "is_disputed", "authority", "authority_code", "source_unit", "source_code",
)  # fmt: skip
DERIVED_COLUMNS = (
    "title", "summary", "details", "record_class", "class_basis", "earliest_repair_on",
    "public_from", "public_until", "updated_at", "fingerprint",
)  # fmt: skip
COLUMNS = ("id", "subject_id", "key", *PLAIN_COLUMNS, *DERIVED_COLUMNS)
# The row number may move when a file grows; the record does not change by that.
_lasting = attrgetter(*(each.name for each in fields(RecordFacts) if each.name != "row_number"))
ORIGINAL_COLUMNS = ("record_id", "batch_id", "row_number", "row")


_SUBJECTS = select(Subject.code, Subject.id).where(
    Subject.code.in_(bindparam("codes", expanding=True))
)
_KNOWN = select(Record.subject_id, Record.kind, Record.key, Record.id, Record.fingerprint).where(
    Record.subject_id.in_(bindparam("ids", expanding=True))
)


def store(rows: Iterable[RecordFacts], *, batch_id: int | None = None) -> Counts:
    """Insert or update records by subject, kind, document number and authority.

    Publication is computed from the dated law data; free text is masked before it is stored.
    """
    counts = Counts()
    chunk: list[RecordFacts] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            _store_chunk(chunk, batch_id, counts)
            chunk = []
    _store_chunk(chunk, batch_id, counts)
    if counts.added or counts.changed:
        revision.bump()
    return counts


def _store_chunk(chunk: Sequence[RecordFacts], batch_id: int | None, counts: Counts) -> None:
    if not chunk:
        return
    codes = {facts.subject_code for facts in chunk}
    subjects: dict[str, int] = dict(session.execute(_SUBJECTS, {"codes": list(codes)}).all())
    known = {
        (row.subject_id, row.kind, row.key): row
        for row in session.execute(_KNOWN, {"ids": list(subjects.values())})
    }
    new: dict[tuple[int, str, str], tuple[RecordFacts, str]] = {}
    for facts in chunk:
        subject_id = subjects.get(facts.subject_code)
        if subject_id is None:
            counts.strangers += 1
            continue
        identity = (subject_id, facts.kind, facts.key)
        fingerprint = _fingerprint(facts)
        present = known.get(identity)
        if present is None:
            new[identity] = (facts, fingerprint)
        elif present.fingerprint == fingerprint:
            counts.unchanged += 1
        else:
            _change(present.id, facts, fingerprint, batch_id)
            counts.changed += 1
    _add(new, batch_id)
    counts.added += len(new)


def _add(new: dict[tuple[int, str, str], tuple[RecordFacts, str]], batch_id: int | None) -> None:
    if not new:
        return
    first = bulk.reserve("record", len(new))
    now = clock.now()
    rows, originals = [], []
    for record_id, ((subject_id, _kind, key), (facts, mark)) in enumerate(new.items(), first):
        plain = [getattr(facts, column) for column in PLAIN_COLUMNS]
        rows.append((record_id, subject_id, key, *plain, *_derived(facts), now, mark))
        originals.append((record_id, batch_id, facts.row_number, facts.original))
    bulk.insert(Record, COLUMNS, rows)
    bulk.insert(RecordOriginal, ORIGINAL_COLUMNS, originals)


def _change(record_id: int, facts: RecordFacts, fingerprint: str, batch_id: int | None) -> None:
    derived = (*_derived(facts), clock.now(), fingerprint)
    values = {column: getattr(facts, column) for column in PLAIN_COLUMNS}
    values |= dict(zip(DERIVED_COLUMNS, derived, strict=True))
    session.execute(update(Record).where(Record.id == record_id).values(values))
    session.execute(
        update(RecordOriginal)
        .where(RecordOriginal.record_id == record_id)
        .values(batch_id=batch_id, row_number=facts.row_number, row=facts.original)
    )


def _fingerprint(facts: RecordFacts) -> str:
    return hashlib.blake2b(repr(_lasting(facts)).encode(), digest_size=16).hexdigest()


def _derived(facts: RecordFacts) -> tuple[Any, ...]:
    publication = _publication(facts)
    return (
        mask_text(facts.title)[:300],
        mask_text(facts.summary),
        [[label, mask_text(value)] for label, value in facts.details],
        publication.record_class,
        publication.class_basis,
        publication.earliest_repair_on,
        publication.public_from,
        publication.public_until,
    )


def _publication(facts: RecordFacts) -> rules.Publication:
    override = None
    if facts.override_until is not None:
        override = rules.Override(
            facts.override_authority, facts.override_reason, facts.override_until
        )
    return rules.publication(
        facts.kind,
        facts.record_class,  # type: ignore[arg-type]  # the rule refuses any other class
        facts.decided_on,
        law=law_on_file(),
        today=clock.today(),
        published_on=facts.published_on,
        performed_on=facts.performed_on,
        repaired_on=facts.repaired_on,
        withdrawn_on=facts.withdrawn_on,
        override=override,
    )


def class_months(on: date) -> dict[str, tuple[int, int]]:
    """Least and most months of publication of each class, by the instrument in force that day."""
    instrument, _is_before_first = rules.in_force(law_on_file(), on)
    found = {name: law_on_file().classes[instrument.key, name] for name in rules.CLASSES}
    return {name: (rule.min_months, rule.max_months) for name, rule in found.items()}


def is_public_on() -> Any:
    """The one condition that makes a record public on the day bound as `today`."""
    today: Any = bindparam("today")
    return (Record.public_from <= today) & (
        or_(Record.public_until.is_(None), Record.public_until > today)
    )


_VIEW = (
    select(
        Record.id, Record.kind, Record.number, Record.title, Record.summary, Record.details,
        Record.decided_on, Record.published_on, Record.valid_from, Record.valid_until,
        Record.record_class, Record.class_basis, Record.earliest_repair_on, Record.public_from,
        Record.public_until, Record.is_disputed, Record.authority, Record.source_unit,
        Record.updated_at,
    )
    .where(Record.subject_id == bindparam("subject_id"), is_public_on())
    .order_by(Record.decided_on.desc(), Record.id.desc())
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)  # fmt: skip
_VIEW_OF_KIND = _VIEW.where(Record.kind == bindparam("kind"))
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


def newest(subject_id: int, today: date, size: int) -> tuple[Sequence[Any], dict[str, int]]:
    """The newest public records, and how many of each kind there are in all."""
    found = public_page(subject_id, today, size=size + 1)
    if len(found) > size:
        return found[:size], public_counts(subject_id, today)
    counted = Counter(row.kind for row in found)
    return found, {kind: counted[kind] for kind in KINDS if kind in counted}


_OUTLINE = (
    select(Record.kind, Record.title, Record.valid_until, Record.decided_on)
    .where(Record.subject_id == bindparam("subject_id"), is_public_on())
    .order_by(Record.decided_on.desc(), Record.id.desc())
)


@dataclass(frozen=True, slots=True)
class Outline:
    """All that a passer-by is told of the records: newest licence, newest check, how many bad."""

    licence: Any
    inspection: Any
    adverse: int


def outline(subject_id: int, today: date) -> Outline:
    """The public records of a subject in one look."""
    found = db.rows(_OUTLINE, {"subject_id": subject_id, "today": today})
    kinds = law_on_file().kinds
    return Outline(
        licence=next((row for row in found if row.kind == "licence"), None),
        inspection=next((row for row in found if row.kind == "inspection"), None),
        adverse=sum(kinds[row.kind].is_adverse for row in found),
    )


def repair(record_id: int, *, on: date, actor: str) -> None:
    """Mark a record repaired: it stops being public on that day everywhere (Order 36)."""
    _end(record_id, actor, "records.repair", repaired_on=on)


def withdraw(record_id: int, *, on: date, reason: str, actor: str) -> None:
    """Withdraw a record whose decision was changed or revoked (行政处罚法 Art. 48)."""
    _end(record_id, actor, "records.withdraw", withdrawn_on=on, reason=reason)


def _end(record_id: int, actor: str, action: str, *, reason: str = "", **ended: date) -> None:
    record = session.get(Record, record_id)
    if record is None:
        raise Refused("no_such_record")
    for column, day in ended.items():
        setattr(record, column, day)
    day = next(iter(ended.values()))
    record.public_until = min(filter(None, (record.public_until, day)))
    record.updated_at = clock.now()
    audit.record(action, "record", record.id, actor, on=day.isoformat(), reason=reason)
    revision.bump()
