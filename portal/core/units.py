"""Units that act for a body, and who stands in conflict with whom."""

from collections.abc import Mapping
from dataclasses import dataclass

# The body that leads the city's work on credit; its reviewer is the second person everywhere.
CREDIT_OFFICE = "development-reform"


@dataclass(frozen=True, slots=True)
class Unit:
    """A body, or with `area` the station that it keeps in one of its towns."""

    body: str
    area: str = ""

    @property
    def key(self) -> str:
        """One word for both, as figures are counted by."""
        return f"{self.body}/{self.area}" if self.area else self.body


def unit_of_key(key: str) -> Unit:
    """The unit that a key names."""
    body, _slash, area = key.partition("/")
    return Unit(body, area)


def is_conflicted(unit: Unit, about: Unit, parents: Mapping[str, str | None]) -> bool:
    """Whether a unit is the one complained of, belongs to it, or answers to it."""
    if not about.body:
        return False
    if unit.body == about.body:
        return not about.area or unit.area == about.area
    if about.area:
        return False
    body = parents.get(unit.body)
    while body is not None:
        if body == about.body:
            return True
        body = parents.get(body)
    return False
