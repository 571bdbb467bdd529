"""Who looked at what is not public about a business: every look is a row."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.core import clock
from portal.core.db import session
from portal.reports.models import LookUp

MOST = 200


def note_look_up(
    subject_id: int, *, who: str, why: str, how: str, account_id: int | None = None,
    document_id: int | None = None,
) -> None:  # fmt: skip
    """Write down one look: who, why, when, and by which way (report, grant, share or desk)."""
    session.add(
        LookUp(
            subject_id=subject_id,
            account_id=account_id,
            who=who,
            why=why,
            how=how,
            document_id=document_id,
            at=clock.now(),
        )
    )


def lookups_of(subject_id: int, limit: int = MOST) -> Sequence[LookUp]:
    """Who looked a business up, newest first."""
    return session.scalars(
        select(LookUp)
        .where(LookUp.subject_id == subject_id)
        .order_by(LookUp.at.desc(), LookUp.id.desc())
        .limit(limit)
    ).all()
