"""Rows of records turned into the facts that the records service stores."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from portal.ingest import content
from portal.ingest.rules.forms import Field, Layout
from portal.ingest.rules.originals import original_writer
from portal.ingest.rules.values import Remembered, show_amount
from portal.records import service as records

SHOWN = {"detail", "penalties", "fine_fen", "state", "old_state"}
TEXTS = {"authority_code", "summary", "source_unit", "source_code"}
STATES = {"state": "licence_states", "old_state": "old_licence_states"}
CLASSIFIED = "penalty"

Values = list[Any]


class RecordBuilder:
    """Makes facts of the rows of one file; where each fact stands is found once."""

    def __init__(self, layout: Layout, kind: str | None) -> None:
        form = layout.form
        self.place = form.place
        self.kind = kind
        self.write_original = original_writer(layout)
        self.details = [
            (place, each.label, _shower(each))
            for place, each in enumerate(form.fields)
            if each.to in SHOWN
        ]
        self.kind_place = form.place("kind")
        self.titles = [
            place
            for to in ("title", "certificate", "document", "penalties")
            if (place := form.place(to)) is not None
        ]
        self.penalty = tuple(map(form.place, ("penalties", "more_penalties", "procedure")))
        self.fine = form.place("fine_fen")
        self.given_class = form.place("record_class")
        self.pick = itemgetter(*self._sources(len(form.fields)))

    def build(self, values: Values, cells: Sequence[str], number: int) -> records.RecordFacts:
        kind = values[self.kind_place] if self.kind is None else self.kind  # type: ignore[index]
        record_class, basis = self._class(values) if kind == CLASSIFIED else (None, "")
        title = next((values[place] for place in self.titles if values[place]), "")
        details = tuple(
            [
                (label, show(values[place]))
                for place, label, show in self.details
                if values[place] not in (None, "")
            ]
        )
        original = self.write_original(cells)
        made = (None, "", False, kind, title, details, record_class, basis, original, number)
        return records.RecordFacts._make(self.pick((*values, *made)))

    def _sources(self, width: int) -> list[int]:
        """For each fact its place among the values of a row and what `build` adds to them."""
        names = ("kind", "title", "details", "record_class", "class_basis", "original")
        made = {name: place for place, name in enumerate((*names, "row_number"), width + 3)}
        nothing = {name: width + 1 for name in TEXTS} | {"is_disputed": width + 2}
        nothing |= {"override_authority": width + 1, "override_reason": width + 1}
        return [made.get(name, self._source(name, nothing.get(name, width))) for name in
                records.RecordFacts._fields]  # fmt: skip

    def _source(self, name: str, otherwise: int) -> int:
        place = self.place(name)
        return otherwise if place is None else place

    def _class(self, values: Values) -> tuple[str, str]:
        """The class that the source unit gives; otherwise the law data's, which says so."""
        given = values[self.given_class]  # type: ignore[index]
        if given:
            return given, ""
        first, second, procedure = (values[place] for place in self.penalty)  # type: ignore[index]
        penalties = f"{first}、{second}" if second else first
        found = records.classify(penalties, values[self.fine], procedure)  # type: ignore[index]
        return found.record_class, found.basis


def _shower(field: Field) -> Any:
    if field.type == "amount":
        return Remembered(show_amount).__getitem__  # type: ignore[arg-type]
    if field.to in STATES:
        states = content.words(STATES[field.to])
        return lambda value: states.get(value, value)
    return str
