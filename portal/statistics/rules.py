"""What the published events are called in the file, and the lengths of the bars."""

import re
from dataclasses import dataclass
from datetime import date

from portal.core.text import MONTHS

COLUMNS = ("day", "unit", "kind", "step", "due_on", "met_on", "days", "mark")
BAR = 200


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: whose, how long of two hundred, and the number it says."""

    unit: str
    length: int
    value: int


def bar(unit: str, value: int, most: int) -> Bar:
    """A bar whose whole length is `most`."""
    return Bar(unit, value * BAR // most if most else 0, value)


def is_month(text: str) -> bool:
    """Whether a text is a month: 2026-10."""
    return re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) is not None


def month_in_words(month: str, language: str) -> str:
    """2026年10月 or October 2026, for 2026-10."""
    year, number = int(month[:4]), int(month[5:])
    return f"{MONTHS[number - 1]} {year}" if language == "en" else f"{year}年{number}月"


def is_over(month: str, today: date) -> bool:
    """Whether a month (2026-10) has ended before `today`."""
    return month < f"{today:%Y-%m}"
