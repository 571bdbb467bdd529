"""The forms that files come on: their fields, and which column of a file holds which."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from portal.core.errors import Refused

FieldType = Literal[
    "text", "date", "amount", "code", "category", "class", "kind", "status", "identity",
    "scenario", "agent_class", "agent_state",
    "promise_kind", "promise_state",
]  # fmt: skip
HEADER_ROWS = 10
FEWEST_KNOWN = 3

_IGNORED = re.compile(r"[\s_()\[\]{}【】〔〕《》<>、,:;*/\-.]+")
_CODE_INSIDE = re.compile(r"[A-Za-z]{2}(?:_[A-Za-z0-9]+)+")
_SUFFIX = re.compile(r"[(\[【〔].*$")


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    code: str
    label: str
    type: FieldType
    to: str = ""
    aliases: tuple[str, ...] = ()
    length: int = 0
    required: tuple[str, ...] = ()
    needed: bool = False
    personal: Literal["", "name", "number"] = ""


@dataclass(frozen=True)
class Form:
    """A kind of file: the fields it may have, in the order of the official form."""

    kind: str
    fields: tuple[Field, ...]

    @cached_property
    def spellings(self) -> Mapping[str, int]:
        """Every normalised spelling of a label or code, with the place of its field."""
        known: dict[str, int] = {}
        for place, each in enumerate(self.fields):
            for spelling in (each.code, each.label, *each.aliases):
                known.setdefault(normalise(spelling), place)
        return known

    def place(self, to: str) -> int | None:
        """Where the field stands that becomes this fact."""
        return next((place for place, each in enumerate(self.fields) if each.to == to), None)


@dataclass(frozen=True)
class Layout:
    """One file's header read against a form: which cell is which field."""

    form: Form
    header: tuple[str, ...]
    header_row: int
    # For every field of the form the column that holds it, or None.
    columns: tuple[int | None, ...]
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=())


def normalise(label: str) -> str:
    """A label without what people vary: width, case, blanks, brackets, underscores."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", label).lower())


def find_layout(rows: Sequence[Sequence[str]], forms: Iterable[Form]) -> Layout:
    """The form and the header row of a file whose first rows are given, or a refusal."""
    found = [
        _layout(form, cells, place)
        for form in forms
        for place, cells in enumerate(rows[:HEADER_ROWS], 1)
    ]
    best = max(found, key=_score, default=None)
    if best is None or _score(best)[1] < min(FEWEST_KNOWN, len(best.form.fields)):
        raise Refused(
            "header_unknown", header="、".join(cell for cell in (rows or [[]])[0] if cell)
        )
    missing = _missing(best)
    if missing:
        raise Refused("columns_missing", kind=best.form.kind, columns="、".join(missing))
    _refuse_repeated(best)
    return best


def find_field(label: str, form: Form) -> int | None:
    """The field that a column of this label holds; also “名称(CODE)” and “名称(说明)”."""
    spellings = form.spellings
    inside = _CODE_INSIDE.search(label)
    attempts = [label, inside.group() if inside else "", _SUFFIX.sub("", _half_width(label))]
    return next(
        (spellings[key] for key in map(normalise, attempts) if key and key in spellings), None
    )


def _half_width(label: str) -> str:
    return unicodedata.normalize("NFKC", label)


def _layout(form: Form, cells: Sequence[str], header_row: int) -> Layout:
    header = list(cells)
    while header and not header[-1].strip():
        header.pop()
    places = [find_field(label, form) for label in header]
    held_by: dict[int, int] = {}
    for column, place in enumerate(places):
        if place is not None:
            held_by.setdefault(place, column)
    names = [
        label if place is None else form.fields[place].code
        for label, place in zip(header, places, strict=True)
    ]
    return Layout(
        form=form,
        header=tuple(header),
        header_row=header_row,
        columns=tuple(held_by.get(place) for place in range(len(form.fields))),
        unknown=tuple(
            label or f"第{column}列"
            for column, (label, place) in enumerate(zip(header, places, strict=True), 1)
            if place is None
        ),
        absent=tuple(
            each.label
            for place, each in enumerate(form.fields)
            if each.required and place not in held_by
        ),
        names=tuple(names),
    )


def _score(layout: Layout) -> tuple[bool, int, int]:
    known = sum(column is not None for column in layout.columns)
    return (not _missing(layout), known, -layout.header_row)


def _missing(layout: Layout) -> list[str]:
    return [
        each.label
        for each, column in zip(layout.form.fields, layout.columns, strict=True)
        if each.needed and column is None
    ]


def _refuse_repeated(layout: Layout) -> None:
    repeated = sorted({name for name in layout.names if name and layout.names.count(name) > 1})
    if repeated:
        raise Refused("columns_repeated", columns="、".join(repeated))
