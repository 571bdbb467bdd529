"""Load the forms and the words of cells from content/ingest/."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from portal.core import content
from portal.ingest.rules.forms import Field, Form

FILES = ("enterprise", "licence", "penalty", "record", "fact", "agent", "sanction",
         "promise")  # fmt: skip
HEAD = "ingest/counterpart.toml"
WORDS = "ingest/words.toml"


@cache
def forms() -> Mapping[str, Form]:
    """Every form by its kind."""
    return {name: _form(f"ingest/{name}.toml") for name in FILES}


def template(kind: str) -> Path:
    """The empty file that a department fills in."""
    return content.ROOT / "ingest" / "templates" / f"{kind}.csv"


def words(key: str) -> Any:
    """One list or table of what cells mean."""
    return content.need(WORDS, key)


def all_words() -> Mapping[str, Any]:
    """Every list and table of what cells mean."""
    return content.load(WORDS)


def _form(path: str) -> Form:
    table = content.load(path)
    prefix = table.get("prefix", "")
    head = _fields(HEAD) if prefix else ()
    fields = (*(_with_prefix(each, prefix) for each in head), *_fields(path))
    return Form(content.need(path, "kind"), fields)


def _fields(path: str) -> tuple[Field, ...]:
    rows = content.need(path, "fields")
    return tuple(
        content.build(Field, row, f"{path}, fields {place}") for place, row in enumerate(rows, 1)
    )


def _with_prefix(field: Field, prefix: str) -> Field:
    return replace(
        field,
        code=field.code.replace("*", prefix),
        aliases=tuple(alias.replace("*", prefix) for alias in field.aliases),
    )
