"""Codes are compared on the second day of every month."""

from datetime import time

from portal.core.jobs import Schedule
from portal.ingest.service import wrong_codes


def check_codes() -> None:
    """Bring the work-lists of codes up to date."""
    wrong_codes.run()


HANDLERS = {"ingest.check_codes": check_codes}
SCHEDULES = (Schedule("ingest.check_codes", time(3, 0), day=2),)
