"""What became of a file's rows: counted, reported, and the refused ones put aside."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert

from portal.core.db import session
from portal.ingest.models import QuarantinedRow
from portal.ingest.rules.findings import Finding

GATHERED = 1000

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

    def __init__(self, batch_id: int, outcome: Outcome, report: Report | None) -> None:
        self.batch_id = batch_id
        self.outcome = outcome
        self.report = report
        self.waiting: list[dict[str, Any]] = []
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
        self.waiting += [self._columns(row_number, finding) for finding in errors]
        if len(self.waiting) >= GATHERED:
            self.store()

    def store(self) -> None:
        """Write what was gathered."""
        if self.waiting:
            session.execute(insert(QuarantinedRow), self.waiting)
            self.waiting = []

    def _columns(self, row_number: int, finding: Finding) -> dict[str, Any]:
        return {
            "batch_id": self.batch_id,
            "row_number": row_number,
            "field": finding.field[:60],
            "rule": finding.rule,
            "value": finding.value.replace("\0", "")[:300],
            "message": finding.message,
        }
