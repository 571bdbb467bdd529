"""Storing records: new ones, changed ones, and the rows they came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress, islice
from typing import Any, NamedTuple

from sqlalchemy import (
    bindparam,
    delete,
    select,
    update,
)

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
from portal.records.service.waiting import (
    CHANGE,
    CHANGE_ORIGINALS,
    COLUMNS,
    ENDED,
    ENDINGS,
    GATHERED,
    IDLE,
    IN_UTF8,
    MARK,
    MARK_WAITING,
    OVERTAKEN,
    PUT,
    PUT_ORIGINALS,
    WAITING,
)
from portal.subjects.models import Subject

CHUNK = 2000
# Rows of an earlier import that are looked at together.
LOOKED_AT = 20_000


@dataclass(slots=True)
class Counts:
    """What became of the rows of one storing; `strangers` are rows of subjects not on file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    strangers: list[RecordFacts] = field(default_factory=list)

    def add(self, more: "Counts") -> None:
        """Count these too."""
        self.added += more.added
        self.changed += more.changed
        self.unchanged += more.unchanged


_SUBJECTS = select(Subject.code, Subject.id)
_KNOWN = select(Record.subject_id, Record.kind, Record.key, Record.id, Record.fingerprint)

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


def store(rows: Iterable[RecordFacts]) -> Counts:
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
            storing = Storing(in_turn=True)
            counts.add(storing.take(ready_rows(found, clock.today()), ids))
            storing.put()
            storing.forget()
    return counts


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


class Put(NamedTuple):
    """What was put on file: the numbers that new records could have.

    Of those that were new when they were looked up others had put some on file meanwhile: so many
    of them say something else now, and so many the same.
    """

    ids: range
    changed: int = 0
    unchanged: int = 0


class Storing:
    """Records on their way in: looked up and gathered first, and put on file all at once.

    Until `put` nothing is written but a table of this connection alone, so that nobody waits for
    a writer who is still reading a large file. What others put on file meanwhile is found then.
    A transaction that is in turn anyway puts new records on file as they come, which takes less.
    """

    def __init__(self, *, in_turn: bool = False, batch_id: int | None = None) -> None:
        self.in_turn = in_turn
        self.batch_id = batch_id
        self.waiting = bulk.Waiting(WAITING)
        self.added = self.changed = 0
        self.touched: set[int] = set()
        # Every record of a number below this was there to be looked up.
        self.seen_below = bulk.reserve("record", 0) if in_turn else bulk.following("record")

    def take(self, records: ReadyRecords, subject_ids: Sequence[int]) -> Counts:
        """Gather records that were made ready, each about the subject at its place."""
        known = _known(records["key"])
        identities = list(zip(subject_ids, records["kind"], records["key"], strict=True))
        new = {each: place for place, each in enumerate(identities) if each not in known}
        met = zip(identities, records["fingerprint"], strict=True) if known else ()
        changed = [
            place
            for place, (each, mark) in enumerate(met)
            if each in known and known[each][1] != mark
        ]
        if new:
            some, ids = _picked(records, subject_ids, list(new.values()))
            if self.in_turn:
                _add(some, ids, self.batch_id)
            else:
                places = range(self.added, self.added + len(new))
                self._gather(some, ids, place=places)
            self.touched.update(ids)
        if changed:
            some, ids = _picked(records, subject_ids, changed)
            self._gather(some, ids, known_id=[known[identities[place]][0] for place in changed])
            self.touched.update(ids)
        unchanged = sum(map(known.__contains__, identities)) - len(changed) if known else 0
        self.added += len(new)
        self.changed += len(changed)
        return Counts(added=len(new), changed=len(changed), unchanged=unchanged)

    def _gather(
        self, records: ReadyRecords, subject_ids: Sequence[int], **told: Sequence[int]
    ) -> None:
        columns = {name: records[name] for name in GATHERED}
        self.waiting.add({"subject_id": subject_ids, **columns, **told}, utf8=IN_UTF8)

    def is_taken(self, record: ReadyRecords) -> bool:
        """Whether exactly this one record is on its way, or on file and nothing else on its way."""
        values = {name: record[name][0] for name in ("subject_code", "kind", "key")}
        mark = session.scalar(MARK_WAITING, values) if self.waiting.is_used else None
        return bool(record["fingerprint"][0] == (mark or session.scalar(MARK, values)))

    def put(self, *, batch_id: int | None = None) -> Put:
        """Put on file what was gathered."""
        put = Put(range(self.seen_below, self.seen_below + self.added))
        values = {"now": clock.now(), "batch_id": batch_id}
        if self.added and not self.in_turn:
            put = self._put_new(values)
        if self.changed or put.changed:
            self._change(values)
        if self.touched:
            mark_changed(self.touched)
            revision.bump()
        return put

    def _put_new(self, values: Mapping[str, Any]) -> Put:
        first = bulk.reserve("record", self.added)
        unchanged = changed = 0
        if first != self.seen_below:
            unchanged = _rows(session.execute(IDLE))
            changed = _rows(session.execute(OVERTAKEN))
        for statement in (PUT, PUT_ORIGINALS):
            session.execute(statement, {**values, "first": first})
        return Put(range(first, first + self.added), changed, unchanged)

    def forget(self) -> None:
        """Let go of what was gathered; to do so takes as long as to put it on file."""
        if self.waiting.is_used:
            self.waiting.drop()

    def _change(self, values: Mapping[str, Any]) -> None:
        """Records that came to an end here go one by one, all others together."""
        for row in session.execute(ENDED).all():
            _change(row, values["now"])
        session.execute(CHANGE, values)
        session.execute(CHANGE_ORIGINALS, values)


