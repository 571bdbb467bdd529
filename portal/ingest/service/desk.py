"""Files handed in at the desk, and the list of rows that stayed out."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from portal.core.db import session
from portal.core.errors import Refused
from portal.core.uploads import MEGABYTE, TOGETHER_BYTES, shown_name
from portal.ingest.content import FILES, template
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.rules.findings import NAMES, Finding
from portal.ingest.rules.report import COLUMNS, report_row
from portal.ingest.service import run
from portal.ingest.service.quarantine import Outcome

__all__ = [
    "FILES", "LARGEST", "NAMES", "ROWS_SHOWN", "batch", "batches", "check", "counted",
    "earlier", "findings_of", "lines_of", "rows_of", "take_in", "template",
]  # fmt: skip

BATCHES_SHOWN = 50
ROWS_SHOWN = 200
# Bytes of a file that is taken at the desk.
LARGEST = TOGETHER_BYTES


class Said(NamedTuple):
    """What is said of one row, as `QuarantinedRow` has it."""

    row_number: int
    field: str
    value: str
    message: str


class Taken(NamedTuple):
    """What became of a file, and what was said of its first rows: of those that stay out or not."""

    outcome: Outcome
    kept_out: list[Said]
    noticed: list[Said]


class Remarks:
    """Gathers what is said of the first rows of a file."""

    def __init__(self) -> None:
        self.told: dict[bool, list[Said]] = {False: [], True: []}
        self.refused: set[int] = set()

    def note(self, number: int, finding: Finding) -> None:
        """Note a finding, as `run` reports it."""
        if not finding.is_notice:
            self.refused.add(number)
        if len(self.told[finding.is_notice]) < ROWS_SHOWN:
            said = Said(number, finding.field, finding.value, finding.message)
            self.told[finding.is_notice].append(said)

    def taken(self, outcome: Outcome) -> Taken:
        """All of it, with what became of the file."""
        noticed = [said for said in self.told[True] if said.row_number not in self.refused]
        return Taken(outcome, sorted(self.told[False], key=_place), sorted(noticed, key=_place))


def take_in(name: str, data: bytes, *, kind: str | None, is_dry_run: bool, actor: str) -> Taken:
    """Take in a file that was handed in; a dry run leaves nothing behind.

    Raises Refused when the file as a whole is too large or cannot be read.
    """
    check(name, data)
    remarks = Remarks()
    with as_file(name, data) as path:
        attempt = session.begin_nested() if is_dry_run else None
        try:
            outcome = run(path, kind=kind, actor=actor, report=remarks.note)
        except Refused as refusal:
            raise Refused(refusal.reason, "file", **refusal.data) from refusal
        finally:
            if attempt:
                attempt.rollback()
    return remarks.taken(outcome)


@contextmanager
def as_file(name: str, data: bytes) -> Iterator[Path]:
    """The data in a file of that name, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / shown_name(name)
        path.write_bytes(data)
        yield path


def check(name: str, data: bytes) -> None:
    """Raises Refused when nothing was handed in, or too much."""
    if not name:
        raise Refused("file_missing", "file")
    if len(data) > LARGEST:
        raise Refused("file_too_large", "file", most=LARGEST // MEGABYTE)


def _place(said: Said) -> int:
    return said.row_number


def batches() -> Sequence[ImportBatch]:
    """The newest imports."""
    query = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(BATCHES_SHOWN)
    return session.scalars(query).all()


def batch(batch_id: int) -> ImportBatch | None:
    """One import."""
    return session.get(ImportBatch, batch_id)


def earlier(found: ImportBatch) -> ImportBatch | None:
    """The last import before this one of the very same file as the same kind."""
    query = select(ImportBatch).where(
        ImportBatch.sha256 == found.sha256,
        ImportBatch.kind == found.kind,
        ImportBatch.id < found.id,
    )
    return session.scalars(query.order_by(ImportBatch.id.desc()).limit(1)).first()


def findings_of(batch_id: int) -> int:
    """How many remarks there are on rows that stayed out."""
    count = select(func.count()).where(QuarantinedRow.batch_id == batch_id)
    return session.scalar(count) or 0


def counted(batch_id: int) -> Sequence[Any]:
    """How many rows broke each rule, most first."""
    count = func.count().label("count")
    return session.execute(
        select(QuarantinedRow.rule, count)
        .where(QuarantinedRow.batch_id == batch_id)
        .group_by(QuarantinedRow.rule)
        .order_by(count.desc(), QuarantinedRow.rule)
    ).all()


def rows_of(batch_id: int, limit: int) -> Sequence[QuarantinedRow]:
    """Findings of rows that stayed out, in the order of the file."""
    query = select(QuarantinedRow).where(QuarantinedRow.batch_id == batch_id)
    return session.scalars(
        query.order_by(QuarantinedRow.row_number, QuarantinedRow.id).limit(limit)
    ).all()


def lines_of(batch_id: int, translate: Callable[..., str]) -> Iterable[Sequence[str]]:
    """The report file of an import: its header, and every finding as a line."""
    yield tuple(map(translate, COLUMNS))
    for row in rows_of(batch_id, limit=1_000_000):
        finding = Finding(row.field, row.rule, row.value, row.message)
        yield report_row(row.row_number, finding, translate)
