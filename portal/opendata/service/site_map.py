"""Which addresses search engines may know: the fixed pages, and subjects in parts."""

from sqlalchemy import func, select

from portal.core.db import session
from portal.scenarios import service as scenarios
from portal.subjects.models import Subject

# The format allows 50,000 addresses a file.
PART = 40_000
FIXED = ("/", "/search", "/scenarios/", "/code-check", "/verify", "/terms", "/services", "/help/",
         "/commitments/",
         "/news/", "/glossary", "/data/", "/about", "/privacy", "/accessibility")  # fmt: skip


def pages_of_map() -> list[str]:
    """The fixed pages and the scenarios."""
    return [*FIXED, *(f"/scenarios/{slug}" for slug in scenarios.rules())]


def subject_maps() -> int:
    """How many parts the map of subjects has."""
    return -(-(session.scalar(select(func.max(Subject.id))) or 0) // PART)


def subjects_of_map(number: int) -> list[str]:
    """The codes of one part; parts go by the subjects' numbers, so none ever moves."""
    first = (number - 1) * PART
    return list(
        session.scalars(
            select(Subject.code)
            .where(Subject.id > first, Subject.id <= first + PART)
            .order_by(Subject.id)
        )
    )
