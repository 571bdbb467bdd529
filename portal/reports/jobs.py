"""Reports whose records were corrected since say so, every morning."""

from datetime import time

from portal.core.jobs import Schedule
from portal.reports import service

HANDLERS = {"reports.end_corrected": service.end_corrected}
SCHEDULES = (Schedule("reports.end_corrected", at=time(4, 10)),)
