"""What happens to a record after it was stored: repaired, withdrawn, disputed, corrected."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.core import audit, clock, masking, revision
from portal.core.db import session
from portal.core.errors import Refused
from portal.records import rules
from portal.records.models import Record, RecordInRepair
from portal.records.service.storing import mark_changed, recompute_publication

# What an objection may have put right: the answer's name, and the column it stands in.
CORRECTABLE = ("title", "summary", "number", "decided_on", "valid_from", "valid_until",
               "performed_on", "record_class", "authority")  # fmt: skip


def get(record_id: int) -> Record | None:
    """One record, public or not."""
    return session.get(Record, record_id)


def of_subject(subject_id: int) -> list[Record]:
    """Every record of a subject, newest first, public or not."""
    return list(
        session.scalars(
            select(Record)
            .where(Record.subject_id == subject_id)
            .order_by(Record.decided_on.desc(), Record.id.desc())
        )
    )


def mark_in_repair(record_id: int, *, under_way: bool) -> None:
    """Note that repair of a record was asked for, or that this has come to an end."""
    noted = session.get(RecordInRepair, record_id)
    if under_way and noted is None:
        session.add(RecordInRepair(record_id=record_id, since_on=clock.today()))
    elif not under_way and noted is not None:
        session.delete(noted)


def in_repair(subject_id: int) -> set[int]:
    """The records of a subject whose repair is under way."""
    return set(
        session.scalars(
            select(RecordInRepair.record_id)
            .join(Record, Record.id == RecordInRepair.record_id)
            .where(Record.subject_id == subject_id)
        )
    )


def repair(record_id: int, *, on: date, actor: str) -> None:
    """Mark a record repaired: it stops being public on that day everywhere (Order 36)."""
    record = _need(record_id)
    record.repaired_on = on
    _end(record, on)
    _changed(record, "records.repair", actor, on=on.isoformat())


def withdraw(record_id: int, *, on: date, reason: str, actor: str) -> None:
    """Withdraw a record whose decision was changed or revoked (行政处罚法 Art. 48)."""
    record = _need(record_id)
    record.withdrawn_on = on
    _end(record, on)
    _changed(record, "records.withdraw", actor, on=on.isoformat(), reason=reason)


def reinstate(record_id: int, *, on: date, reason: str, actor: str) -> None:
    """Take a repair or a screening back; after a repair the days that were left count from `on`."""
    record = _need(record_id)
    before, record.repaired_on = record.repaired_on, None
    recompute_publication(record)
    if before is not None:
        record.public_until = rules.remaining_until(record.public_until, before, on)
    _changed(record, "records.reinstate", actor, repaired_on=_plain(before), reason=reason)


def screen(record_id: int, *, until: date, reason: str, actor: str) -> None:
    """Keep a record from the public until the end of a plan of reorganisation or settlement."""
    record = _need(record_id)
    record.public_from = until
    _changed(record, "records.screen", actor, until=until.isoformat(), reason=reason)


def mark_disputed(record_id: int, *, disputed: bool, actor: str) -> None:
    """Set or clear the mark that somebody objects to a record; nothing of the objection shows."""
    record = _need(record_id)
    record.is_disputed = disputed
    _changed(record, "records.dispute", actor, disputed=disputed)


def correct(record_id: int, changes: Mapping[str, Any], *, reason: str, actor: str) -> None:
    """Put right some fields of a record; the audit trail keeps what stood there before.

    Raises Refused for a field that cannot be corrected here.
    """
    record = _need(record_id)
    before = {}
    for name, value in changes.items():
        if name not in CORRECTABLE:
            raise Refused("field_not_correctable", name)
        before[name] = _plain(getattr(record, name))
        setattr(record, name, masking.mask_text(value) if isinstance(value, str) else value)
    recompute_publication(record)
    after = {name: _plain(value) for name, value in changes.items()}
    _changed(record, "records.correct", actor, before=before, after=after, reason=reason)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _need(record_id: int) -> Record:
    record = session.get(Record, record_id)
    if record is None:
        raise Refused("no_such_record")
    return record


def _end(record: Record, on: date) -> None:
    record.public_until = min(filter(None, (record.public_until, on)))


def _changed(record: Record, action: str, actor: str, **told: Any) -> None:
    record.updated_at = clock.now()
    mark_changed([record.subject_id])
    audit.record(action, "record", record.id, actor, **told)
    revision.bump()