def _picked(
    records: ReadyRecords, subject_ids: Sequence[int], places: Sequence[int]
) -> tuple[ReadyRecords, Sequence[int]]:
    if len(places) == len(records):
        return records, subject_ids
    return records.pick(places), [subject_ids[place] for place in places]


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


def _rows(result: Any) -> int:
    return int(result.rowcount)


def _known(keys: Sequence[str]) -> dict[Identity, tuple[int, str]]:
    return {
        (subject_id, kind, key): (record_id, mark)
        for subject_id, kind, key, record_id, mark in db.rows(
            _KNOWN.where(bulk.among(Record.key, keys)), {}
        )
    }


def mark_changed(subject_ids: Iterable[int]) -> None:
    """Say that the records of these subjects are no longer what they were."""
    bulk.insert_columns(RecordChange, {"subject_id": sorted(subject_ids)})


def take_changed(limit: int) -> list[int]:
    """Take subjects whose records changed from the list; whoever takes one computes it anew."""
    oldest = select(RecordChange.id).order_by(RecordChange.id).limit(limit)
    taken = session.scalars(
        delete(RecordChange).where(RecordChange.id.in_(oldest)).returning(RecordChange.subject_id)
    )
    return sorted(set(taken))


def _change(row: Any, now: datetime) -> None:
    """Alter one record that was performed, repaired, withdrawn or disputed here: it stays so."""
    told = dict(row._mapping)
    record_id = told.pop("known_id")
    for name in ENDINGS:
        told[name] = told[name] or told.pop(f"was_{name}")
        told.pop(f"was_{name}", None)
    told["is_disputed"] |= told.pop("was_disputed")
    facts = {name: told[name] for name in PUBLICATION_FACTS}
    published = publication(**facts, today=clock.today())
    told |= dict(zip(PUBLICATION, published, strict=True))
    del told["publish_until"]
    session.execute(update(Record).where(Record.id == record_id).values(**told, updated_at=now))


def recompute_publication(record: Record) -> None:
    """Compute class, dates and basis of a stored record anew, from its own facts and the law."""
    facts: dict[str, Any] = {name: getattr(record, name, None) for name in PUBLICATION_FACTS}
    for name, value in zip(PUBLICATION, publication(**facts, today=clock.today()), strict=True):
        setattr(record, name, value)
