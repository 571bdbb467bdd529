"""Time limits on the official calendar: holidays, weekends worked to make up, rest days."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from portal.core import content

Unit = Literal["working days", "days", "months", "years"]
DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Term:
    """A time limit and the provision it stands on."""

    length: int
    unit: Unit
    basis: str = ""
    verified: bool = True


@dataclass(frozen=True)
class NamedDay:
    """A holiday or a make-up working day, by the name that the notice gives it."""

    on: date
    name: str
    name_en: str


@dataclass(frozen=True)
class Deadline:
    """The last day of a term. `is_provisional`: a day in it is not announced yet, show “预计”."""

    started_on: date
    due_on: date
    term: Term
    is_provisional: bool
    rolled_from: date | None = None


@dataclass(frozen=True)
class Explanation:
    """How a deadline was counted, day by day and by name."""

    deadline: Deadline
    counted: tuple[date, ...]
    weekends: tuple[date, ...]
    holidays: tuple[NamedDay, ...]
    make_up_days: tuple[NamedDay, ...]


@dataclass(frozen=True)
class Calendar:
    """What the State Council announced for the loaded years; weekends alone for all others."""

    years: frozenset[int]
    holidays: Mapping[date, NamedDay] = field(default_factory=dict)
    workdays: Mapping[date, NamedDay] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The day itself if it is one."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def end(self, start: date, term: Term) -> Deadline:
        """The day on which a procedural term ends, 民法典 Art. 201-203."""
        last = self._last_day(start, term)
        due_on = self.next_working_day(last)
        return Deadline(
            started_on=start,
            due_on=due_on,
            term=term,
            is_provisional=not self.knows(start + DAY, due_on),
            rolled_from=last if last != due_on else None,
        )

    def explain(self, start: date, term: Term) -> Explanation:
        """How `end` came to its day: which days count, and which do not and why."""
        deadline = self.end(start, term)
        days = tuple(_days(start + DAY, deadline.due_on))
        in_work = term.unit == "working days"
        return Explanation(
            deadline=deadline,
            counted=tuple(day for day in days if self.is_working_day(day) or not in_work),
            weekends=tuple(day for day in days if self._is_plain_weekend(day)),
            holidays=tuple(self.holidays[day] for day in days if day in self.holidays),
            make_up_days=tuple(self.workdays[day] for day in days if day in self.workdays),
        )

    def working_days_between(self, start: date, end: date) -> int:
        """Counted from the day after `start` to `end`; none if it is not later."""
        return sum(map(self.is_working_day, _days(start + DAY, end)))

    def knows(self, first: date, last: date) -> bool:
        """Whether every day of a stretch was announced."""
        return all(map(self._is_announced, (first, last))) and all(
            year in self.years for year in range(first.year, last.year + 1)
        )

    def _is_announced(self, day: date) -> bool:
        """A year's notice may still move the last days of the year before, as that for 2019 did."""
        if day.year not in self.years:
            return False
        return day.year + 1 in self.years or (day.month, day.day) <= (12, 27)

    def _is_plain_weekend(self, day: date) -> bool:
        return not self.is_working_day(day) and day not in self.holidays

    def _last_day(self, start: date, term: Term) -> date:
        if term.unit == "working days":
            return self._after_working_days(start, term.length)
        return add(start, term)

    def _after_working_days(self, start: date, length: int) -> date:
        day = start
        for _ in range(length):
            day = self.next_working_day(day + DAY)
        return day


def add(start: date, term: Term) -> date:
    """The last day of a term counted in days, months or years, never moved off a rest day.

    Ends of publication are counted so: nothing is shown longer because of a holiday.
    """
    if term.unit == "days":
        return start + timedelta(days=term.length)
    if term.unit == "months":
        return add_months(start, term.length)
    if term.unit == "years":
        return add_months(start, 12 * term.length)
    raise ValueError("working days need a calendar")


def add_months(start: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return first.replace(day=min(start.day, (following - DAY).day))


@cache
def load() -> Calendar:
    """All files of content/calendar/."""
    names = sorted(file.name for file in (content.ROOT / "calendar").glob("*.toml"))
    files = {f"calendar/{name}": content.load(f"calendar/{name}") for name in names}
    years = {path: _year(path) for path in files}
    holidays = [day for path in files for day in _named(path, "holidays")]
    workdays = [day for path in files for day in _named(path, "workdays")]
    _check(holidays, workdays)
    return Calendar(
        years=frozenset(years.values()),
        holidays={day.on: day for day in holidays},
        workdays={day.on: day for day in workdays},
        sources={year: content.need(path, "source") for path, year in years.items()},
    )


def _year(path: str) -> int:
    year = content.need(path, "year")
    if path != f"calendar/{year}.toml":
        raise content.ContentError(f"content/{path}: key 'year' is {year}")
    return int(year)


def _named(path: str, key: str) -> Iterator[NamedDay]:
    rows: list[dict[str, Any]] = content.need(path, key)
    for row in rows:
        for day in row["days"]:
            yield NamedDay(day, row["name"], row["name_en"])


def _check(holidays: Iterable[NamedDay], workdays: Iterable[NamedDay]) -> None:
    rest = {day.on for day in holidays}
    for day in workdays:
        if day.on in rest or day.on.weekday() < SATURDAY:
            raise content.ContentError(f"content/calendar: {day.on} cannot be a make-up day")


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
