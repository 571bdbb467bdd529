"""What accounts do later: hand messages over, take away what has run out."""

from datetime import time

from portal.accounts import service
from portal.core.jobs import Schedule

HANDLERS = {"accounts.deliver": service.deliver, "accounts.purge": service.purge}
SCHEDULES = (Schedule("accounts.purge", at=time(3, 20)),)
