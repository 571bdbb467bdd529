"""Read the dated facts under content/ and say clearly which file and key is wrong."""

import dataclasses
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")
ROOT = Path(__file__).resolve().parents[2] / "content"


class ContentError(Exception):
    """A file under content/ that cannot be used; the message names file and key."""


@cache
def load(path: str) -> dict[str, Any]:
    """A TOML file under content/, read once. Raises ContentError."""
    file = ROOT / path
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ContentError(f"content/{path}: no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"content/{path}: {error}") from error


def need(path: str, key: str) -> Any:
    """The value of one key at the top of a file."""
    table = load(path)
    if key not in table:
        raise ContentError(f"content/{path}: key '{key}' is missing")
    return table[key]


def build(kind: type[Value], row: Mapping[str, Any], where: str) -> Value:
    """A frozen value from a table; every missing or unknown key is named."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in row:
        if name not in fields:
            raise ContentError(f"content/{where}: key '{name}' is unknown")
    for name, field in fields.items():
        if name not in row and _is_required(field):
            raise ContentError(f"content/{where}: key '{name}' is missing")
    return kind(**{name: _frozen(value) for name, value in row.items()})


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    nothing = dataclasses.MISSING
    return field.default is nothing and field.default_factory is nothing


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
