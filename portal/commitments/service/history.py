"""What every step of a commitment leaves behind: its line of history, and a word to those above."""

from portal.commitments.models import Commitment, CommitmentChange, CommitmentStep
from portal.core import clock
from portal.core.db import session


def note(commitment: Commitment, name: str, by: str, text: str = "") -> None:
    """One line of the history, newest first."""
    commitment.steps.insert(0, CommitmentStep(name=name, at=clock.now(), by=by, note=text))


def changed(commitment: Commitment) -> None:
    """Say that conclusions drawn from this commitment are no longer right."""
    session.add(CommitmentChange(commitment_id=commitment.id))
