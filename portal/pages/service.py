"""The written pages of content/, in both languages, the glossary and the publication periods."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from portal.core import clock, content
from portal.records import service as records

LANGUAGES = ("zh", "en")
FENCE = "+++\n"
STATIC = Path(__file__).resolve().parents[2] / "static"
# Pictures are taken for screens that show two of their points where a page counts one.
PIXELS = 2


@dataclass(frozen=True, slots=True)
class Article:
    """One written page; `updated_on` is the day somebody last checked it."""

    title: str
    summary: str
    updated_on: date
    html: Markup
    # Of a piece of news: when it came out, and the day from which it is no longer shown.
    published_on: date | None = None
    expires_on: date | None = None


@cache
def article(name: str, language: str) -> Article | None:
    """The page content/<language>/<name>.md, or None; raises ContentError when it is malformed."""
    path = content.ROOT / language / f"{name}.md"
    if not path.is_file():
        return None
    _before, head, body = path.read_text("utf-8").split(FENCE, 2)
    facts = tomllib.loads(head)
    return Article(
        facts["title"],
        facts["summary"],
        facts["updated_on"],
        as_html(body),
        facts.get("published_on"),
        facts.get("expires_on"),
    )


def as_html(text: str) -> Markup:
    """Markdown as HTML in which nothing can run; pictures are our own and come when scrolled to."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.add_render_rule("image", _picture)
    html = nh3.clean(reader.render(text)).replace("<img ", '<img loading="lazy" ')
    return Markup(html)  # noqa: S704  # cleaned


def _picture(_self: Any, tokens: Sequence[Any], place: int, *_rest: Any) -> str:
    """`![what it shows](name)`: static/images/help/<name>.webp at half of its pixels."""
    token = tokens[place]
    name = f"images/help/{PurePath(token.attrs['src']).name}.webp"
    file = STATIC / name
    if not file.is_file():
        return ""
    data = file.read_bytes()
    width, height = (each // PIXELS for each in _size(data))
    version = hashlib.sha256(data).hexdigest()[:12]
    return (
        f'<img src="/static/{name}?v={version}" alt="{escape(token.content)}" '
        f'width="{width}" height="{height}">'
    )


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height of a lossless WebP, fourteen bits each (RFC 9649, section 3.4).

    Pillow, which could tell too, takes eight megabytes.
    """
    bits = int.from_bytes(picture[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


@cache
def help_articles(language: str) -> Sequence[tuple[str, Article]]:
    """Every help page with its address part, in the order of the list below."""
    found = [(name, article(f"help/{name}", language)) for name in HELP]
    return [(name, page) for name, page in found if page is not None]


HELP = ("search", "report", "verify", "repair", "objection", "complaint", "commitment", "track",
        "claim", "door-code")  # fmt: skip
NEWS = ("open-data", "repair-order-36")


def news(language: str) -> Sequence[tuple[str, Article]]:
    """What is news today, the newest first."""
    today = clock.today()
    found = [(name, article(f"news/{name}", language)) for name in NEWS]
    shown = [(name, page) for name, page in found if page and is_news(page, today)]
    return sorted(shown, key=lambda each: str(each[1].published_on), reverse=True)


def is_news(page: Article, today: date) -> bool:
    """Whether a piece of news is out and not over; what is over is not shown any more."""
    has_begun = page.published_on is not None and page.published_on <= today
    return has_begun and (page.expires_on is None or today < page.expires_on)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the glossary in both languages."""

    zh: str
    en: str


@cache
def glossary() -> Sequence[Word]:
    """The words that the site uses for its things, in the order of the file."""
    return [Word(row["zh"], row["en"]) for row in content.need("glossary.toml", "words")]


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
