"""One file in, in one transaction: read, check, store, count, refuse."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from portal.core import audit, clock
from portal.core.db import session
from portal.core.errors import Refused
from portal.ingest import content
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.reading import Row, Source, open_source
from portal.ingest.rules.codes import code_reader
from portal.ingest.rules.findings import Finding
from portal.ingest.rules.forms import HEADER_ROWS, Form, Layout, find_layout
from portal.ingest.rules.rows import RowReader
from portal.ingest.rules.values import Read, Remembered, amount_reader, date_reader, word_reader
from portal.ingest.service.storing import RecordStore, Store, SubjectStore
from portal.records import service as records
from portal.subjects.service import codes

__all__ = ["KINDS", "Outcome", "run"]

CHUNK = 2000
REGISTER, GENERAL = "enterprise", "record"
OWN_FORM = (REGISTER, "licence", "penalty")
KINDS = (REGISTER, *records.KINDS)

Report = Callable[[int, Finding], None]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """What became of a file."""

    kind: str
    sha256: str
    unknown_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    notices: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def run(
    path: Path,
    *,
    kind: str | None = None,
    actor: str,
    report: Report | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Take in a file; the caller commits, or rolls back for a dry run or after a refusal."""
    source = open_source(path)
    rows = source.rows()
    head = list(islice(rows, HEADER_ROWS))
    layout = find_layout([row.cells for row in head], _forms(kind))
    _refuse_without_kind(layout, kind)
    batch = _open_batch(path, source, kind or layout.form.kind)
    outcome = Outcome(batch.kind, source.sha256, layout.unknown, layout.absent)
    intake = _Intake(layout, source, _record_kind(layout, kind), batch, outcome, report)
    intake.take(chain(head[layout.header_row :], rows), source.lines, progress)
    _close_batch(batch, outcome, actor)
    return outcome


class _Intake:
    """The way of the rows of one file: read, checked, gathered, stored."""

    def __init__(
        self,
        layout: Layout,
        source: Source,
        kind: str | None,
        batch: ImportBatch,
        outcome: Outcome,
        report: Report | None,
    ) -> None:
        self.reader = RowReader(
            layout,
            _readers(layout.form, kind),
            blanks=content.words("blanks"),
            today=clock.today(),
            is_suspicious=source.is_suspicious,
        )
        is_register = layout.form.kind == REGISTER
        self.store: Store = SubjectStore(layout) if is_register else RecordStore(layout, kind, batch.id)
        self.batch_id = batch.id
        self.outcome = outcome
        self.report = report
        self.seen: set[int] = set()
        self.chunk: list[Any] = []
        self.refused: list[dict[str, Any]] = []

    def take(self, rows: Iterator[Row], lines: int, progress: Progress | None) -> None:
        read, build, key_of = self.reader.read, self.store.build, self.store.key
        chunk, seen, outcome = self.chunk, self.seen, self.outcome
        for row in rows:
            outcome.rows += 1
            if row.fault:
                self._remark(row.number, [Finding("", "quotes", "", row.fault)])
                continue
            values, findings = read(row.cells)
            if findings:
                self._remark(row.number, findings)
            if values is None:
                continue
            facts = build(values, row.cells, row.number)
            key = hash(key_of(facts))
            if key in seen:
                self._again(facts, row.number)
                continue
            seen.add(key)
            chunk.append(facts)
            if len(chunk) >= CHUNK:
                self._flush()
                if progress:
                    progress(row.number, lines)
        self._flush()

    def _again(self, facts: Any, number: int) -> None:
        """A key for the second time: the same row is idle, another one is a contradiction."""
        self._flush()
        if self.store.is_stored(facts):
            self.outcome.unchanged += 1
            message = "同一文件中已有完全相同的记录，本行没有再录入，可删去。"
            self._remark(number, [self._finding("repeated", facts, message, is_notice=True)])
            return
        message = self.store.contradiction
        self._remark(number, [self._finding("contradiction", facts, message)])

    def _finding(self, rule: str, facts: Any, message: str, *, is_notice: bool = False) -> Finding:
        place = self.store.key_place
        return self.reader.finding(place, rule, self.store.told_key(facts), message, is_notice=is_notice)

    def _flush(self) -> None:
        added, changed, unchanged, strangers = self.store.store(self.chunk)
        self.chunk.clear()
        self.outcome.added += added
        self.outcome.changed += changed
        self.outcome.unchanged += unchanged
        for facts in strangers:
            message = "本门户没有这个代码的主体；请先导入登记信息，再重新导入本文件。"
            finding = self.reader.finding(
                self.reader.code, "unknown_subject", facts.subject_code, message
            )
            self._remark(facts.row_number, [finding])
        if self.refused:
            session.execute(insert(QuarantinedRow), self.refused)
            self.refused.clear()

    def _remark(self, number: int, findings: Sequence[Finding]) -> None:
        """Report every finding; a row with an error is kept out and put into quarantine."""
        outcome = self.outcome
        for finding in findings:
            outcome.rules[finding.rule] += 1
            outcome.notices += finding.is_notice
            if self.report:
                self.report(number, finding)
        errors = [finding for finding in findings if not finding.is_notice]
        outcome.quarantined += bool(errors)
        self.refused += [_quarantined(self.batch_id, number, error) for error in errors]
        if len(self.refused) >= CHUNK:
            self._flush()


