"""The only reader of the time; tests swap `source`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
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
    return source().astimezone(CITY).date()
