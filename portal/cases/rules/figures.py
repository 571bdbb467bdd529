"""How punctual each unit is, from anonymous events that anybody can count again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

# Fewer cases than these say something of persons and nothing of a unit.
LEAST = 10
SATISFIED = 3
# Steps that give a case to another unit; their details name it under `after`.
HOPS = frozenset({"transfer", "assign", "escalate", "raise"})
# Only these say that the route was wrong, so only these count as transfers. A case also changes
# hands by `escalate` (late, it climbs) and `raise` (to a reviewer, or to the unit it was held for).
TRANSFERS = frozenset({"transfer", "assign"})
# A case that somebody looks at before any unit gets it.
HELD = "held"


@dataclass(frozen=True, slots=True)
class AnonymousEvent:
    """One anonymous event: a day, a unit, what happened, and what a clock or a mark said."""

    day: date
    unit: str
    kind: str
    step: str
    due_on: date | None = None
    met_on: date | None = None
    days: int | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the events of one unit come to."""

    unit: str
    received: int
    clocks: int
    on_time: int
    median_days: float | None
    transfers: int
    reopened: int
    rated: int
    satisfied: int
    answered: int

    @property
    def is_shown(self) -> bool:
        """Whether there are enough of them to be shown."""
        return self.received >= LEAST

    @property
    def on_time_share(self) -> int | None:
        """Whole per cents of clocks that were met."""
        return self.on_time * 100 // self.clocks if self.clocks else None

    @property
    def satisfied_share(self) -> int | None:
        """Whole per cents of marks from “basically satisfied” up; None for too few."""
        return self.satisfied * 100 // self.rated if self.rated >= LEAST // 2 else None


def count(events: Iterable[AnonymousEvent]) -> list[Figures]:
    """The figures of every unit, in the order of their keys."""
    by_unit: dict[str, list[AnonymousEvent]] = {}
    for event in events:
        by_unit.setdefault(event.unit, []).append(event)
    return [_of_unit(unit, by_unit[unit]) for unit in sorted(by_unit)]


def shown(figures: Sequence[Figures]) -> list[Figures]:
    """Those with enough cases."""
    return [each for each in figures if each.is_shown]


def whole(events: Sequence[AnonymousEvent]) -> Figures | None:
    """The figures of all units together; None for too few cases."""
    found = _of_unit("", events)
    return found if found.is_shown else None


def _of_unit(unit: str, events: Sequence[AnonymousEvent]) -> Figures:
    def of(step: str) -> list[AnonymousEvent]:
        return [event for event in events if event.step == step]

    clocks, rated = of("clock"), of("rated")
    days = [event.days for event in of("answered") if event.days is not None]
    return Figures(
        unit=unit,
        received=len(of("received")),
        clocks=len(clocks),
        on_time=sum(_is_met(event) for event in clocks),
        median_days=float(median(days)) if days else None,
        transfers=len(of("transferred")),
        reopened=len(of("reopened")),
        rated=len(rated),
        satisfied=sum(event.mark is not None and event.mark >= SATISFIED for event in rated),
        answered=len(days),
    )


def _is_met(event: AnonymousEvent) -> bool:
    return bool(event.met_on and event.due_on and event.met_on <= event.due_on)
