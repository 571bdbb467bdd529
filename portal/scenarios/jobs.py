"""Grades that may no longer be believed are computed anew: at once, and all of them at midnight."""

from datetime import time

from portal.core.jobs import Schedule
from portal.scenarios import service


def recompute() -> None:
    """Everything that the new day made stale."""
    while service.recompute_due():
        pass


HANDLERS = {"scenarios.recompute": recompute}
SCHEDULES = (Schedule("scenarios.recompute", time(0, 0)),)
SWEEPS = (service.take_commitments, service.recompute_due)
