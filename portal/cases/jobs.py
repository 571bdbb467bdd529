"""Every night: say which clocks ran out, and forget drafts that nobody touched."""

from datetime import time

from portal.cases import service
from portal.cases.service import drafts
from portal.core import clock
from portal.core.jobs import Schedule


def watch_clocks() -> None:
    service.recount()
    service.note_late(clock.today())


def purge_drafts() -> None:
    drafts.purge(clock.today())


HANDLERS = {"cases.watch_clocks": watch_clocks, "cases.purge_drafts": purge_drafts}
SCHEDULES = (
    Schedule("cases.watch_clocks", time(0, 5)),
    Schedule("cases.purge_drafts", time(2, 30)),
)
