"""Answers that are not sent yet: kept on the server, for any device of their owner."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from portal.cases.models import Case, Draft
from portal.cases.service import files
from portal.core import clock, ids
from portal.core.db import session

DAYS_KEPT = 60
ID_LENGTH = 26


class Sent(Exception):
    """What was a draft is a case now; whoever goes back to the draft is led there."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def begin(kind: str, about: str, *, account_id: int | None) -> Draft:
    """The draft of this person about this thing; a new one when there is none."""
    if account_id is not None:
        known = session.scalar(
            select(Draft).where(
                Draft.account_id == account_id, Draft.kind == kind, Draft.about == about
            )
        )
        if known is not None:
            return known
    draft = Draft(
        id=ids.random_id(ID_LENGTH),
        kind=kind,
        about=about,
        account_id=account_id,
        answers={},
        started_at=clock.now(),
    )
    touch(draft)
    session.add(draft)
    session.flush()  # its address is asked for at once
    return draft


def get(
    draft_id: str, *, account_id: int | None, kind: str = "", keys: Sequence[str] = ()
) -> Draft | None:
    """A draft of this account, or one whose key this visitor holds; of one kind if named.

    Raises Sent when it became a case of theirs. `keys` are numbers of drafts and of cases.
    """
    owner: ColumnElement[bool] = Draft.id.in_(list(keys)) & Draft.account_id.is_(None)
    if account_id is not None:
        owner = or_(owner, Draft.account_id == account_id)
    query = select(Draft).where(Draft.id == draft_id, owner)
    if kind:
        query = query.where(Draft.kind == kind)
    # Locked: of two who send it, the later one waits here and then finds the case.
    found = session.scalar(query.with_for_update())
    if found is None:
        _check_sent(draft_id, account_id, keys)
    return found


def _check_sent(draft_id: str, account_id: int | None, keys: Sequence[str]) -> None:
    case = session.scalar(select(Case).where(Case.intent == draft_id))
    if case is None:
        return
    is_of_account = account_id is not None and account_id == case.account_id
    if is_of_account or {draft_id, case.reference} & set(keys):
        raise Sent(case.reference)


def of_account(account_id: int) -> list[Draft]:
    """What a person began and did not send, newest first."""
    query = select(Draft).where(Draft.account_id == account_id)
    return list(session.scalars(query.order_by(Draft.changed_at.desc(), Draft.id)))


def save(draft: Draft, **answers: Any) -> None:
    """Keep answers of one page beside those of the others."""
    draft.answers = {**draft.answers, **answers}
    touch(draft)


def discard(draft: Draft) -> None:
    """Forget a draft and its files."""
    for file in list(draft.files):
        files.remove(draft, file.id)
    session.delete(draft)


def purge(today: date) -> int:
    """Delete drafts that nobody touched for sixty days."""
    old = session.scalars(select(Draft).where(Draft.expires_on < today)).all()
    for draft in old:
        discard(draft)
    return len(old)


def touch(draft: Draft) -> None:
    """Note that its owner is at it: it is kept for another sixty days."""
    draft.changed_at = clock.now()
    draft.expires_on = clock.today() + timedelta(days=DAYS_KEPT)
