"""Every night the events of the day before are published."""

from datetime import time

from portal.core.jobs import Schedule
from portal.statistics import service


def publish() -> None:
    service.publish()


HANDLERS = {"statistics.publish": publish}
SCHEDULES = (Schedule("statistics.publish", time(0, 40)),)
