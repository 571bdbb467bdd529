"""How dates, numbers and codes are written, in both languages."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from portal.core import pdf
from portal.core.clock import CITY
from portal.core.text import MONTHS, N_
from portal.web import i18n
from portal.web.expressions import plain

FAR = date(2099, 12, 31)
COMMA = N_("，")
LONG_TERM = N_("长期")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
LENGTH = len("2026-10-15")
INSTANT_FORMATS = {"zh": "{day} {hour:02}:{minute:02}", "en": "{day}, {hour:02}:{minute:02}"}


# Two forms of a day and one of a number: Babel would bring the tables of every language for them.
@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    if language == "en":
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


@plain
def day(value: date | None) -> str:
    """2026年10月15日 or 15 October 2026; nothing for None."""
    return "" if value is None else _day(value, i18n.locale())


def iso_day(value: str | None) -> str:
    """A day that was written down as 2026-10-15."""
    return day(date.fromisoformat(value)) if value else ""


def written_day(value: str) -> date | None:
    """The day that a text is, written 2026-10-15; None for any other text."""
    if len(value) != LENGTH or not ISO_DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def in_words(value: str) -> str:
    """What was filled in, with a day written out."""
    return day(written_day(value)) or value


@plain
def instant(value: datetime | str) -> str:
    """Day and minute in the city's time."""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    language = i18n.locale()
    local = value.astimezone(CITY)
    return INSTANT_FORMATS[language].format(
        day=_day(local.date(), language), hour=local.hour, minute=local.minute
    )


@plain
def number(value: int) -> str:
    """A count with its thousands apart, which both languages do by a comma."""
    return f"{value:,}"


@plain
def term_end(value: date) -> str:
    """The last day of a term; the form's 2099-12-31 and later mean a long term."""
    return i18n.translate(LONG_TERM) if value >= FAR else day(value)


def phrases(parts: Iterable[str]) -> str:
    """What there is of some phrases, set apart by commas."""
    return str(i18n.translate(COMMA)).join(filter(None, parts))


def printable(markup: Markup) -> Markup:
    """A printed page with a sign and the code point for every character no print font has."""
    return Markup(pdf.printable(str(markup)))  # noqa: S704  # it was escaped before


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        iso_day=iso_day,
        written_day=written_day,
        instant=instant,
        number=number,
        term_end=term_end,
        phrases=phrases,
        printable=printable,
    )
