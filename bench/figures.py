"""One measured figure, what it should be, and how it is printed."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A goal is a comparison such as `<= 0.25`; without one the figure only informs."""

    name: str
    value: float
    unit: str
    goal: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if not self.goal:
            return None
        sign, _, wanted = self.goal.partition(" ")
        return COMPARE[sign](self.value, float(wanted))

    def __str__(self) -> str:
        line = f"{self.name}: {shown(self.value)} {self.unit}"
        if self.met is None:
            return line
        return f"{line} (goal {self.goal}, {'met' if self.met else 'not met'})"

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}


def shown(value: float) -> str:
    """Three digits that count, whole numbers as they are."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)
