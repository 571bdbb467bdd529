"""Property agents: registered facts by number; no score, no identity number, no list by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from portal.core import audit, clock, revision
from portal.core.db import session
from portal.core.masking import mask_text
from portal.scenarios.models import Agent, AgentPost, AgentSanction, ScenarioListing
from portal.scenarios.rules.agents import normalised, state_on
from portal.scenarios.service.storing import Counts
from portal.subjects.models import Subject

SCENARIO = "property-agency"


class AgentRow(NamedTuple):
    """One agent at one agency, as the housing authority reports it."""

    subject_code: str
    number: str
    name: str
    agent_class: str
    state: str
    from_on: date
    until_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    commendations: str = ""
    source_unit: str = ""


class SanctionRow(NamedTuple):
    """One published decision about an agent."""

    number: str
    document: str
    title: str
    basis: str
    authority: str
    decided_on: date
    public_until: date


@dataclass(frozen=True, slots=True)
class Registered:
    """What may be known of an agent today."""

    agent: Agent
    state: str
    posts: Sequence[Any]
    sanctions: Sequence[AgentSanction]
    today: date

    @property
    def agencies(self) -> Sequence[Any]:
        """Where the agent works today."""
        return [post for post in self.posts if post.until_on is None or post.until_on >= self.today]


def store_agents(rows: Sequence[AgentRow], *, actor: str) -> Counts:
    """Store agents and the agencies they work for; the subjects must be on file."""
    ids = dict(
        session.execute(
            select(Subject.code, Subject.id).where(
                Subject.code.in_({row.subject_code for row in rows})
            )
        ).all()
    )
    counts = Counts()
    for row in rows:
        counts = counts.plus(_store_agent(row, ids[row.subject_code]))
    return _noted(counts, "scenarios.store_agents", actor)


def _store_agent(row: AgentRow, subject_id: int) -> Counts:
    number = normalised(row.number)
    told = {
        "name": row.name,
        "agent_class": row.agent_class,
        "state": row.state,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "commendations": mask_text(row.commendations),
        "source_unit": row.source_unit,
    }
    agent = session.get(Agent, number)
    post = session.get(AgentPost, (number, subject_id, row.from_on))
    is_same = agent is not None and all(getattr(agent, key) == told[key] for key in told)
    if is_same and post is not None and post.until_on == row.until_on:
        return Counts(unchanged=1)
    session.merge(Agent(number=number, updated_at=clock.now(), **told))
    session.flush()  # a post refers to its agent
    session.merge(
        AgentPost(number=number, subject_id=subject_id, from_on=row.from_on, until_on=row.until_on)
    )
    session.flush()
    return Counts(added=1) if agent is None else Counts(changed=1)


def store_sanctions(rows: Sequence[SanctionRow], *, actor: str) -> Counts:
    """Store published decisions about agents that are on file."""
    counts = Counts()
    for row in rows:
        number = normalised(row.number)
        told = {
            **row._asdict(),
            "number": number,
            "title": mask_text(row.title),
            "basis": mask_text(row.basis),
        }
        known = session.get(AgentSanction, (number, row.document))
        if known is not None and all(getattr(known, key) == told[key] for key in told):
            counts = counts.plus(Counts(unchanged=1))
            continue
        session.merge(AgentSanction(**told))
        session.flush()
        counts = counts.plus(Counts(added=1) if known is None else Counts(changed=1))
    return _noted(counts, "scenarios.store_sanctions", actor)


def _noted(counts: Counts, action: str, actor: str) -> Counts:
    if counts.added or counts.changed:
        audit.record(action, "agent", "", actor, added=counts.added, changed=counts.changed)
        revision.bump()
    return counts


def remove_agent(number: str, *, actor: str) -> None:
    """Take an agent off the record whose registration was never right."""
    for model in (AgentSanction, AgentPost, Agent):
        session.execute(delete(model).where(model.number == normalised(number)))
    audit.record("scenarios.remove_agent", "agent", normalised(number), actor)
    revision.bump()


def known_numbers(numbers: Sequence[str]) -> set[str]:
    """Those of these registration numbers that are on file."""
    wanted = [normalised(number) for number in numbers]
    return set(session.scalars(select(Agent.number).where(Agent.number.in_(wanted))))


def agent(number: str) -> Registered | None:
    """The agent with this registration number, or None."""
    found = session.get(Agent, normalised(number)[:40])
    if found is None:
        return None
    today = clock.today()
    posts = session.execute(
        select(AgentPost.from_on, AgentPost.until_on, AgentPost.subject_id, Subject.code,
               Subject.name)
        .join(Subject, Subject.id == AgentPost.subject_id)
        .where(AgentPost.number == found.number)
        .order_by(AgentPost.from_on.desc(), AgentPost.subject_id)
    ).all()  # fmt: skip
    sanctions = session.scalars(
        select(AgentSanction)
        .where(AgentSanction.number == found.number, AgentSanction.public_until >= today)
        .order_by(AgentSanction.decided_on.desc(), AgentSanction.document)
    ).all()
    state = state_on(found.state, found.valid_until, today)
    return Registered(found, state, posts, sanctions, today)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One agent in the list of its agency."""

    number: str
    name: str
    agent_class: str
    state: str
    valid_until: date | None


def staff(subject_id: int, today: date) -> list[Colleague]:
    """The agents that work for an agency today, in the order of their numbers."""
    rows = session.execute(
        select(Agent.number, Agent.name, Agent.agent_class, Agent.state, Agent.valid_until)
        .join(AgentPost, AgentPost.number == Agent.number)
        .where(
            AgentPost.subject_id == subject_id,
            AgentPost.from_on <= today,
            AgentPost.until_on.is_(None) | (AgentPost.until_on >= today),
            Agent.state == "active",
        )
        .order_by(Agent.number)
    )
    return [
        Colleague(row.number, row.name, row.agent_class,
                  state_on(row.state, row.valid_until, today), row.valid_until)
        for row in rows
    ]  # fmt: skip


def is_agency(subject_id: int) -> bool:
    """Whether a subject is in the list of property agencies."""
    return session.get(ScenarioListing, (SCENARIO, subject_id)) is not None
