"""Subjects, records and door codes for tests: plain functions with defaults."""

import itertools
from datetime import date
from typing import Any

from portal.badges import service as badges
from portal.core import clock
from portal.core.db import session
from portal.core.digits import credit_check, organisation_check
from portal.records import service as records
from portal.subjects import service as subjects

FICTIONAL_REGION = "340499"
numbers = itertools.count(1)


def make_code(number: int | None = None, *, authority: str = "92") -> str:
    """A right credit code of the fictional region, another one each time."""
    middle = f"MA{next(numbers) if number is None else number:06d}"
    first17 = f"{authority}{FICTIONAL_REGION}{middle}{organisation_check(middle)}"
    return first17 + credit_check(first17)


def make_subject(name: str = "八公山区老街牛肉汤馆", **facts: Any) -> Any:
    """A stored subject, as its public row: `make_subject("…", signs=("老街牛肉汤",)).code`."""
    facts = {
        "code": make_code(),
        "kind": "individual_business",
        "registered_on": date(2019, 3, 8),
        "address": "示范街1号",
        "source_unit": "市场监督管理局",
        **facts,
    }
    subjects.store([subjects.SubjectFacts(name=name, **facts)])
    return subjects.public_row(facts["code"])


def make_record(subject: Any, kind: str = "licence", **facts: Any) -> Any:
    """A stored record of `subject`, as the listing has it; None when it is not public today."""
    number = facts.pop("number", f"淮许〔2026〕{next(numbers)}号")
    records.store(
        [
            records.RecordFacts(
                **{
                    "subject_code": subject.code,
                    "kind": kind,
                    "number": number,
                    "title": "食品经营许可",
                    "decided_on": date(2026, 3, 2),
                    "authority": "市场监督管理局",
                    "source_unit": "市场监督管理局",
                    **facts,
                }
            )
        ]
    )
    session.flush()  # what was stored in bulk must be read back at once
    page = records.public_page(subject.id, clock.today(), kind=kind, size=1000)
    return next((record for record in page if record.number == number), None)


def make_door_code(subject: Any, **options: Any) -> str:
    """The id of a new door code of `subject`."""
    (door_code,) = badges.issue([subject.id], actor="test", **options)
    return door_code
