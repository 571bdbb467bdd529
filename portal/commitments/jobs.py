"""Reminders of duties, the end of the ten minutes, and drafts that nobody went on with."""

from datetime import time

from portal.commitments import service
from portal.core.jobs import Schedule

HANDLERS = {
    "commitments.list": service.bump_when_listed,
    "commitments.remind": service.send_reminder,
    "commitments.overdue": service.tell_overdue,
    "commitments.purge": service.purge,
}
SCHEDULES = (
    Schedule("commitments.overdue", time(8, 30)),
    Schedule("commitments.purge", time(3, 40)),
)
