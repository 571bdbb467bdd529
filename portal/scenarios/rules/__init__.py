"""A grade is a dated rule over facts and public records: points, limits, words, what is next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from portal.core.calendar import add_months
from portal.core.text import N_

# The key under which an open objection to a grade stands among the facts.
DISPUTED = "disputed"
GRADES = {
    "excellent": N_("优"),
    "good": N_("良"),
    "fair": N_("中"),
    "poor": N_("差"),
    "none": N_("未评"),
    "suspended": N_("暂停"),
}
# Best first; a limit is one of these, so the lowest is the one that comes last.
STEPS = ("excellent", "good", "fair", "poor", "suspended")
FULL = 100
NEVER = date(9999, 12, 31)
EXPIRED, MISSING = "expired", "missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one indicator may come to: points, a sentence, what to do, and perhaps a limit.

    `value` is that of a fact; `at_least` a count or a number. `limit` is the best grade that is
    still possible: `poor` is a veto, `suspended` stops the grade until the cause is gone.
    """

    points: int
    zh: str
    en: str
    value: str = ""
    at_least: int | None = None
    limit: str = ""
    advice_zh: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a rule: over a fact, or over public records of some kinds within a window."""

    key: str
    zh: str
    en: str
    full: int
    outcomes: tuple[Outcome, ...]
    fact: str = ""
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    months: int = 0


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact that departments report: its words, its values best first, and whether it is shown."""

    key: str
    zh: str
    en: str
    public: bool = True
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    valid_months: int = 0
    examples: tuple[str, ...] = ()
    absent_zh: str = ""
    absent_en: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the file on a subject: facts, records of some kinds, limits of the law, staff.

    Facts named in `by_year` are shown for every year, all others as they are today.
    """

    zh: str
    en: str
    facts: tuple[str, ...] = ()
    by_year: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    has_staff: bool = False


@dataclass(frozen=True)
class Rule:
    """A scenario of the work plan and, where it has one, its rule of grades."""

    slug: str
    number: int
    part: str
    field_zh: str
    field_en: str
    zh: str
    en: str
    badge_zh: str
    badge_en: str
    purpose_zh: str
    purpose_en: str
    listed_zh: str
    listed_en: str
    used_zh: str
    used_en: str
    not_zh: str
    not_en: str
    lead: tuple[str, ...]
    version: str
    effective_from: date
    notice_zh: str
    notice_en: str
    facts: tuple[FactKind, ...]
    cooperating: tuple[str, ...] = ()
    unrated_zh: str = ""
    unrated_en: str = ""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    holds_months: int = 0
    needs: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    licence: str = ""
    titles: tuple[str, ...] = ()
    file_zh: str = ""
    file_en: str = ""
    sections: tuple[Section, ...] = ()

    @property
    def is_rated(self) -> bool:
        return bool(self.indicators)

    @cached_property
    def used(self) -> frozenset[str]:
        """The facts that it looks at."""
        return frozenset({*self.needs, *(each.fact for each in self.indicators)})

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of record that it looks at."""
        return tuple(sorted({kind for each in self.indicators for kind in each.kinds}))


class Fact(NamedTuple):
    """A fact of one subject, true from one day to another, both included."""

    key: str
    value: str
    from_on: date
    until_on: date | None = None
    source_unit: str = ""


class RecordFact(NamedTuple):
    """What a rule sees of one record."""

    id: int
    kind: str
    record_class: str | None
    decided_on: date
    public_from: date
    public_until: date | None
    is_disputed: bool = False


class Line(NamedTuple):
    """What one indicator came to; `better_on` is the day its oldest adverse record leaves."""

    indicator: Indicator
    outcome: Outcome
    number: int
    record_ids: tuple[int, ...] = ()
    fact: Fact | None = None
    better_on: date | None = None
    is_disputed: bool = False

    @property
    def got(self) -> int:
        return self.outcome.points


class Given(NamedTuple):
    """What a grade was computed from."""

    rule: Rule
    facts: Sequence[Fact]
    records: Sequence[RecordFact]
    today: date


