"""Reminders, and the nightly look for records that their owners could repair today."""

from datetime import time

from portal.core.jobs import Schedule
from portal.repair import service


def offer() -> None:
    service.offer_repairs()


HANDLERS = {"repair.remind": service.send_reminder, "repair.offer": offer}
SCHEDULES = (Schedule("repair.offer", time(6, 30)),)
