"""Rows of records turned into the facts that the records service stores."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from portal.core.remember import once_each
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


class RecordBuilder:
    """Makes records of the rows of one file ready; where each fact stands is found once."""

    def __init__(self, layout: Layout, kind: str | None, today: date) -> None:
        form = layout.form
        self.place = form.place
        self.kind = kind
        self.today = today
        self.write_originals = original_writer(layout)
        self.details = [
            (place, each.label, _showing(each))
            for place, each in enumerate(form.fields)
            if each.to in SHOWN and layout.columns[place] is not None
        ]
        self.titles = [place for to in TITLES if (place := form.place(to)) is not None]
        self.plain = {
            name: place
            for name in records.RecordFacts._fields
            if (place := form.place(name)) is not None
        }

    def build(
        self, columns: Columns, cells: Sequence[Sequence[str]], numbers: Sequence[int]
    ) -> records.ReadyRecords:
        """The records of rows whose values are given column by column."""
        count = len(numbers)
        told = {name: columns[place] for name, place in self.plain.items()}
        told |= {
            "kind": [self.kind] * count if self.kind else columns[self._known("kind")],
            "title": self._title(columns),
            "details": self._details(columns, count),
            "original": self.write_originals(cells),
            "row_number": numbers,
            "subject_name": columns[self._known("name")],
        }
        if self.kind == CLASSIFIED:
            told |= self._classes(columns)
        return records.make_ready(told, self.today)

    def _known(self, to: str) -> int:
        place = self.place(to)
        assert place is not None, to  # noqa: S101 - the form of penalties or of records has it
        return place

    def _title(self, columns: Columns) -> Any:
        """What the record is called: the first of some fields that is filled."""
        first, *others = (columns[place] for place in self.titles)
        if not others or "" not in first:
            return first
        return [next(filter(None, each), "") for each in zip(first, *others, strict=True)]

    def _details(self, columns: Columns, count: int) -> list[bytes]:
        told = [(label, once_each(show, columns[place])) for place, label, show in self.details]
        return records.written_details(told, count)

    def _classes(self, columns: Columns) -> dict[str, Sequence[Any]]:
        """The class that the source unit gives; otherwise the law data's, which says so."""
        names = ("record_class", "penalties", "more_penalties", "procedure", "fine_fen")
        told = list(zip(*(columns[self._known(name)] for name in names), strict=True))
        classes, bases = zip(*once_each(_class, told), strict=True)
        return {"record_class": classes, "class_basis": bases}


def _class(told: tuple[str | None, str, str, str, int | None]) -> tuple[str, str]:
    given, first, second, procedure, fine_fen = told
    if given:
        return given, ""
    found = records.classify(f"{first}、{second}" if second else first, fine_fen, procedure)
    return found.record_class, found.basis


def _showing(field: Field) -> Callable[[Any], str]:
    """What writes a value as the public page shows it; nothing where there is none."""
    if field.to in STATES:
        states = content.words(STATES[field.to])
        return lambda value: str(states.get(value, value))
    if field.type == "amount":
        return lambda fen: "" if fen is None else show_amount(fen)
    return lambda value: "" if value is None else str(value)
