"""What became of a file's rows: counted, reported, and the refused ones put aside."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table, bindparam, insert, select

from portal.core import bulk
from portal.core.db import session
from portal.ingest.models import QuarantinedRow
from portal.ingest.rules.findings import Finding

GATHERED = 1000
COLUMNS = ("row_number", "field", "rule", "value", "message")
_ROWS: Table = QuarantinedRow.__table__  # type: ignore[assignment]
WAITING = Table(
    "waiting_quarantined_row",
    MetaData(),
    *(Column(name, _ROWS.c[name].type) for name in COLUMNS),
    prefixes=["TEMPORARY"],
)
_BATCH: Any = bindparam("batch", type_=BigInteger)
_PUT = insert(_ROWS).from_select(
    ["batch_id", *COLUMNS], select(_BATCH, *(WAITING.c[name] for name in COLUMNS))
)

Report = Callable[[int, Finding], None]


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    kind: str
    sha256: str
    batch_id: int = 0
    unknown_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    notices: int = 0
    rules: Counter[str] = field(default_factory=Counter)


class Quarantine:
    """Takes every finding of a file; rows with an error are kept for people to look at."""

    def __init__(self, outcome: Outcome, report: Report | None) -> None:
        self.outcome = outcome
        self.report = report
        self.found: list[tuple[Any, ...]] = []
        self.waiting = bulk.Waiting(WAITING)
        # Rows of which there was something to say and that may be taken all the same.
        self.noticed: list[int] = []

    def remark(self, row_number: int, findings: Sequence[Finding]) -> None:
        """Count and report findings of one row; notices alone do not keep it out."""
        errors = []
        for finding in findings:
            self.outcome.rules[finding.rule] += 1
            self.outcome.notices += finding.is_notice
            if self.report:
                self.report(row_number, finding)
            if not finding.is_notice:
                errors.append(finding)
        self.outcome.quarantined += bool(errors)
        if not errors and findings:
            self.noticed.append(row_number)
        self.found += [_columns(row_number, finding) for finding in errors]
        if len(self.found) >= GATHERED:
            self._gather()

    def _gather(self) -> None:
        self.waiting.add(dict(zip(COLUMNS, zip(*self.found, strict=True), strict=True)))
        self.found = []

    def put(self, batch_id: int) -> None:
        """Put aside what was found in the file of this import."""
        if self.found:
            self._gather()
        if self.waiting.is_used:
            session.execute(_PUT, {"batch": batch_id})


def _columns(row_number: int, finding: Finding) -> tuple[Any, ...]:
    """What is kept of a finding, in the order of COLUMNS."""
    value = finding.value.replace("\0", "")[:300]
    return row_number, finding.field[:60], finding.rule, value, finding.message
