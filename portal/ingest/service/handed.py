"""Large files handed in at the desk: kept until a worker takes them in, so that no page waits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.core import audit, clock, db, jobs, sealing, storage
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.uploads import MEGABYTE, shown_name
from portal.ingest.models import HandedFile
from portal.ingest.service import Checked, check_alone, desk, store, tried

TAKE_IN, LET_GO = "ingest.take_in", "ingest.let_go"
PURPOSE = "handed file"
# From so many bytes or lines on a worker does it: it takes about a second.
LARGE_BYTES, LARGE_LINES = 2 * MEGABYTE, 5_000
# A workbook of this type is packed, to about an eighth.
PACKED, PACKING = b"PK\x03\x04", 8
# How long the page of a file stays, and a file that could not be taken in.
KEPT = timedelta(days=30)
# A refusal that is no fault of the file.
OURS = "helper_died"

# What a page says of a check, beside single rows.
COUNTED = ("rows", "added", "changed", "unchanged", "quarantined", "absent_columns",
           "unknown_columns")  # fmt: skip


def is_large(data: bytes) -> bool:
    """Whether a worker should take a file in; what no page takes is refused at once."""
    if len(data) > desk.LARGEST:
        return False
    size = len(data) * (PACKING if data.startswith(PACKED) else 1)
    return size >= LARGE_BYTES or data.count(b"\n") > LARGE_LINES


def hand_in(
    name: str, data: bytes, *, kind: str | None, is_dry_run: bool, actor: str
) -> HandedFile:
    """Keep a file and have a worker take it in.

    Raises Refused when it has no name, is too large or cannot be kept.
    """
    desk.check(name, data)
    try:
        key = storage.put(sealing.seal(data, PURPOSE))
    except storage.Full as error:
        raise Refused("file_not_stored", "file") from error
    handed = HandedFile(
        file_name=shown_name(name),
        kind=kind or "",
        is_dry_run=is_dry_run,
        actor=actor,
        handed_at=clock.now(),
        storage_key=key,
        told={},
    )
    session.add(handed)
    session.flush()  # its number is told
    audit.record(
        "ingest.hand_in", "handed_file", handed.id, actor,
        file=handed.file_name, dry_run=is_dry_run,
    )  # fmt: skip
    jobs.enqueue(TAKE_IN, key=str(handed.id), handed_id=handed.id)
    return handed


def take_in(handed_id: int) -> None:
    """Take in a file that waits, once, and commit, in a process that has no other threads.

    A refusal is its result, any other failure is tried again. It is read and checked before the
    transaction that writes; a second worker that did so too then finds it done.
    """
    with db.only_reading():
        handed = session.get_one(HandedFile, handed_id)
        is_done = _is_done(handed)
        session.commit()
    if is_done:
        return
    remarks = desk.Remarks()
    found = _check(handed, remarks)
    session.refresh(handed, with_for_update=True)
    if _is_done(handed):
        session.rollback()
        return
    if isinstance(found, Refused):
        handed.told = {"refused": found.reason, "data": found.data}
    elif handed.is_dry_run:
        attempt = session.begin_nested()
        outcome = tried(found)
        attempt.rollback()
        handed.told = _told(remarks.taken(outcome))
    else:
        handed.batch_id = store(found).batch_id
    jobs.enqueue(LET_GO, storage_key=handed.storage_key)
    session.commit()


def _check(handed: HandedFile, remarks: desk.Remarks) -> Checked | Refused:
    try:
        with desk.as_file(handed.file_name, _kept(handed.storage_key)) as path:
            return check_alone(
                path, kind=handed.kind or None, actor=handed.actor, report=remarks.note
            )
    except Refused as refusal:
        session.rollback()
        if refusal.reason == OURS:
            raise
        return refusal


def _is_done(handed: HandedFile) -> bool:
    return bool(handed.batch_id or handed.told)


def let_go(storage_key: str) -> None:
    """Forget a file, after the transaction that made it needless."""
    storage.delete(storage_key)


def _kept(key: str) -> bytes:
    try:
        data = sealing.unseal(storage.get(key), PURPOSE)
    except storage.Missing:
        data = None
    if data is None:
        raise Refused("file_lost")
    return data


def _told(taken: desk.Taken) -> dict[str, Any]:
    """What a check found, as the page of a small file has it."""
    return {
        "outcome": {name: getattr(taken.outcome, name) for name in COUNTED},
        "kept_out": [each._asdict() for each in taken.kept_out],
        "noticed": [each._asdict() for each in taken.noticed],
    }


def purge() -> None:
    """Forget what was handed in a month ago, and the files of which nothing became.

    What an import did is told by its own page, which stays.
    """
    old = select(HandedFile).where(HandedFile.handed_at < clock.now() - KEPT)
    for handed in session.scalars(old):
        if standing(handed) == "running":
            continue
        if not _is_done(handed):
            jobs.cancel(TAKE_IN, str(handed.id))
            jobs.enqueue(LET_GO, storage_key=handed.storage_key)
        session.delete(handed)


def kept_until(handed: HandedFile) -> date:
    """The last day of its page."""
    return (handed.handed_at + KEPT).astimezone(clock.CITY).date()


def find(handed_id: int) -> HandedFile | None:
    """One file that was handed in."""
    return session.get(HandedFile, handed_id)


def unfinished() -> Sequence[HandedFile]:
    """The newest files that wait, were refused or only checked: no import tells of them."""
    query = select(HandedFile).where(HandedFile.batch_id.is_(None))
    return session.scalars(query.order_by(HandedFile.id.desc()).limit(desk.BATCHES_SHOWN)).all()


def standing(handed: HandedFile) -> str:
    """waiting, running, again (it broke off and is tried once more), failed, refused or checked."""
    if handed.told:
        return "refused" if "refused" in handed.told else "checked"
    job = jobs.find(TAKE_IN, str(handed.id))
    if job is None or job.attempts == 0:
        return "waiting"
    if job.leased_until and job.leased_until > clock.now():
        return "running"
    return "failed" if job.attempts >= jobs.ATTEMPTS else "again"


def again_at(handed: HandedFile) -> datetime | None:
    """When a file that waits is tried next."""
    job = jobs.find(TAKE_IN, str(handed.id))
    return job.due_at if job else None
