"""Files handed in at the desk, and the list of rows that stayed out."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from portal.core.db import session
from portal.core.errors import Refused
from portal.core.uploads import shown_name
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.rules.findings import NAMES, Finding
from portal.ingest.rules.report import COLUMNS, report_row
from portal.ingest.service import run
from portal.ingest.service.quarantine import Outcome

__all__ = ["COLUMNS", "NAMES", "batch", "batches", "counted", "lines_of", "rows_of", "take_in"]

BATCHES_SHOWN = 50
ROWS_SHOWN = 200


def take_in(name: str, data: bytes, *, kind: str | None, is_dry_run: bool, actor: str) -> Outcome:
    """Take in a file that was handed in; a dry run leaves nothing behind.

    Raises Refused when the file as a whole cannot be read.
    """
    if not name or not data:
        raise Refused("file_missing", "file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / shown_name(name)
        path.write_bytes(data)
        if not is_dry_run:
            return run(path, kind=kind, actor=actor)
        attempt = session.begin_nested()
        try:
            return run(path, kind=kind, actor=actor)
        finally:
            attempt.rollback()


def batches() -> Sequence[ImportBatch]:
    """The newest imports."""
    query = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(BATCHES_SHOWN)
    return session.scalars(query).all()


def batch(batch_id: int) -> ImportBatch | None:
    """One import."""
    return session.get(ImportBatch, batch_id)


def counted(batch_id: int) -> Sequence[Any]:
    """How many rows broke each rule, most first."""
    count = func.count().label("count")
    return session.execute(
        select(QuarantinedRow.rule, count)
        .where(QuarantinedRow.batch_id == batch_id)
        .group_by(QuarantinedRow.rule)
        .order_by(count.desc(), QuarantinedRow.rule)
    ).all()


def rows_of(batch_id: int, limit: int = ROWS_SHOWN) -> Sequence[QuarantinedRow]:
    """Findings of rows that stayed out, in the order of the file."""
    query = select(QuarantinedRow).where(QuarantinedRow.batch_id == batch_id)
    return session.scalars(
        query.order_by(QuarantinedRow.row_number, QuarantinedRow.id).limit(limit)
    ).all()


def lines_of(batch_id: int) -> Iterable[Sequence[Any]]:
    """Every finding as a line of the report file."""
    for row in rows_of(batch_id, limit=1_000_000):
        yield report_row(row.row_number, Finding(row.field, row.rule, row.value, row.message))
