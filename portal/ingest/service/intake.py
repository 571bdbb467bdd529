"""The way of a file's prepared rows: compared with each other, stored, or put aside."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from portal.core.text import N_
from portal.ingest.rules.rows import RowReader
from portal.ingest.service.passing import Passed
from portal.ingest.service.prepare import Prepared
from portal.ingest.service.quarantine import Quarantine
from portal.ingest.service.storing import Store

REPEATED = N_("同一文件中已有完全相同的记录，本行没有再录入，可删去。")
ANOTHER_NAME = N_("这个代码在本门户登记的不是这个名称；请核对名称和代码，确认是同一主体后再导入。")
UNKNOWN = N_("本门户没有这个代码的主体；请先导入登记信息，再重新导入本文件。")
REMAINDERS = 1 << 16


class Seen:
    """Which keys a file had so far, by their hashes: a million take 25 MB, in a set it were 80."""

    def __init__(self) -> None:
        self.by_remainder: dict[int, array[int]] = defaultdict(partial(array, "q"))

    def for_the_first_time(self, key: int) -> bool:
        """Note a key; whether it was not noted before."""
        alike = self.by_remainder[key % REMAINDERS]
        if key in alike:
            return False
        alike.append(key)
        return True


class Intake:
    """Takes the rows of one file piece by piece, in their order."""

    def __init__(
        self, reader: RowReader, store: Store, quarantine: Quarantine, passed: Passed
    ) -> None:
        self.reader = reader
        self.store = store
        self.quarantine = quarantine
        self.outcome = quarantine.outcome
        self.passed = passed
        self.seen = Seen()

    def take(self, piece: Prepared) -> None:
        """Hand the rows that can be taken to the store; the others go to quarantine."""
        self.outcome.rows += piece.total + piece.passed
        for number, findings in piece.remarks:
            self.quarantine.remark(number, findings)
        self.outcome.unchanged += piece.passed
        is_new = list(map(self.seen.for_the_first_time, piece.keys))
        if self.passed.batch_ids and is_new:
            again = self.passed.are_again(self.store.keys(piece.facts))
            is_new = [new and not each for new, each in zip(is_new, again, strict=True)]
        if all(is_new):
            self._store(piece.facts)
        else:
            self._store_unseen(piece, is_new)

    def _store_unseen(self, piece: Prepared, is_new: Sequence[bool]) -> None:
        """Without the rows whose key this file had before."""
        fresh: list[int] = []
        for place, number in enumerate(piece.numbers):
            if is_new[place]:
                fresh.append(place)
            else:
                self._store(self.store.pick(piece.facts, fresh))
                fresh = []
                self._again(number, self.store.pick(piece.facts, [place]))
        self._store(self.store.pick(piece.facts, fresh))

    def _again(self, number: int, row: Any) -> None:
        """A key for the second time: the same row is idle, another one is a contradiction."""
        place, told = self.store.key_place, self.store.told_key(row)
        if self.store.is_stored(row):
            self.outcome.unchanged += 1
            finding = self.reader.finding(place, told, "repeated", REPEATED, is_notice=True)
        else:
            finding = self.reader.finding(place, told, "contradiction", self.store.contradiction)
        self.quarantine.remark(number, [finding])

    def _store(self, rows: Sequence[Any]) -> None:
        if not len(rows):
            return
        stored = self.store.store(rows)
        self.outcome.added += stored.added
        self.outcome.changed += stored.changed
        self.outcome.unchanged += stored.unchanged
        for number, code in stored.strangers:
            finding = self.reader.finding(self.reader.code, code, "unknown_subject", UNKNOWN)
            self.quarantine.remark(number, [finding])
        for number, name in stored.misnamed:
            place = self.store.name_place
            finding = self.reader.finding(place, name, "another_name", ANOTHER_NAME)
            self.quarantine.remark(number, [finding])
        for facts, to, rule, message in stored.refused:
            place = self.reader.layout.form.place(to) or 0
            told = str(getattr(facts, to) or "")
            finding = self.reader.finding(place, told, rule, message)
            self.quarantine.remark(facts.row_number, [finding])
