"""Large files are taken in here; codes are compared on the second day of every month."""

from datetime import time

from portal.core.jobs import Schedule
from portal.ingest.service import handed, wrong_codes


def check_codes() -> None:
    """Bring the work-lists of codes up to date."""
    wrong_codes.run()


HANDLERS = {
    "ingest.check_codes": check_codes,
    handed.TAKE_IN: handed.take_in,
    handed.LET_GO: handed.let_go,
}
SCHEDULES = (Schedule("ingest.check_codes", time(3, 0), day=2),)
