"""How accounts are protected: the numbers in force, for whoever has to prove them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from portal.accounts import rules
from portal.accounts.models import Account
from portal.accounts.service.proving import DEMO_ADDRESS
from portal.accounts.service.registering import _hasher, breached
from portal.core.actor import IDLE
from portal.core.db import session


@dataclass(frozen=True)
class Standards:
    """What the rules say now, and how many accounts of staff there are."""

    shortest: int
    known: int
    hashing: str
    failures: int
    lock_minutes: int
    idle_minutes: int
    staff_idle_minutes: int
    staff_longest_hours: int
    staff: int
    without_factor: int
    of_demo: int
    roles: dict[str, int]


def standards() -> Standards:
    """As they are enforced, not as somebody wrote them down."""
    open_accounts = select(Account).where(Account.closed_at.is_(None))
    staff = session.scalars(open_accounts.where(Account.kind == "staff")).all()
    demo = select(func.count()).where(Account.email.endswith(DEMO_ADDRESS, autoescape=True))
    hasher = _hasher()
    return Standards(
        shortest=rules.PASSWORD_SHORTEST,
        known=len(breached()),
        hashing=f"argon2{hasher.type.name.lower()}, {hasher.memory_cost // 1024} MiB",
        failures=rules.MOST_FAILURES,
        lock_minutes=_minutes(rules.FAILURE_WINDOW),
        idle_minutes=_minutes(IDLE["individual"]),
        staff_idle_minutes=_minutes(IDLE["staff"]),
        staff_longest_hours=_minutes(rules.LONGEST["staff"]) // 60,
        staff=len(staff),
        without_factor=sum(not each.has_second_factor for each in staff),
        of_demo=session.scalar(demo) or 0,
        roles={role: sum(role in each.roles for each in staff) for role in sorted(_roles(staff))},
    )


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _roles(staff: Collection[Account]) -> set[str]:
    return {role for each in staff for role in each.roles}
