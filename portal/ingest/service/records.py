"""Rows of records turned into the facts that the records service stores."""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from portal.core.remember import Remembered
from portal.ingest import content
from portal.ingest.rules.forms import Field, Layout
from portal.ingest.rules.originals import original_writer
from portal.ingest.rules.values import show_amount
from portal.records import service as records

SHOWN = {"detail", "penalties", "fine_fen", "state", "old_state"}
TITLES = ("title", "certificate", "document", "penalties")
STATES = {"state": "licence_states", "old_state": "old_licence_states"}
CLASSIFIED = "penalty"

Columns = Sequence[Sequence[Any]]
Pair = tuple[str, str]
_DEFAULTS = records.RecordFacts._field_defaults


class RecordBuilder:
    """Makes facts of the rows of one file; where each fact stands is found once."""

    def __init__(self, layout: Layout, kind: str | None) -> None:
        form = layout.form
        self.place = form.place
        self.kind = kind
        self.write_original = original_writer(layout)
        self.details = [
            (place, Remembered(_pairing(each)))
            for place, each in enumerate(form.fields)
            if each.to in SHOWN and layout.columns[place] is not None
        ]
        self.titles = [place for to in TITLES if (place := form.place(to)) is not None]

    def build(
        self, columns: Columns, cells: Sequence[Sequence[str]], numbers: Sequence[int]
    ) -> list[records.RecordFacts]:
        """The facts of rows whose values are given column by column."""
        kinds = repeat(self.kind) if self.kind else columns[self._known("kind")]
        classes, bases = self._classes(columns, len(numbers))
        made = {
            "kind": kinds,
            "title": self._title(columns),
            "details": self._details(columns, len(numbers)),
            "record_class": classes,
            "class_basis": bases,
            "original": map(self.write_original, cells),
            "row_number": numbers,
            "subject_name": columns[self._known("name")],
        }
        sources = [made.get(name) or self._column(columns, name) for name in
                   records.RecordFacts._fields]  # fmt: skip
        return list(map(records.RecordFacts._make, zip(*sources, strict=False)))

    def _known(self, to: str) -> int:
        place = self.place(to)
        assert place is not None, to  # noqa: S101 - the form of penalties or of records has it
        return place

    def _column(self, columns: Columns, name: str) -> Any:
        place = self.place(name)
        return repeat(_DEFAULTS[name]) if place is None else columns[place]

    def _title(self, columns: Columns) -> Any:
        """What the record is called: the first of some fields that is filled."""
        first, *others = (columns[place] for place in self.titles)
        if not others or "" not in first:
            return first
        return [next(filter(None, each), "") for each in zip(first, *others, strict=True)]

    def _details(self, columns: Columns, count: int) -> list[tuple[Pair, ...]]:
        pairs = [map(pair.__getitem__, columns[place]) for place, pair in self.details]
        if not pairs:
            return [()] * count
        return [tuple(filter(None, each)) for each in zip(*pairs, strict=True)]

    def _classes(self, columns: Columns, count: int) -> tuple[Any, Any]:
        """The class that the source unit gives; otherwise the law data's, which says so."""
        if self.kind != CLASSIFIED:
            return repeat(None, count), repeat("", count)
        names = ("record_class", "penalties", "more_penalties", "procedure", "fine_fen")
        told = zip(*(columns[self._known(name)] for name in names), strict=True)
        return tuple(zip(*map(_class, told), strict=True))  # type: ignore[return-value]


def _class(told: tuple[str | None, str, str, str, int | None]) -> tuple[str, str]:
    given, first, second, procedure, fine_fen = told
    if given:
        return given, ""
    found = records.classify(f"{first}、{second}" if second else first, fine_fen, procedure)
    return found.record_class, found.basis


def _pairing(field: Field) -> Callable[[Any], Pair | None]:
    """A value beside its label as the public page shows both; nothing where there is none."""
    show: Callable[[Any], str] = show_amount if field.type == "amount" else str
    if field.to in STATES:
        states = content.words(STATES[field.to])
        show = lambda value: states.get(value, value)  # noqa: E731

    def pair(value: Any) -> Pair | None:
        return None if value in (None, "") else (field.label, show(value))

    return pair
