"""Storing records: new ones, changed ones, and the rows they came from."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress, islice
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from portal.core import bulk, clock, db, revision
from portal.core.db import session
from portal.records.models import Record, RecordChange, RecordOriginal
from portal.records.service.ready import (
    PUBLICATION,
    PUBLICATION_FACTS,
    ReadyRecords,
    RecordFacts,
    publication,
    ready_rows,
)
from portal.subjects.models import Subject

CHUNK = 2000
# Rows of an earlier import that are looked at together.
LOOKED_AT = 20_000
# What is stored of a record as it was made ready.
COLUMNS = (
    "kind", "key", "number", "title", "summary", "details", "decided_on", "published_on",
    "valid_from", "valid_until", "fine_fen", *PUBLICATION, "performed_on", "repaired_on",
    "withdrawn_on", "override_authority", "override_reason", "override_until", "is_disputed",
    "authority", "authority_code", "source_unit", "source_code", "fingerprint",
)  # fmt: skip
# What happened to a record here; a source unit that sends it again does not undo that.
ENDINGS = ("performed_on", "repaired_on", "withdrawn_on")


@dataclass(slots=True)
class Counts:
    """What became of the rows of one storing; `strangers` are rows of subjects not on file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    strangers: list[RecordFacts] = field(default_factory=list)


_SUBJECTS = select(Subject.code, Subject.id)
_KNOWN = select(Record.subject_id, Record.kind, Record.key, Record.id, Record.fingerprint)
_ENDINGS = select(*(getattr(Record, name) for name in ENDINGS), Record.is_disputed)

_UNTOUCHED = (
    select(RecordOriginal.row_number)
    .join(Record, Record.id == RecordOriginal.record_id)
    .join(Subject, Subject.id == Record.subject_id)
    .where(
        RecordOriginal.record_id.between(bindparam("first"), bindparam("last")),
        RecordOriginal.batch_id == bindparam("batch_id"),
        RecordOriginal.row_number.is_not(None),
        Subject.updated_at <= bindparam("since"),
    )
)
_ROWS = (
    select(Subject.code, Record.kind, Record.key, RecordOriginal.row_number)
    .join(Record, Record.id == RecordOriginal.record_id)
    .join(Subject, Subject.id == Record.subject_id)
)

Identity = tuple[int, str, str]


def store(rows: Iterable[RecordFacts], *, batch_id: int | None = None) -> Counts:
    """Insert or update records by subject, kind, document number and authority.

    Publication is computed from the dated law data; free text is masked before it is stored.
    """
    counts = Counts()
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        codes = [facts.subject_code for facts in chunk]
        subjects: dict[str, int] = dict(
            session.execute(_SUBJECTS.where(bulk.among(Subject.code, list(set(codes))))).all()
        )
        is_known = [code in subjects for code in codes]
        counts.strangers += compress(chunk, (not known for known in is_known))
        found = list(compress(chunk, is_known))
        if found:
            ids = [subjects[facts.subject_code] for facts in found]
            stored = store_ready(ready_rows(found, clock.today()), ids, batch_id=batch_id)
            counts.added += stored.added
            counts.changed += stored.changed
            counts.unchanged += stored.unchanged
    return counts


def is_stored(record: ReadyRecords) -> bool:
    """Whether exactly this one record is on file already."""
    marks = session.scalars(
        select(Record.fingerprint)
        .join(Subject, Subject.id == Record.subject_id)
        .where(
            Subject.code == record["subject_code"][0],
            Record.kind == record["kind"][0],
            Record.key == record["key"][0],
        )
    )
    return record["fingerprint"][0] in set(marks)


def untouched(batch_id: int, ids: range, *, since: datetime) -> Iterator[list[int]]:
    """The numbers of the rows that records of these ids still come from, some at a time.

    Left out are those of subjects that were altered after `since`.
    """
    for some in (ids[place : place + LOOKED_AT] for place in range(0, len(ids), LOOKED_AT)):
        values = {"batch_id": batch_id, "first": some[0], "last": some[-1], "since": since}
        if found := [number for (number,) in db.rows(_UNTOUCHED, values)]:
            yield found


