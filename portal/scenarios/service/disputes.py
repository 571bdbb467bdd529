"""The mark that somebody objects to a grade itself; it says nothing of the objection."""

from sqlalchemy import delete

from portal.core import audit, clock, revision
from portal.core.db import session
from portal.scenarios.models import ScenarioFact
from portal.scenarios.rules import DISPUTED
from portal.scenarios.service.grading import recompute


def mark_disputed(subject_id: int, scenario: str, *, disputed: bool, actor: str) -> None:
    """Set or clear the mark of one grade; it shows on every surface with the next request."""
    session.execute(
        delete(ScenarioFact).where(
            ScenarioFact.subject_id == subject_id,
            ScenarioFact.scenario == scenario,
            ScenarioFact.key == DISPUTED,
        )
    )
    if disputed:
        session.add(
            ScenarioFact(
                subject_id=subject_id,
                scenario=scenario,
                key=DISPUTED,
                value="yes",
                from_on=clock.today(),
                updated_at=clock.now(),
            )
        )
    session.flush()  # the line of the list is computed from it at once
    recompute([subject_id])
    audit.record(
        "scenarios.dispute", "subject", subject_id, actor, scenario=scenario, disputed=disputed
    )
    revision.bump()
