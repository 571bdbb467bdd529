"""What is done with the rows of a file without the database: read, checked, made ready."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import compress
from typing import Any, NamedTuple

from portal.ingest.reading import Piece
from portal.ingest.rules.columns import read_columns
from portal.ingest.rules.findings import Finding
from portal.ingest.rules.rows import RowReader
from portal.ingest.service.passing import Passed

Columns = Sequence[Sequence[Any]]
Remark = tuple[int, Sequence[Finding]]


class Prepared(NamedTuple):
    """A piece of a file: what is to be said of its rows, and the facts of those to be taken.

    `total` leaves out the rows that were `passed` over. `numbers` and `keys`, which are hashes,
    are those of the facts; `last` is the number of the last row that is not empty, 0 where all are.
    """

    total: int
    passed: int
    last: int
    remarks: Sequence[Remark]
    numbers: Sequence[int]
    facts: Any
    keys: Sequence[int]


class Preparer:
    """Prepares the rows of one file piece by piece."""

    def __init__(
        self,
        reader: RowReader,
        build: Callable[[Columns, Sequence[Sequence[str]], Sequence[int]], Any],
        keys: Callable[[Any], Iterable[Hashable]],
        passed: Passed,
    ) -> None:
        self.reader = reader
        self.build = build
        self.keys = keys
        self.passed = passed

    def prepare(self, piece: Piece) -> Prepared:
        """Read the rows together; those of which there is something to say one by one."""
        last = max([0, *piece.numbers[-1:], *(number for number, _ in piece.faults[-1:])])
        total = len(piece.rows)
        piece = self.passed.without(piece)
        read = read_columns(self.reader, piece.rows)
        numbers = list(compress(piece.numbers, read.is_clean))
        rows = list(compress(piece.rows, read.is_clean))
        columns = read.columns
        remarks: list[Remark] = [
            (number, [Finding("", "quotes", "", fault)]) for number, fault in piece.faults
        ]
        if len(rows) < len(piece.rows):
            taken = list(self._one_by_one(piece, read.is_clean, remarks))
            if taken:
                columns, rows, numbers = _merged(columns, rows, numbers, taken)
        remarks.sort(key=_first)
        facts = self.build(columns, rows, numbers) if numbers else ()
        return Prepared(
            total=len(piece.rows) + len(piece.faults),
            passed=total - len(piece.rows),
            last=last,
            remarks=remarks,
            numbers=numbers,
            facts=facts,
            keys=list(map(hash, self.keys(facts))) if numbers else (),
        )

    def _one_by_one(
        self, piece: Piece, is_clean: Sequence[bool], remarks: list[Remark]
    ) -> Iterable[tuple[int, Sequence[str], Sequence[Any]]]:
        """The rows that have something to say and can be taken all the same."""
        for number, cells, clean in zip(piece.numbers, piece.rows, is_clean, strict=True):
            if clean:
                continue
            values, findings = self.reader.read(cells)
            remarks.append((number, findings))
            if values is not None:
                yield number, cells, values


def _merged(
    columns: Columns, rows: list[list[str]], numbers: list[int], taken: Sequence[Any]
) -> tuple[Columns, list[list[str]], list[int]]:
    """Further rows at their places among the others, in the order of the file."""
    more_numbers, more_rows, more_values = zip(*taken, strict=True)
    numbers = [*numbers, *more_numbers]
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    more_columns = list(zip(*more_values, strict=True))
    whole = [
        [*column, *more] for column, more in zip(columns or [()] * len(more_columns), more_columns,
                                                 strict=True)
    ]  # fmt: skip
    rows = [*rows, *more_rows]
    return (
        [[column[place] for place in order] for column in whole],
        [rows[place] for place in order],
        [numbers[place] for place in order],
    )


def _first(remark: Remark) -> int:
    return remark[0]
