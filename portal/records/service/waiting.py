"""Records that wait to be put on file, and the statements that put them there."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from portal.core.db import UTCDateTime
from portal.records.models import Record, RecordOriginal
from portal.records.service.ready import PUBLICATION
from portal.subjects.models import Subject

# What is stored of a record as it was made ready.
COLUMNS = (
    "kind", "key", "number", "title", "summary", "details", "decided_on", "published_on",
    "valid_from", "valid_until", "fine_fen", *PUBLICATION, "performed_on", "repaired_on",
    "withdrawn_on", "override_authority", "override_reason", "override_until", "is_disputed",
    "authority", "authority_code", "source_unit", "source_code", "fingerprint",
)  # fmt: skip
# What happened to a record here; a source unit that sends it again does not undo that.
ENDINGS = ("performed_on", "repaired_on", "withdrawn_on")

# What waits to be put on file, in a table of the connection that puts it there.
GATHERED = (*COLUMNS, "publish_until", "row_number", "original")
IN_UTF8 = ("details", "original")
_FILE: Table = Record.__table__  # type: ignore[assignment]
WAITING = Table(
    "waiting_record",
    MetaData(),
    # Among the new ones; or the record on file that says something else.
    Column("place", BigInteger),
    Column("known_id", BigInteger),
    Column("subject_id", BigInteger),
    *(Column(name, _FILE.c[name].type) for name in COLUMNS),
    Column("publish_until", Date),
    Column("row_number", Integer),
    Column("original", Text),
    Index("ix_waiting_record_key", "key"),
    prefixes=["TEMPORARY"],
)
_IS_NEW = WAITING.c.place.is_not(None)
_NEW_ID = WAITING.c.place + bindparam("first", type_=BigInteger)
_NOW: Any = bindparam("now", type_=UTCDateTime)
_BATCH: Any = bindparam("batch_id", type_=BigInteger)
_ORIGINALS: Table = RecordOriginal.__table__  # type: ignore[assignment]
PUT = insert(_FILE).from_select(
    ["id", "subject_id", "updated_at", *COLUMNS],
    select(_NEW_ID, WAITING.c.subject_id, _NOW, *(WAITING.c[name] for name in COLUMNS))
    .where(_IS_NEW),
)  # fmt: skip
PUT_ORIGINALS = insert(_ORIGINALS).from_select(
    ["record_id", "batch_id", "row_number", "row"],
    select(_NEW_ID, _BATCH, WAITING.c.row_number, WAITING.c.original).where(_IS_NEW),
)
_HAS_ENDED = or_(_FILE.c.is_disputed, *(_FILE.c[name].is_not(None) for name in ENDINGS))
ENDED = (
    select(
        WAITING.c.known_id, WAITING.c.publish_until, *(WAITING.c[name] for name in COLUMNS),
        *(getattr(Record, name).label(f"was_{name}") for name in ENDINGS),
        Record.is_disputed.label("was_disputed"),
    )
    .join(Record, Record.id == WAITING.c.known_id)
    .where(_HAS_ENDED)
)  # fmt: skip
CHANGE = (
    update(_FILE)
    .where(_FILE.c.id == WAITING.c.known_id, ~_HAS_ENDED)
    .values({name: WAITING.c[name] for name in COLUMNS} | {"updated_at": _NOW})
)
CHANGE_ORIGINALS = (
    update(_ORIGINALS)
    .where(_ORIGINALS.c.record_id == WAITING.c.known_id)
    .values(batch_id=_BATCH, row_number=WAITING.c.row_number, row=WAITING.c.original)
)
_ON_FILE = (
    select(_FILE.c.id)
    .where(
        _FILE.c.key == WAITING.c.key,
        _FILE.c.subject_id == WAITING.c.subject_id,
        _FILE.c.kind == WAITING.c.kind,
    )
    .correlate(WAITING)
)
IDLE = delete(WAITING).where(
    _IS_NEW, _ON_FILE.where(_FILE.c.fingerprint == WAITING.c.fingerprint).exists()
)
OVERTAKEN = (
    update(WAITING)
    .where(_IS_NEW, _ON_FILE.exists())
    .values(place=None, known_id=_ON_FILE.scalar_subquery())
)


def _mark_in(table: Any) -> Any:
    return (
        select(table.fingerprint)
        .join(Subject, Subject.id == table.subject_id)
        .where(
            Subject.code == bindparam("subject_code"),
            table.kind == bindparam("kind"),
            table.key == bindparam("key"),
        )
    )


MARK, MARK_WAITING = _mark_in(Record), _mark_in(WAITING.c)
