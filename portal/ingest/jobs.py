"""Large files are taken in and forgotten here; codes are compared once a month."""

from datetime import time

from portal.core import beside
from portal.core.db import session
from portal.core.jobs import Schedule
from portal.ingest.service import handed, wrong_codes


def check_codes() -> None:
    """Bring the work-lists of codes up to date."""
    wrong_codes.run()


def take_in(handed_id: int) -> None:
    """Take in a large file in a process of its own, as `portal ingest` does.

    That one may have helpers, keeps no page of this one waiting, and gives its memory back.
    """
    session.rollback()
    beside.command("take-in", str(handed_id))


HANDLERS = {
    "ingest.check_codes": check_codes,
    handed.TAKE_IN: take_in,
    handed.LET_GO: handed.let_go,
    "ingest.purge": handed.purge,
}
SCHEDULES = (
    Schedule("ingest.check_codes", time(3, 0), day=2),
    Schedule("ingest.purge", time(3, 25)),
)
