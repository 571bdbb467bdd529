"""A file that comes again: rows that are on file as they stand in it need not be read anew.

The same bytes, read in the same way, say the same. So a row that was taken from them is left
alone as long as nothing else came for its record, its subject is what it was, and there was
nothing to say of the row. All others go the whole way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import compress
from typing import Any

from sqlalchemy import select

from portal.core.db import session
from portal.ingest import content
from portal.ingest.models import ImportBatch, TakenFile
from portal.ingest.reading import Piece
from portal.ingest.rules.forms import Form
from portal.ingest.service.quarantine import Outcome, Quarantine
from portal.records import service as records

# What the day decides: a row refused for it may be taken on another, before one taken from here.
OF_THE_DAY = "future_date"


@dataclass(slots=True)
class Passed:
    """The rows of a file that are passed over, and the imports that took them."""

    # By this the file is known when it comes again; empty where it will not be.
    digest: str = ""
    batch_ids: list[int] = field(default_factory=list)
    flags: bytearray = field(default_factory=bytearray)

    @property
    def count(self) -> int:
        """How many rows they are."""
        return self.flags.count(1)

    def holds(self, number: int | None) -> bool:
        """Whether the row of this number is one of them."""
        return number is not None and number < len(self.flags) and bool(self.flags[number])

    def without(self, piece: Piece) -> Piece:
        """The rows of a piece that are not passed over."""
        if not self.batch_ids:
            return piece
        is_left = [not self.holds(number) for number in piece.numbers]
        return Piece(
            list(compress(piece.numbers, is_left)),
            list(compress(piece.rows, is_left)),
            piece.faults,
        )

    def are_again(self, keys: Iterable[Any]) -> Sequence[bool]:
        """Which of the keys of some records are those of rows that were passed over."""
        keys = list(keys)
        known = records.row_numbers([key for _code, _kind, key in keys], self.batch_ids)
        return [self.holds(known.get(each)) for each in keys]


def find(outcome: Outcome, form: Form) -> Passed:
    """The rows that earlier imports took from the file of this one."""
    passed = Passed(_digest(outcome, form))
    taken = select(TakenFile, ImportBatch.started_at).join(ImportBatch)
    for file, started_at in session.execute(taken.where(TakenFile.digest == passed.digest)):
        ids = range(file.first_record, file.next_record)
        for numbers in records.untouched(file.batch_id, ids, since=started_at):
            passed.flags.extend(bytes(max(0, max(numbers) + 1 - len(passed.flags))))
            for number in numbers:
                passed.flags[number] = True
        for number in filter(passed.holds, file.noticed):
            passed.flags[number] = False
        passed.batch_ids.append(file.batch_id)
    return passed


def _digest(outcome: Outcome, form: Form) -> str:
    """What a file says and how it is read: equal where every row would be read alike."""
    told = (outcome.sha256, outcome.kind, records.READING, form, content.all_words(),
            records.law_on_file())  # fmt: skip
    return sha256(repr(told).encode()).hexdigest()


def remember(passed: Passed, quarantine: Quarantine, added: range) -> None:
    """Note which records an import added, for the day when its file comes again."""
    outcome = quarantine.outcome
    if passed.digest and outcome.added and OF_THE_DAY not in outcome.rules:
        session.add(
            TakenFile(
                batch_id=outcome.batch_id,
                digest=passed.digest,
                first_record=added.start,
                next_record=added.stop,
                noticed=quarantine.noticed,
            )
        )