def _quarantined(batch_id: int, number: int, finding: Finding) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "row_number": number,
        "field": finding.field[:60],
        "rule": finding.rule,
        "value": finding.value.replace("\0", "")[:300],
        "message": finding.message,
    }


def _forms(kind: str | None) -> Sequence[Form]:
    if kind is None:
        return tuple(content.forms().values())
    return (content.forms()[kind if kind in OWN_FORM else GENERAL],)


def _record_kind(layout: Layout, kind: str | None) -> str | None:
    """The kind that every row has; none where each row names its own."""
    return layout.form.kind if layout.form.kind in OWN_FORM else kind


def _refuse_without_kind(layout: Layout, kind: str | None) -> None:
    if layout.form.kind == GENERAL and kind is None:
        place = layout.form.place("kind")
        if place is None or layout.columns[place] is None:
            raise Refused("kind_needed")


def _readers(form: Form, kind: str | None) -> dict[str, Remembered[Read]]:
    blanks = content.words("blanks")
    is_plainly_valid = codes.is_valid if form.kind != REGISTER else lambda _code: False
    kinds = content.words("kinds")
    if form.kind == GENERAL and kind is not None:
        kinds = {kind: [*kinds[kind], ""]}
    return {
        "date": date_reader(content.words("long_term"), blanks),
        "amount": amount_reader(blanks),
        "code": code_reader(codes.check, is_plainly_valid),
        "category": word_reader(
            "category", content.words("categories"), "类别应为法人及非法人组织、个体工商户或自然人。"
        ),
        "class": word_reader("class", content.words("classes"), "失信类别应为轻微、一般或严重。"),
        "status": word_reader("status", content.words("statuses"), "状态应为存续、注销、吊销或迁出。"),
        "kind": word_reader("kind", kinds, "信息类别不对；行政许可和行政处罚请用各自的模板。"),
    }


def _open_batch(path: Path, source: Source, kind: str) -> ImportBatch:
    now = clock.now()
    batch = ImportBatch(
        file_name=path.name[:200],
        sha256=source.sha256,
        kind=kind,
        started_at=now,
        finished_at=now,
        rows=0,
        added=0,
        changed=0,
        unchanged=0,
        quarantined=0,
    )
    session.add(batch)
    session.flush()  # rows refer to it
    return batch


def _close_batch(batch: ImportBatch, outcome: Outcome, actor: str) -> None:
    counted = {
        name: getattr(outcome, name)
        for name in ("rows", "added", "changed", "unchanged", "quarantined")
    }
    for name, number in counted.items():
        setattr(batch, name, number)
    batch.finished_at = clock.now()
    audit.record(
        "ingest.import", "import_batch", batch.id, actor,
        file=batch.file_name, sha256=batch.sha256, kind=batch.kind, **counted,
    )  # fmt: skip
    session.flush()
