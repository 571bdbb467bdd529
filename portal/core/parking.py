"""Answers typed into a form that could not be taken yet, kept until its sender has signed in."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock, sealing
from portal.core.db import Base, session

KEPT = timedelta(hours=24)

Answers = Sequence[tuple[str, str]]


class Parked(Base):
    """One form's answers, sealed under a key that only the browser's cookie completes."""

    __tablename__ = "parked_answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def park(path: str, answers: Answers) -> str:
    """Keep the answers of the form at `path`; returns the ticket for the browser's cookie."""
    ticket = secrets.token_urlsafe(32)
    session.add(
        Parked(
            id=_id(ticket),
            path=path,
            sealed=sealing.seal(json.dumps(list(answers)).encode(), _purpose(ticket)),
            expires_at=clock.now() + KEPT,
        )
    )
    return ticket


def find(ticket: str, path: str) -> Answers | None:
    """The answers parked for `path` under this ticket, while they are kept."""
    row = session.scalar(
        select(Parked).where(
            Parked.id == _id(ticket), Parked.path == path, Parked.expires_at > clock.now()
        )
    )
    plain = sealing.unseal(row.sealed, _purpose(ticket)) if row else None
    return None if plain is None else [(name, value) for name, value in json.loads(plain)]


def move(ticket: str, path: str, to: str) -> None:
    """Keep what was parked for one address for another, where its form is shown."""
    where = (Parked.id == _id(ticket), Parked.path == path)
    session.execute(update(Parked).where(*where).values(path=to))


def forget(ticket: str) -> None:
    """Take the answers away: they were taken, or are not wanted."""
    session.execute(delete(Parked).where(Parked.id == _id(ticket)))


def purge() -> None:
    """Take away what nobody came back for."""
    session.execute(delete(Parked).where(Parked.expires_at <= clock.now()))


def _id(ticket: str) -> str:
    return sealing.digest(ticket, "parked ticket")


def _purpose(ticket: str) -> str:
    return f"parked answers {ticket}"
