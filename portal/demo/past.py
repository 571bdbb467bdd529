"""Doing something in the demo as if it were an earlier day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from portal.core import clock


@contextmanager
def on(day: date, *, hour: int = 10, minutes: int = 0) -> Iterator[None]:
    """Within it, it is that day in the city; only the command that fills the demo does this."""
    before = clock.source
    instant = datetime.combine(day, time(hour), tzinfo=clock.CITY) + timedelta(minutes=minutes)
    clock.source = lambda: instant
    try:
        yield
    finally:
        clock.source = before
