"""The daily files are made after midnight, and again when something was taken from the public."""

from datetime import time

from portal.core import jobs
from portal.core.jobs import Schedule
from portal.opendata import service

NAME = "opendata.files"


def make_files() -> None:
    """Make the files of the day."""
    service.make_files()


def make_when_behind() -> int:
    """Have the files made when they are missing or show what is gone."""
    if not service.is_behind():
        return 0
    jobs.enqueue(NAME, key=NAME)
    return 0


HANDLERS = {NAME: make_files}
SCHEDULES = (Schedule(NAME, time(0, 10)),)
SWEEPS = (make_when_behind,)
