"""Statements compiled once and asked of the driver itself, for pages that only read.

SQLAlchemy takes longer to carry a small question to SQLite than SQLite takes to answer it.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Date, Dialect
from sqlalchemy.dialects import sqlite

Convert = Callable[[Any], Any]
LISTS = frozenset({list, tuple})

# SQLite takes parameters by name too, so one form of them is enough.
_SQLITE = sqlite.dialect(paramstyle="named", json_deserializer=json.JSONDecoder().decode)


class Prepared(NamedTuple):
    """A `select()` of columns in the words of one database, and what to do with the values."""

    words: str
    lists: dict[str, Sequence[str]]
    fixed: dict[str, Any]
    converts: tuple[tuple[str, Convert], ...]
    told: Callable[[Sequence[Any]], list[Any]]
    # Whether its words depend on how many values some lists have.
    takes_lists: bool

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as the driver takes them."""
        found = {**self.fixed, **values}
        for name, places in self.lists.items():
            found.update(zip(places, found.pop(name), strict=False))
        for name, convert in self.converts:
            found[name] = convert(found[name])
        return found


def prepared(statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> Prepared:
    """The statement for these values; the same again for lists of the same lengths."""
    found = _prepared(statement, dialect, ())
    if not found.takes_lists:
        return found
    lengths = [(name, len(value)) for name, value in values.items() if type(value) in LISTS]
    return _prepared(statement, dialect, tuple(lengths))


@lru_cache(maxsize=512)
def _prepared(statement: Any, dialect: Dialect, lengths: tuple[tuple[str, int], ...]) -> Prepared:
    dialect = _SQLITE if dialect.name == "sqlite" else dialect
    compiled = statement.compile(dialect=dialect)
    nothing = {name: [None] * length for name, length in lengths}
    state = compiled.construct_expanded_state(compiled.params | nothing)
    lists = {name: state.parameter_expansion.get(name, ()) for name in nothing}
    fixed: dict[str, Any] = {}
    converts = []
    for name, bind in compiled.binds.items():
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if dialect is _SQLITE and isinstance(bind.type, Date):
            # SQLAlchemy's own writes the same text in ten times as long.
            convert = date.isoformat
        if bind.value is not None:
            fixed[name] = convert(bind.value) if convert else bind.value
        elif convert:
            converts += [(place, convert) for place in lists.get(name, [name])]
    takes_lists = any(bind.expanding for bind in compiled.binds.values())
    told = _teller(statement, dialect)
    return Prepared(state.statement, lists, fixed, tuple(converts), told, takes_lists)


def _teller(statement: Any, dialect: Dialect) -> Callable[[Sequence[Any]], list[Any]]:
    """What makes rows with names of what the driver gives."""
    columns = statement.selected_columns
    row = namedtuple("row", columns.keys())  # type: ignore[misc]
    converts = []
    for place, column in enumerate(columns):
        convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if convert:
            converts.append((place, convert))
    make = partial(tuple.__new__, row)
    if not converts:
        return lambda found: list(map(make, found))

    def told(found: Sequence[Any]) -> list[Any]:
        if not found:
            return []
        cells: list[Any] = list(zip(*found, strict=True))
        for place, convert in converts:
            cells[place] = map(convert, cells[place])
        return list(map(make, zip(*cells, strict=True)))

    return told
