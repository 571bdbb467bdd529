"""How dates, numbers and codes are written, in both languages."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup

from portal.core import pdf
from portal.core.clock import CITY
from portal.core.text import N_
from portal.web import i18n

FAR = date(2099, 12, 31)
LONG_TERM = N_("长期")
DAY_FORMATS = {"zh": "y年M月d日", "en": "d MMMM y"}
INSTANT_FORMATS = {"zh": "{day} {hour:02}:{minute:02}", "en": "{day}, {hour:02}:{minute:02}"}


@lru_cache(maxsize=8192)
def _day(value: date, language: str) -> str:
    return format_date(value, DAY_FORMATS[language], locale=i18n.BABEL_LOCALES[language])


def day(value: date | None) -> str:
    """2026年10月15日 or 15 October 2026; nothing for None."""
    return "" if value is None else _day(value, i18n.locale())


def iso_day(value: str | None) -> str:
    """A day that was written down as 2026-10-15."""
    return day(date.fromisoformat(value)) if value else ""


def instant(value: datetime | str) -> str:
    """Day and minute in the city's time."""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    language = i18n.locale()
    local = value.astimezone(CITY)
    return INSTANT_FORMATS[language].format(
        day=_day(local.date(), language), hour=local.hour, minute=local.minute
    )


def number(value: int) -> str:
    """A count with the separators of the language."""
    return _number(value, i18n.locale())


@lru_cache(maxsize=1024)
def _number(value: int, language: str) -> str:
    return str(format_decimal(value, locale=i18n.BABEL_LOCALES[language]))


def term_end(value: date) -> str:
    """The last day of a term; the form's 2099-12-31 and later mean a long term."""
    return i18n.translate(LONG_TERM) if value >= FAR else day(value)


def printable(markup: Markup) -> Markup:
    """A printed page with a sign and the code point for every character no print font has."""
    return Markup(pdf.printable(str(markup)))  # noqa: S704  # it was escaped before


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        iso_day=iso_day,
        instant=instant,
        number=number,
        term_end=term_end,
        printable=printable,
    )
