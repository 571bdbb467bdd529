"""A deadline as an entry for somebody's own calendar."""

from datetime import timedelta

from portal.cases.models import CaseDeadline
from portal.core import clock

PRODUCT = "-//credit portal//deadlines//ZH"


def of_deadline(deadline: CaseDeadline) -> bytes:
    """An iCalendar file with the last day and a reminder the day before; no content of the case."""
    from icalendar import Alarm, Calendar, Event

    entry = Event()
    entry.add("uid", f"{deadline.case.reference}-{deadline.id}@credit-portal")
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", deadline.due_on)
    entry.add("dtend", deadline.due_on + timedelta(days=1))
    entry.add("summary", f"信用淮南 {deadline.case.shown_reference}")
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"信用淮南 {deadline.case.shown_reference}")
    alarm.add("trigger", timedelta(hours=-15))
    entry.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