def row_numbers(keys: Sequence[str], batch_ids: Sequence[int]) -> dict[tuple[str, str, str], int]:
    """The rows of some imports that records with these keys come from.

    By subject's code, kind and key, which tell a record apart.
    """
    asked = _ROWS.where(
        bulk.among(Record.key, keys), RecordOriginal.batch_id.in_(bindparam("batches"))
    )
    return {
        (code, kind, key): number
        for code, kind, key, number in db.rows(asked, {"batches": list(batch_ids)})
    }


def store_ready(
    records: ReadyRecords,
    subject_ids: Sequence[int],
    *,
    batch_id: int | None = None,
    noted: set[int] | None = None,
) -> Counts:
    """Insert or update records that were made ready, each about the subject at its place.

    `noted` are the subjects of whom this transaction said already that their records changed.
    """
    known = _known(records["key"])
    identities = list(zip(subject_ids, records["kind"], records["key"], strict=True))
    new = {each: place for place, each in enumerate(identities) if each not in known}
    met = zip(identities, records["fingerprint"], strict=True) if known else ()
    changed = [
        place for place, (each, mark) in enumerate(met) if each in known and known[each][1] != mark
    ]
    if new:
        places = list(new.values())
        whole = records if len(places) == len(records) else records.pick(places)
        _add(whole, [subject_id for subject_id, _kind, _key in new], batch_id)
    for place in changed:
        _change(known[identities[place]][0], records.pick([place]), batch_id)
    if new or changed:
        noted = set() if noted is None else noted
        touched = {subject_ids[place] for place in (*new.values(), *changed)} - noted
        mark_changed(touched)
        noted |= touched
        revision.bump()
    unchanged = sum(map(known.__contains__, identities)) - len(changed) if known else 0
    return Counts(added=len(new), changed=len(changed), unchanged=unchanged)


def _known(keys: Sequence[str]) -> dict[Identity, tuple[int, str]]:
    return {
        (subject_id, kind, key): (record_id, mark)
        for subject_id, kind, key, record_id, mark in db.rows(
            _KNOWN.where(bulk.among(Record.key, keys)), {}
        )
    }


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


def _add(records: ReadyRecords, subject_ids: Sequence[int], batch_id: int | None) -> None:
    count = len(records)
    first = bulk.reserve("record", count)
    ids = range(first, first + count)
    columns = {"id": ids, "subject_id": subject_ids, "updated_at": [clock.now()] * count}
    columns |= {name: records[name] for name in COLUMNS}
    bulk.insert_columns(Record, columns, utf8=("details",))
    bulk.insert_columns(
        RecordOriginal,
        {
            "record_id": ids,
            "batch_id": [batch_id] * count,
            "row_number": records["row_number"],
            "row": records["original"],
        },
        utf8=("row",),
    )


def _change(record_id: int, record: ReadyRecords, batch_id: int | None) -> None:
    told = {name: record[name][0] for name in (*COLUMNS, "publish_until")}
    *ended, is_disputed = session.execute(_ENDINGS.where(Record.id == record_id)).one()
    told |= {name: told[name] or day for name, day in zip(ENDINGS, ended, strict=True)}
    facts = {name: told[name] for name in PUBLICATION_FACTS}
    published = publication(**facts, today=clock.today())
    told |= dict(zip(PUBLICATION, published, strict=True))
    told |= {
        "details": json.loads(told["details"]),
        "is_disputed": told["is_disputed"] or is_disputed,
        "updated_at": clock.now(),
    }
    del told["publish_until"]
    session.execute(update(Record).where(Record.id == record_id).values(told))
    session.execute(
        update(RecordOriginal)
        .where(RecordOriginal.record_id == record_id)
        .values(
            batch_id=batch_id,
            row_number=record["row_number"][0],
            row=record["original"][0].decode(),
        )
    )


def recompute_publication(record: Record) -> None:
    """Compute class, dates and basis of a stored record anew, from its own facts and the law."""
    facts: dict[str, Any] = {name: getattr(record, name, None) for name in PUBLICATION_FACTS}
    for name, value in zip(PUBLICATION, publication(**facts, today=clock.today()), strict=True):
        setattr(record, name, value)
