"""What the fictional city is made from: the day, the places, the trades, and the chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

Thing = TypeVar("Thing")
Facts = dict[str, Any]

SOURCE = "演示数据"
CITY = "3404"
KINDS = {
    "91": "enterprise", "92": "individual_business", "93": "cooperative",
    "51": "social_organisation", "52": "social_organisation",
    "11": "government", "12": "government",
}  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A scenario of the work plan: who works in it, who watches over it, what gets recorded."""

    scenario: str
    weight: int
    kinds: tuple[str, ...]
    firms: tuple[str, ...]
    shops: tuple[str, ...]
    others: tuple[str, ...]
    scope: str
    body: str
    licences: tuple[str, ...]
    penalties: tuple[str, ...]
    inspection: str
    door_share: float


@dataclass(frozen=True)
class Town:
    """A town of the real city, where fictional subjects have their seats."""

    code: str
    name: str
    county: str

    @property
    def short(self) -> str:
        """田东街道 → 田东"""
        return self.name.removesuffix("街道").rstrip("镇乡") or self.name


@dataclass(frozen=True)
class Reported:
    """A fact that is reported in a scenario; its values stand best first."""

    key: str
    values: tuple[str, ...]
    examples: tuple[str, ...]
    months: int
    is_title: bool = False


@dataclass(frozen=True)
class Setting:
    """`months` says how long a record of each class is public at least and at most."""

    today: date
    towns: Sequence[Town]
    trades: Sequence[Trade]
    bodies: Mapping[str, str]
    months: Mapping[str, tuple[int, int]]
    scenarios: Mapping[str, Sequence[Reported]] = field(default_factory=dict)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days)


@dataclass(frozen=True)
class Door:
    """A code on a door, by its state on the day: valid, expired, replaced or revoked."""

    state: str
    id: str
    next_id: str = ""


class Life(NamedTuple):
    """A subject with everything that is on record about it."""

    subject: Facts
    records: list[Facts]
    door: Door | None = None
    facts: Sequence[Facts] = ()
    agents: Sequence[Facts] = ()


@dataclass
class Dice:
    """The chance of a city: the same seed throws the same numbers."""

    seed: int
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  # a city, not a secret
        self.throw = self.random.random

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[int(self.throw() * len(things))]

    def below(self, number: int) -> int:
        return int(self.throw() * number)

    def chance(self, share: float) -> bool:
        return self.throw() < share
