"""The written pages of content/, in both languages, and the terms of the law as rows."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from portal.core import content
from portal.records import service as records

LANGUAGES = ("zh", "en")
FENCE = "+++\n"


@dataclass(frozen=True, slots=True)
class Article:
    """One written page; `updated_on` is the day somebody last checked it."""

    title: str
    summary: str
    updated_on: date
    html: Markup


@dataclass(frozen=True, slots=True)
class TermRow:
    """One time limit of content/law/terms.toml as the public reads it."""

    zh: str
    en: str
    length: int
    unit: str
    from_zh: str
    from_en: str
    basis: str
    basis_en: str
    verified: bool


@cache
def article(name: str, language: str) -> Article | None:
    """The page content/<language>/<name>.md, or None; raises ContentError when it is malformed."""
    path = content.ROOT / language / f"{name}.md"
    if not path.is_file():
        return None
    _before, head, body = path.read_text("utf-8").split(FENCE, 2)
    facts = tomllib.loads(head)
    html = nh3.clean(MarkdownIt("commonmark").enable("table").render(body))
    return Article(facts["title"], facts["summary"], facts["updated_on"], Markup(html))  # noqa: S704  # cleaned


@cache
def help_articles(language: str) -> Sequence[tuple[str, Article]]:
    """Every help page with its address part, in the order of the list below."""
    found = [(name, article(f"help/{name}", language)) for name in HELP]
    return [(name, page) for name, page in found if page is not None]


HELP = ("search", "repair", "objection", "door-code")


@cache
def terms() -> Sequence[TermRow]:
    """Every time limit on file, in the order of the file."""
    columns = TermRow.__dataclass_fields__
    rows: list[dict[str, Any]] = content.need("law/terms.toml", "terms")
    return [TermRow(**{name: row[name] for name in columns}) for row in rows]


@dataclass(frozen=True, slots=True)
class Periods:
    """One instrument and what it says of each class."""

    instrument: Any
    classes: Sequence[records.ClassRule]


@cache
def periods() -> Sequence[Periods]:
    """Publication periods by instrument, the one in force first."""
    known = records.law_on_file()
    return [
        Periods(each, [known.classes[each.key, name] for name in records.CLASSES])
        for each in reversed(known.instruments)
    ]
