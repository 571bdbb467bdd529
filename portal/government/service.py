"""Storing promises, confirming and clearing defaults, and showing how each body stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.bodies import service as bodies
from portal.core import audit, clock, revision
from portal.core.db import session
from portal.core.masking import mask_text
from portal.core.units import Unit
from portal.government.models import GovernmentPromise
from portal.government.rules import (
    KINDS,
    OF_MATTER,
    OPEN_DEFAULTS,
    STATES,
    period_is_turned,
    state_on,
)

__all__ = ["KINDS", "STATES", "period_is_turned"]


class PromiseRow(NamedTuple):
    """A promise as a body reports it."""

    body_slug: str
    kind: str
    number: str
    title: str
    counterpart: str
    amount: Decimal | None
    signed_on: date
    due_on: date | None
    state: str
    settled_on: date | None
    note: str
    source_unit: str


class Counts(NamedTuple):
    """How many rows were new, were changed, or were known already."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Standing:
    """One body with the number of its promises in each state."""

    slug: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Shown:
    """A promise with the state it has today."""

    promise: GovernmentPromise
    state: str


def store(rows: Sequence[PromiseRow], *, actor: str) -> Counts:
    """Take in what bodies report; a default that was confirmed is never overwritten by a report."""
    added = changed = 0
    for row in rows:
        known = _find(row.body_slug, row.number)
        texts = {name: mask_text(getattr(row, name)) for name in ("title", "counterpart", "note")}
        values = row._asdict() | texts
        if known is None:
            session.add(GovernmentPromise(**values))
            session.flush()  # the next row may be about the same
            added += 1
        elif known.state in OPEN_DEFAULTS and row.state not in ("cleared", "kept"):
            continue
        elif any(getattr(known, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(known, name, value)
            changed += 1
    if added or changed:
        audit.record("government.store", "promise", "", actor, added=added, changed=changed)
        revision.bump()
    return Counts(added, changed, len(rows) - added - changed)


def confirm_default(about: Unit, matter: str, *, number: str, title: str, actor: str) -> int:
    """Enter a default that was confirmed after a complaint; returns its number.

    Nothing of whoever complained goes in: neither name nor contract.
    """
    promise = GovernmentPromise(
        body_slug=about.body,
        area_code=about.area,
        kind=OF_MATTER.get(matter, "other"),
        number=number,
        title=title,
        signed_on=clock.today(),
        state="broken",
    )
    session.add(promise)
    session.flush()  # its number is kept with the case
    audit.record("government.confirm", "promise", promise.id, actor)
    revision.bump()
    return promise.id


def clear_default(promise_id: int, *, actor: str) -> None:
    """Say that a confirmed default was put right; the entry stays and says so."""
    promise = session.get_one(GovernmentPromise, promise_id)
    promise.state, promise.settled_on = "cleared", clock.today()
    audit.record("government.clear", "promise", promise.id, actor)
    revision.bump()


def mark_disputed(promise_id: int, *, disputed: bool, actor: str) -> None:
    """Set or clear the mark that somebody objects."""
    promise = session.get_one(GovernmentPromise, promise_id)
    promise.is_disputed = disputed
    audit.record("government.dispute", "promise", promise.id, actor, disputed=disputed)
    revision.bump()


def correct(promise_id: int, changes: dict[str, Any], *, actor: str) -> None:
    """Put right what an objection found wrong."""
    promise = session.get_one(GovernmentPromise, promise_id)
    before = {name: str(getattr(promise, name)) for name in changes}
    for name, value in changes.items():
        setattr(promise, name, value)
    told = {name: str(value) for name, value in changes.items()}
    audit.record("government.correct", "promise", promise.id, actor, before=before, after=told)
    revision.bump()


def get(promise_id: int) -> GovernmentPromise | None:
    """A promise by its number."""
    return session.get(GovernmentPromise, promise_id)


def standings() -> list[Standing]:
    """Every body that has promises on record, by name; never in order of how it stands."""
    counts: dict[str, dict[str, int]] = {}
    for shown in _shown(select(GovernmentPromise)):
        of_body = counts.setdefault(shown.promise.body_slug, dict.fromkeys(STATES, 0))
        of_body[shown.state] += 1
    return [Standing(slug, counts[slug]) for slug in sorted(counts, key=bodies.name_of)]


def of_body(slug: str) -> list[Shown]:
    """The promises of one body, the newest first."""
    query = select(GovernmentPromise).where(GovernmentPromise.body_slug == slug)
    return _shown(query.order_by(GovernmentPromise.signed_on.desc(), GovernmentPromise.id.desc()))


def all_of_them() -> list[Shown]:
    """The promises of every body, in the order of their numbers."""
    return _shown(select(GovernmentPromise).order_by(GovernmentPromise.id))


def _shown(query: Any) -> list[Shown]:
    today = clock.today()
    return [
        Shown(each, state_on(each.state, each.due_on, today)) for each in session.scalars(query)
    ]


def _find(body_slug: str, number: str) -> GovernmentPromise | None:
    return session.scalar(
        select(GovernmentPromise).where(
            GovernmentPromise.body_slug == body_slug, GovernmentPromise.number == number
        )
    )
