"""Who is acting: what pages and services are told of a signed-in person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["individual", "staff"]


# GB/T 22239-2019 asks for an idle limit; assessments expect 15 to 30 minutes, 10 to 15 for staff.
IDLE = {"individual": timedelta(minutes=30), "staff": timedelta(minutes=15)}


@dataclass(frozen=True)
class Actor:
    """A signed-in person; `level` is how surely we know who it is (1 phone, 2 name, 3 face)."""

    account_id: int
    name: str
    kind: Kind
    roles: frozenset[str]
    body: str | None
    area: str | None
    level: int

    @property
    def label(self) -> str:
        """What the audit trail calls this person."""
        return f"account:{self.account_id}"

    @property
    def idle_minutes(self) -> int:
        """After how many minutes without an act the session ends."""
        return int(IDLE[self.kind].total_seconds() // 60)


@dataclass(frozen=True)
class SignedIn:
    """One living session: its actor, and when that person last proved who they are."""

    actor: Actor
    session_id: str
    confirmed_at: datetime
    is_stale: bool
    """Whether it is time to note that the session was used."""
