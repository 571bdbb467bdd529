"""The mark that somebody objects to a grade itself; it says nothing of the objection."""

from sqlalchemy import delete, select

from portal.core import audit, revision
from portal.core.db import session
from portal.scenarios.models import DisputedGrade


def mark_disputed(subject_id: int, scenario: str, *, disputed: bool, actor: str) -> None:
    """Set or clear the mark of one grade; it shows on every surface with the next request."""
    session.execute(
        delete(DisputedGrade).where(
            DisputedGrade.subject_id == subject_id, DisputedGrade.scenario == scenario
        )
    )
    if disputed:
        session.add(DisputedGrade(subject_id=subject_id, scenario=scenario))
    audit.record(
        "scenarios.dispute", "subject", subject_id, actor, scenario=scenario, disputed=disputed
    )
    revision.bump()


def disputed(subject_ids: list[int], scenario: str) -> set[int]:
    """Which of these subjects have their grade in a scenario disputed."""
    return set(
        session.scalars(
            select(DisputedGrade.subject_id).where(
                DisputedGrade.scenario == scenario, DisputedGrade.subject_id.in_(subject_ids)
            )
        )
    )
