"""What changed for the public since a day: worked out from the dates, so that nothing is missed.

No list of changes is kept. A record counts as changed when it was stored or altered since the
day, or when its publication began or ended since then; what is told of it is how it stands today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import or_, select

from portal.core import clock
from portal.core.db import session
from portal.opendata import rules
from portal.records.models import Record
from portal.records.service import comes_to_pass, is_public_on
from portal.subjects.models import Subject

PAGE_SIZE = 1000
IN_FEED = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One record that is public now, or that is to be taken out of every copy."""

    record_id: int
    day: date
    code: str = ""
    name: str = ""
    kind: str = ""
    title: str = ""

    @property
    def is_gone(self) -> bool:
        return not self.code

    @property
    def told(self) -> dict[str, Any]:
        """In the published fields: of what is gone the number and the day, nothing else."""
        told = {"id": self.record_id, "op": "gone" if self.is_gone else "put",
                "day": self.day.isoformat()}  # fmt: skip
        if self.is_gone:
            return told
        return {**told, "subject": self.code, "record": f"/api/v1/subjects/{self.code}/records"}


def changes(since: str, after: str = "", size: int = PAGE_SIZE) -> dict[str, Any]:
    """One page of changes in the order of the records' numbers.

    Raises Refused for a bad day or a cursor that no answer gave.
    """
    today = clock.today()
    begin, last = rules.since(since, today), rules.key(after) or 0
    found = session.execute(
        _changed(begin, today).where(Record.id > last).order_by(Record.id).limit(size + 1)
    ).all()
    shown = _told(found[:size], today)
    return {
        "since": begin.isoformat(),
        "date": today.isoformat(),
        "changes": [change.told for change in shown],
        "next": shown[-1].record_id if len(found) > size else None,
        # Where to begin next time: the day of this answer once more, as it is not over yet.
        "next_since": today.isoformat(),
    }


def latest() -> list[Change]:
    """The newest changes of the last week, for readers of feeds."""
    today = clock.today()
    found = session.execute(
        _changed(rules.since("", today), today)
        .order_by(Record.updated_at.desc(), Record.id.desc())
        .limit(IN_FEED)
    ).all()
    return sorted(_told(found, today), key=lambda each: (each.day, each.record_id), reverse=True)


def _changed(begin: date, today: date) -> Any:
    midnight = datetime.combine(begin, time(), clock.CITY)
    return (
        select(
            Record.id, Record.kind, Record.title, Record.public_from, Record.public_until,
            Record.updated_at, Subject.code, Subject.name,
            is_public_on().label("is_public"),
        )
        .join(Subject, Subject.id == Record.subject_id)
        .where(
            or_(
                Record.updated_at >= midnight,
                comes_to_pass(Record.public_from, begin, today),
                comes_to_pass(Record.public_until, begin, today),
            )
        )
        .params(today=today)
    )  # fmt: skip


def _told(found: Sequence[Any], today: date) -> list[Change]:
    return [_change(row, today) for row in found]


def _change(row: Any, today: date) -> Change:
    updated_on = row.updated_at.astimezone(clock.CITY).date()
    if not row.is_public:
        day = rules.gone_on(row.public_from, row.public_until, updated_on, today)
        return Change(row.id, day)
    return Change(row.id, max(row.public_from, updated_on), row.code, row.name, row.kind, row.title)
