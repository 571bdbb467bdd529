"""The way of a file's rows: read, checked, compared with each other, stored."""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

from portal.ingest.reading import Row
from portal.ingest.rules.columns import read_columns
from portal.ingest.rules.findings import Finding
from portal.ingest.rules.rows import RowReader
from portal.ingest.service.quarantine import Quarantine
from portal.ingest.service.storing import Store

Numbered = tuple[int, Any]

REPEATED = "同一文件中已有完全相同的记录，本行没有再录入，可删去。"
ANOTHER_NAME = "这个代码在本门户登记的不是这个名称；请核对名称和代码，确认是同一主体后再导入。"
UNKNOWN = "本门户没有这个代码的主体；请先导入登记信息，再重新导入本文件。"


class Intake:
    """Takes the rows of one file chunk by chunk."""

    def __init__(self, reader: RowReader, store: Store, quarantine: Quarantine) -> None:
        self.reader = reader
        self.store = store
        self.quarantine = quarantine
        self.outcome = quarantine.outcome
        # Hashes of keys, not the keys: a million of them take some sixty megabytes.
        self.seen: set[int] = set()

    def take(self, rows: Sequence[Row]) -> None:
        """Store the rows that can be taken; the others go to quarantine."""
        self.outcome.rows += len(rows)
        read = read_columns(self.reader, [row.cells for row in rows])
        clean = list(compress(rows, read.is_clean))
        facts = self._build(read.columns, clean)
        if len(clean) < len(rows):
            facts = sorted([*facts, *self._one_by_one(rows, read.is_clean)], key=_number)
        self._store(self._unseen(facts))
        self.quarantine.store()

    def _build(self, columns: Sequence[Sequence[Any]], rows: Sequence[Row]) -> list[Numbered]:
        if not rows:
            return []
        numbers = [row.number for row in rows]
        built = self.store.build(columns, [row.cells for row in rows], numbers)
        return list(zip(numbers, built, strict=True))

    def _one_by_one(self, rows: Sequence[Row], is_clean: Sequence[bool]) -> Iterator[Numbered]:
        for row in compress(rows, (not clean for clean in is_clean)):
            if row.fault:
                self.quarantine.remark(row.number, [Finding("", "quotes", "", row.fault)])
                continue
            values, findings = self.reader.read(row.cells)
            self.quarantine.remark(row.number, findings)
            if values is not None:
                yield from self._build([[value] for value in values], [row])

    def _unseen(self, facts: Sequence[Numbered]) -> Sequence[Numbered]:
        """Without the rows whose key this file had before."""
        keys = [hash(self.store.key(each)) for _, each in facts]
        different = set(keys)
        if len(different) == len(keys) and self.seen.isdisjoint(different):
            self.seen |= different
            return facts
        fresh: list[Numbered] = []
        for key, numbered in zip(keys, facts, strict=True):
            if key in self.seen:
                self._store(fresh)
                fresh = []
                self._again(*numbered)
            else:
                self.seen.add(key)
                fresh.append(numbered)
        return fresh

    def _again(self, number: int, facts: Any) -> None:
        """A key for the second time: the same row is idle, another one is a contradiction."""
        place, told = self.store.key_place, self.store.told_key(facts)
        if self.store.is_stored(facts):
            self.outcome.unchanged += 1
            finding = self.reader.finding(place, told, "repeated", REPEATED, is_notice=True)
        else:
            finding = self.reader.finding(place, told, "contradiction", self.store.contradiction)
        self.quarantine.remark(number, [finding])

    def _store(self, numbered: Sequence[Numbered]) -> None:
        if not numbered:
            return
        stored = self.store.store([facts for _, facts in numbered])
        self.outcome.added += stored.added
        self.outcome.changed += stored.changed
        self.outcome.unchanged += stored.unchanged
        for facts in stored.strangers:
            code = facts.subject_code
            finding = self.reader.finding(self.reader.code, code, "unknown_subject", UNKNOWN)
            self.quarantine.remark(facts.row_number, [finding])
        for facts in stored.misnamed:
            place, told = self.store.name_place, facts.subject_name
            finding = self.reader.finding(place, told, "another_name", ANOTHER_NAME)
            self.quarantine.remark(facts.row_number, [finding])
        for facts, to, rule, message in stored.refused:
            place = self.reader.layout.form.place(to) or 0
            told = str(getattr(facts, to) or "")
            finding = self.reader.finding(place, told, rule, message)
            self.quarantine.remark(facts.row_number, [finding])


def _number(numbered: Numbered) -> int:
    return numbered[0]