class Grade(NamedTuple):
    """A grade on a day with everything that explains it."""

    grade: str
    points: int
    lines: tuple[Line, ...]
    vetoes: tuple[Line, ...]
    missing: tuple[str, ...]
    is_out_of_date: bool
    holds_until: date | None
    given: Given
    # Somebody objects to the grade itself, not only to a record beneath it.
    is_contested: bool = False

    @property
    def is_disputed(self) -> bool:
        return self.is_contested or any(line.is_disputed for line in self.lines)

    @property
    def changes_on(self) -> date:
        """The next day on which what it was computed from changes, if nothing new comes."""
        rule, facts, records, today = self.given
        days = [rule.effective_from, self.holds_until or NEVER, NEVER]
        days += [day for fact in facts if fact.key in rule.used for day in _turns(fact)]
        for record in records:
            for indicator in rule.indicators:
                if _matches(indicator, record):
                    days += [record.public_from, _leaves_on(indicator, record)]
        return min([day for day in days if day > today])


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list is filtered by beside the grade: how the licence stands, which titles are held.

    `changes_on` is the next day on which one of them may change.
    """

    licence: str
    titles: tuple[str, ...]
    changes_on: date


@dataclass(frozen=True, slots=True)
class Climb:
    """What leads to the next grade: how many points are short, and which lines can give them."""

    grade: str
    short: int
    lines: tuple[Line, ...]


def grade(rule: Rule, facts: Sequence[Fact], records: Sequence[RecordFact], today: date) -> Grade:
    """The grade that `rule` gives on `today`."""
    by_key: dict[str, list[Fact]] = {}
    for fact in facts:
        by_key.setdefault(fact.key, []).append(fact)
    current = {key: _current(mine, today) for key, mine in by_key.items()}
    lines = tuple([_line(each, by_key, current, records, today) for each in rule.indicators])
    missing = tuple(
        key for key in rule.needs
        if current.get(key) is None and not _has_ended(by_key.get(key, ()), today)
    )  # fmt: skip
    known = [found.from_on for key in rule.needs if (found := current.get(key))]
    holds_until = add_months(max(known), rule.holds_months) if known else None
    is_out_of_date = holds_until is not None and holds_until <= today
    points = sum([line.outcome.points for line in lines])
    vetoes = tuple([line for line in lines if line.outcome.limit])
    is_early = today < rule.effective_from
    is_unrated = not rule.is_rated or bool(missing) or is_out_of_date or is_early
    return Grade(
        grade="none" if is_unrated else _limited(of_points(rule, points), vetoes),
        points=points,
        lines=lines,
        vetoes=vetoes,
        missing=missing,
        is_out_of_date=is_out_of_date,
        holds_until=holds_until,
        given=Given(rule, facts, records, today),
        is_contested=DISPUTED in by_key,
    )


def standing(rule: Rule, facts: Sequence[Fact], today: date) -> Standing:
    """The licence and the titles of a subject on a day; a licence has two values, good and not."""
    held = tuple(
        key for key in rule.titles
        if _current([fact for fact in facts if fact.key == key], today) is not None
    )  # fmt: skip
    mine = [fact for fact in facts if fact.key == rule.licence]
    current = _current(mine, today)
    licence = "none"
    if current:
        kind = next(each for each in rule.facts if each.key == rule.licence)
        licence = "valid" if current.value == next(iter(kind.values)) else "none"
    elif _has_ended(mine, today):
        licence = "expired"
    used = {rule.licence, *rule.titles}
    days = [day for fact in facts if fact.key in used for day in _turns(fact)]
    return Standing(licence, held, min((day for day in days if day > today), default=NEVER))


def _turns(fact: Fact) -> tuple[date, date]:
    """The day on which a fact begins, and the first day on which it is over."""
    return fact.from_on, fact.until_on + timedelta(1) if fact.until_on else NEVER


def of_points(rule: Rule, points: int) -> str:
    """The grade of a sum of points before any limit."""
    return next((step for step in STEPS[:3] if points >= rule.thresholds[step]), "poor")


def _limited(step: str, vetoes: Iterable[Line]) -> str:
    return max([step, *(line.outcome.limit for line in vetoes)], key=STEPS.index)


def _line(
    indicator: Indicator,
    facts: Mapping[str, Sequence[Fact]],
    current: Mapping[str, Fact | None],
    records: Sequence[RecordFact],
    today: date,
) -> Line:
    if key := indicator.fact:
        return _fact_line(indicator, current.get(key), facts.get(key, ()), today)
    if not records:
        return Line(indicator, _of_number(indicator.outcomes, 0), 0)
    counted = [record for record in records if _counts(indicator, record, today)]
    outcome = _of_number(indicator.outcomes, len(counted))
    ends = [_leaves_on(indicator, record) for record in counted]
    return Line(
        indicator, outcome, len(counted), tuple(record.id for record in counted),
        better_on=min(ends) if ends and outcome.points < indicator.full else None,
        is_disputed=any(record.is_disputed for record in counted),
    )  # fmt: skip


def _fact_line(indicator: Indicator, fact: Fact | None, facts: Sequence[Fact], today: date) -> Line:
    value = fact.value if fact else EXPIRED if _has_ended(facts, today) else MISSING
    if fact and value.isascii() and value.isdigit():
        return Line(indicator, _of_number(indicator.outcomes, int(value)), int(value), fact=fact)
    return Line(indicator, _of_value(indicator.outcomes, value), 0, fact=fact)


def _of_value(outcomes: Sequence[Outcome], value: str) -> Outcome:
    """The outcome of a value; one that the rule does not know counts as not reported."""
    for outcome in outcomes:
        if outcome.value == value and value:
            return outcome
    return next(outcome for outcome in outcomes if outcome.value == MISSING)


def _of_number(outcomes: Sequence[Outcome], number: int) -> Outcome:
    highest, found = -1, None
    for outcome in outcomes:
        step = outcome.at_least
        if step is not None and highest < step <= number:
            highest, found = step, outcome
    return found or _of_value(outcomes, MISSING)


def _current(facts: Sequence[Fact], today: date) -> Fact | None:
    """The newest fact that is true today."""
    newest = None
    for fact in facts:
        if fact.from_on > today or (fact.until_on is not None and fact.until_on < today):
            continue
        if newest is None or (fact.from_on, fact.value) > (newest.from_on, newest.value):
            newest = fact
    return newest


def _has_ended(facts: Sequence[Fact], today: date) -> bool:
    return any(fact.until_on and fact.until_on < today for fact in facts)


def _matches(indicator: Indicator, record: RecordFact) -> bool:
    is_class = not indicator.classes or record.record_class in indicator.classes
    return record.kind in indicator.kinds and is_class


def _leaves_on(indicator: Indicator, record: RecordFact) -> date:
    """The first day on which a record no longer counts."""
    window = add_months(record.decided_on, indicator.months) if indicator.months else NEVER
    return min(window, record.public_until or NEVER)


def _counts(indicator: Indicator, record: RecordFact, today: date) -> bool:
    if not _matches(indicator, record):
        return False
    return record.public_from <= today < _leaves_on(indicator, record)


def climb(rule: Rule, found: Grade) -> Climb | None:
    """What is short of the next grade; None for the best one and where there is no grade."""
    if found.grade not in STEPS[1:]:
        return None
    by_points = of_points(rule, found.points)
    is_held = STEPS.index(found.grade) > STEPS.index(by_points)
    above = by_points if found.grade == "suspended" else STEPS[STEPS.index(found.grade) - 1]
    short = max(rule.thresholds.get(above, 0) - found.points, 0)
    useful = [line for line in found.lines if line.got < line.indicator.full]
    wanted = [line for line in useful if line.outcome.limit] if is_held and not short else useful
    wanted.sort(key=lambda line: (not line.outcome.limit, line.got - line.indicator.full))
    return Climb(above, short, tuple(wanted))
