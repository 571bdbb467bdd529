"""The audit trail: append-only events, sealed in batches into a chain of hashes."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import Base, BigId, session

SEAL_BATCH = 10_000
GENESIS = "0" * 64


class Event(Base):
    """One thing that somebody did. Never updated, never deleted (the database refuses)."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_thing", "thing_kind", "thing_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(80))
    thing_kind: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


# Prepared once: an event costs every change of anything as little as it can.
ADD = insert(Event)


class Seal(Base):
    """A batch of events under one hash that also covers the seal before it."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    count: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class Sealed(Base):
    """Which seal covers an event; a table of its own so that events stay untouched."""

    __tablename__ = "audit_sealed"

    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    seal_id: Mapped[int] = mapped_column(ForeignKey("audit_seal.id"), index=True)


@dataclass(frozen=True)
class Verification:
    """What `verify` found: problems in plain sentences, and how far the chain reaches."""

    problems: tuple[str, ...]
    sealed: int
    unsealed: int
    head: str


def record(action: str, thing_kind: str, thing_id: object, actor: str, **data: Any) -> None:
    """Add an event to the running transaction; `data` holds old and new, untranslated."""
    session.connection().execute(
        ADD,
        {
            "at": clock.now(),
            "actor": actor,
            "action": action,
            "thing_kind": thing_kind,
            "thing_id": str(thing_id),
            "data": data,
        },
    )


def seal() -> int:
    """Seal the events that no seal covers yet; returns how many were sealed."""
    events = session.scalars(
        select(Event)
        .outerjoin(Sealed, Sealed.event_id == Event.id)
        .where(Sealed.event_id.is_(None))
        .order_by(Event.id)
        .limit(SEAL_BATCH)
    ).all()
    if not events:
        return 0
    previous = head()
    root = _root(events)
    batch = Seal(
        at=clock.now(),
        count=len(events),
        root=root,
        previous=previous,
        hash=_seal_hash(previous, root, len(events)),
    )
    session.add(batch)
    session.flush()  # the seal's id is needed beside each event
    session.add_all(Sealed(event_id=event.id, seal_id=batch.id) for event in events)
    session.flush()
    return len(events)


SWEEPS = (seal,)


def head() -> str:
    """The hash that covers everything sealed so far."""
    return session.scalar(select(Seal.hash).order_by(Seal.id.desc()).limit(1)) or GENESIS


def unsealed() -> int:
    """How many events no seal covers yet."""
    return (
        session.scalar(
            select(func.count(Event.id))
            .outerjoin(Sealed, Sealed.event_id == Event.id)
            .where(Sealed.event_id.is_(None))
        )
        or 0
    )


def verify() -> Verification:
    """Recompute the whole chain; every missing, added or altered event is a problem."""
    problems: list[str] = []
    previous, sealed = GENESIS, 0
    for batch in session.scalars(select(Seal).order_by(Seal.id)):
        problems += _problems(batch, previous)
        previous, sealed = batch.hash, sealed + batch.count
    return Verification(tuple(problems), sealed, unsealed(), previous)


def _problems(batch: Seal, previous: str) -> list[str]:
    events = session.scalars(
        select(Event)
        .join(Sealed, Sealed.event_id == Event.id)
        .where(Sealed.seal_id == batch.id)
        .order_by(Event.id)
    ).all()
    found = []
    if batch.previous != previous:
        found.append(f"seal {batch.id}: does not continue the seal before it")
    if len(events) != batch.count:
        found.append(f"seal {batch.id}: covers {batch.count} events, {len(events)} are there")
    elif _root(events) != batch.root:
        found.append(f"seal {batch.id}: an event was altered")
    if _seal_hash(batch.previous, batch.root, batch.count) != batch.hash:
        found.append(f"seal {batch.id}: its own hash does not fit")
    return found


def _root(events: Any) -> str:
    digest = hashlib.sha256()
    for event in events:
        digest.update(_event_hash(event))
    return digest.hexdigest()


def _event_hash(event: Event) -> bytes:
    content = [
        event.id,
        event.at.isoformat(),
        event.actor,
        event.action,
        event.thing_kind,
        event.thing_id,
        event.data,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _seal_hash(previous: str, root: str, count: int) -> str:
    return hashlib.sha256(f"{previous}:{root}:{count}".encode()).hexdigest()
