"""The only reader of the time; tests swap `source`."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CITY = ZoneInfo("Asia/Shanghai")


def _system() -> datetime:
    return datetime.now(UTC)


source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present instant, UTC and aware."""
    return source()


def today() -> date:
    """The present date in the city."""
    global _day
    if source is not _system:
        return source().astimezone(CITY).date()
    begins, ends, day = _day
    # Asked for every page from memory, so the calendar is asked once a day only.
    if not begins <= time.time() < ends:
        begins, ends, day = _day = _day_around(source())
    return day


def _day_around(instant: datetime) -> tuple[float, float, date]:
    """When the city's day at `instant` begins and ends, in seconds, and its date."""
    local = instant.astimezone(CITY)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    following = midnight + timedelta(days=1)
    return midnight.timestamp(), following.timestamp(), local.date()


_day = (0.0, 0.0, date.min)
