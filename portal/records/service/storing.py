"""Storing records: new ones, changed ones, how long each is public, and the rows they came from."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from portal.core import bulk, clock, revision
from portal.core.db import session
from portal.core.masking import mask_text
from portal.core.remember import Remembered
from portal.records import law, rules
from portal.records.models import Record, RecordChange, RecordOriginal
from portal.subjects.models import Subject

CHUNK = 2000
NO_ORIGINAL = "{}"


class RecordFacts(NamedTuple):
    """One record as a source unit reports it; money in fen, dates as the document has them.

    A tuple, because a million of them are taken apart by column.
    """

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
    publish_until: date | None = None
    override_authority: str = ""
    override_reason: str = ""
    override_until: date | None = None
    is_disputed: bool = False
    source_unit: str = ""
    source_code: str = ""
    original: str = NO_ORIGINAL
    # What the source calls the subject: compared at import, not stored.
    subject_name: str = ""
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
    strangers: list[RecordFacts] = field(default_factory=list)


PLAIN_COLUMNS = (
    "kind", "number", "decided_on", "published_on", "valid_from", "valid_until", "fine_fen",
    "performed_on", "repaired_on", "withdrawn_on", "override_authority", "override_reason",
    "override_until", "is_disputed", "authority", "authority_code", "source_unit", "source_code",
)  # fmt: skip
DERIVED_COLUMNS = (
    "title", "summary", "details", "record_class", "class_basis", "earliest_repair_on",
    "public_from", "public_until", "updated_at", "fingerprint",
)  # fmt: skip
ORIGINAL_COLUMNS = ("record_id", "batch_id", "row_number", "row")
# What happened to a record here; a source unit that sends it again does not undo that.
ENDINGS = ("performed_on", "repaired_on", "withdrawn_on")
# Where there is an original the other facts follow from it; a program that reads the same original
# in another way changes READING, so that importing again brings every record up to date.
READING = "1"
_TOLD = ("subject_code", "kind", "record_class", "class_basis", "original")
_PUBLICATION = (
    "kind", "record_class", "decided_on", "published_on", "performed_on", "repaired_on",
    "withdrawn_on", "publish_until", "class_basis", "override_authority", "override_reason",
    "override_until",
)  # fmt: skip


def _getter(columns: Sequence[str]) -> Any:
    return itemgetter(*map(RecordFacts._fields.index, columns))


_plain = _getter(PLAIN_COLUMNS)
_told = _getter(_TOLD)
_publication_facts = _getter(_PUBLICATION)
_code = itemgetter(RecordFacts._fields.index("subject_code"))
_source = _getter(("row_number", "original"))
# Acts, laws and kinds of penalty repeat from row to row.
_masked = Remembered(mask_text)

_SUBJECTS = select(Subject.code, Subject.id)
_KNOWN = select(Record.subject_id, Record.kind, Record.key, Record.id, Record.fingerprint)
_ENDINGS = select(*(getattr(Record, name) for name in ENDINGS), Record.is_disputed)

Identity = tuple[int, str, str]


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


def is_stored(facts: RecordFacts) -> bool:
    """Whether exactly these facts are on file already."""
    marks = session.scalars(
        select(Record.fingerprint)
        .join(Subject, Subject.id == Record.subject_id)
        .where(
            Subject.code == facts.subject_code, Record.kind == facts.kind, Record.key == facts.key
        )
    )
    return _fingerprint(facts) in set(marks)


def _store_chunk(chunk: Sequence[RecordFacts], batch_id: int | None, counts: Counts) -> None:
    if not chunk:
        return
    codes = list(map(_code, chunk))
    subjects: dict[str, int] = dict(
        session.execute(_SUBJECTS.where(bulk.among(Subject.code, list(set(codes))))).all()
    )
    keys = [facts.key for facts in chunk]
    known = {
        (subject_id, kind, key): (record_id, mark)
        for subject_id, kind, key, record_id, mark in session.execute(
            _KNOWN.where(bulk.among(Record.key, keys))
        )
    }
    new: dict[Identity, tuple[RecordFacts, str]] = {}
    changed: list[int] = []
    for facts, code, key in zip(chunk, codes, keys, strict=True):
        subject_id = subjects.get(code)
        if subject_id is None:
            counts.strangers.append(facts)
            continue
        identity = (subject_id, facts.kind, key)
        fingerprint = _fingerprint(facts)
        present = known.get(identity)
        if present is None:
            new[identity] = (facts, fingerprint)
        elif present[1] == fingerprint:
            counts.unchanged += 1
        else:
            _change(present[0], facts, fingerprint, batch_id)
            changed.append(subject_id)
    if new:
        _add(new, batch_id)
    mark_changed({*changed, *(identity[0] for identity in new)})
    counts.changed += len(changed)
    counts.added += len(new)


def mark_changed(subject_ids: Iterable[int]) -> None:
    """Say that the records of these subjects are no longer what they were."""
    if ids := sorted(subject_ids):
        bulk.insert_columns(RecordChange, {"subject_id": ids})


def take_changed(limit: int) -> list[int]:
    """Take subjects whose records changed from the list; whoever takes one computes it anew."""
    oldest = select(RecordChange.id).order_by(RecordChange.id).limit(limit)
    taken = session.scalars(
        delete(RecordChange).where(RecordChange.id.in_(oldest)).returning(RecordChange.subject_id)
    )
    return sorted(set(taken))


def _add(new: dict[Identity, tuple[RecordFacts, str]], batch_id: int | None) -> None:
    count = len(new)
    first = bulk.reserve("record", count)
    today = clock.today()
    subject_ids, _kinds, keys = zip(*new, strict=True)
    rows, fingerprints = zip(*new.values(), strict=True)
    ids = range(first, first + count)
    columns = {"id": ids, "subject_id": subject_ids, "key": keys}
    columns |= zip(PLAIN_COLUMNS, zip(*map(_plain, rows), strict=True), strict=True)
    columns |= zip(
        DERIVED_COLUMNS, zip(*[_derived(facts, today) for facts in rows], strict=True), strict=False
    )
    columns |= {"updated_at": [clock.now()] * count, "fingerprint": fingerprints}
    bulk.insert_columns(Record, columns)
    numbers, originals = zip(*map(_source, rows), strict=True)
    source = (ids, [batch_id] * count, numbers, originals)
    bulk.insert_columns(RecordOriginal, dict(zip(ORIGINAL_COLUMNS, source, strict=True)))


def _change(record_id: int, facts: RecordFacts, fingerprint: str, batch_id: int | None) -> None:
    facts = _with_endings(record_id, facts)
    derived = (*_derived(facts, clock.today()), clock.now(), fingerprint)
    values = dict(zip(PLAIN_COLUMNS, _plain(facts), strict=True))
    values |= dict(zip(DERIVED_COLUMNS, derived, strict=True))
    session.execute(update(Record).where(Record.id == record_id).values(values))
    session.execute(
        update(RecordOriginal)
        .where(RecordOriginal.record_id == record_id)
        .values(batch_id=batch_id, row_number=facts.row_number, row=facts.original)
    )


def _with_endings(record_id: int, facts: RecordFacts) -> RecordFacts:
    """The new facts, with what was done here since: repaired, withdrawn, disputed stays so."""
    *ended, is_disputed = session.execute(_ENDINGS.where(Record.id == record_id)).one()
    kept = {name: getattr(facts, name) or day for name, day in zip(ENDINGS, ended, strict=True)}
    return facts._replace(**kept, is_disputed=facts.is_disputed or is_disputed)


def _fingerprint(facts: RecordFacts) -> str:
    # The row number may move when a file grows; the record does not change by that.
    if facts.original == NO_ORIGINAL:
        told = repr(facts[:-1])
    else:
        told = "\x1f".join(map(str, (READING, *_told(facts))))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _derived(facts: RecordFacts, today: date) -> tuple[Any, ...]:
    return (
        _masked[facts.title][:300],
        _masked[facts.summary],
        [(label, _masked[value]) for label, value in facts.details],
        *_publication(*_publication_facts(facts), today),
    )


# A million rows have a few thousand different days and ends.
@lru_cache(maxsize=65536)
def _publication(
    kind: str,
    record_class: Any,
    decided_on: date,
    published_on: date | None,
    performed_on: date | None,
    repaired_on: date | None,
    withdrawn_on: date | None,
    publish_until: date | None,
    class_basis: str,
    override_authority: str,
    override_reason: str,
    override_until: date | None,
    today: date,
) -> tuple[Any, ...]:
    override = None
    if override_until is not None:
        override = rules.Override(override_authority, override_reason, override_until)
    found = rules.publication(
        kind,
        record_class,
        decided_on,
        law=law.load(),
        today=today,
        published_on=published_on,
        performed_on=performed_on,
        repaired_on=repaired_on,
        withdrawn_on=withdrawn_on,
        publish_until=publish_until,
        override=override,
    )
    return (
        found.record_class,
        class_basis or found.class_basis,
        found.earliest_repair_on,
        found.public_from,
        found.public_until,
    )


def recompute_publication(record: Record) -> None:
    """Compute class, dates and basis of a stored record anew, from its own facts and the law."""
    values = {name: getattr(record, name, None) for name in _PUBLICATION if name != "publish_until"}
    (
        record.record_class,
        record.class_basis,
        record.earliest_repair_on,
        record.public_from,
        record.public_until,
    ) = _publication(**values, publish_until=None, today=clock.today())
