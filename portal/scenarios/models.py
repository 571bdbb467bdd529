"""Who is listed in a scenario, the facts reported of them, and the grades that follow."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId
from portal.subjects.models import BYTE_ORDERED


class ScenarioListing(Base):
    """A subject is in the list of a scenario from one day up to another."""

    __tablename__ = "scenario_listing"

    scenario: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[int] = mapped_column(
        ForeignKey("subject.id"), primary_key=True, autoincrement=False, index=True
    )
    since: Mapped[date]
    until: Mapped[date | None]
    source_unit: Mapped[str] = mapped_column(String(200), default="")


class ScenarioFact(Base):
    """A fact of a listed subject, true from one day to another, both included.

    Its value is one of those that the rule names, a count, or a text that was masked when stored.
    """

    __tablename__ = "scenario_fact"
    __table_args__ = (UniqueConstraint("subject_id", "scenario", "key", "from_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    scenario: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(300))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source_unit: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime]


class StoredGrade(Base):
    """A line of a list: the grade last computed and all that the list is filtered and ordered by.

    It counts only before `changes_on` and while nothing changed.
    """

    __tablename__ = "stored_grade"
    __table_args__ = (
        Index("ix_stored_grade_name", "scenario", "name", "subject_id"),
        Index("ix_stored_grade_grade", "scenario", "grade", "name", "subject_id"),
        Index("ix_stored_grade_area", "scenario", "area_code", "name", "subject_id"),
        Index("ix_stored_grade_titles", "scenario", "titles"),
        Index("ix_stored_grade_scenario_changes_on", "scenario", "changes_on"),
        Index("ix_stored_grade_rule_version", "scenario", "rule_version"),
    )

    scenario: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[int] = mapped_column(
        ForeignKey("subject.id"), primary_key=True, autoincrement=False, index=True
    )
    grade: Mapped[str] = mapped_column(String(12))
    points: Mapped[int]
    is_disputed: Mapped[bool]
    is_listed: Mapped[bool]
    name: Mapped[str] = mapped_column(BYTE_ORDERED)
    names: Mapped[str] = mapped_column(String(1000))
    area_code: Mapped[str] = mapped_column(String(12))
    licence: Mapped[str] = mapped_column(String(8))
    titles: Mapped[str] = mapped_column(String(120))
    rule_version: Mapped[str] = mapped_column(String(20))
    computed_on: Mapped[date]
    changes_on: Mapped[date]
    # Points of each indicator by its key, so that the next change can say what it came from.
    explanation: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class ListingCount(Base):
    """How many lines of a list are alike; kept in step with the lines in the same transaction."""

    __tablename__ = "listing_count"

    scenario: Mapped[str] = mapped_column(String(32), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    grade: Mapped[str] = mapped_column(String(12), primary_key=True)
    licence: Mapped[str] = mapped_column(String(8), primary_key=True)
    titles: Mapped[str] = mapped_column(String(120), primary_key=True)
    count: Mapped[int]


class GradeChange(Base):
    """A grade that became another one: before, after, and the indicators that made it so."""

    __tablename__ = "grade_change"
    __table_args__ = (Index("ix_grade_change_subject_scenario", "subject_id", "scenario"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    scenario: Mapped[str] = mapped_column(String(32))
    changed_on: Mapped[date]
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    points_before: Mapped[int]
    points_after: Mapped[int]
    rule_version: Mapped[str] = mapped_column(String(20))
    causes: Mapped[list[str]] = mapped_column(JSON, default=list)


class Reply(Base):
    """What a subject says to its grade. It shows only after somebody looked for personal data."""

    __tablename__ = "reply"
    __table_args__ = (
        Index("ix_reply_subject_scenario", "subject_id", "scenario"),
        Index("ix_reply_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    scenario: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(300), default="")
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]


class Agent(Base):
    """The registration of a property agent: facts of a profession. No identity number, no score."""

    __tablename__ = "agent"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    agent_class: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    commendations: Mapped[str] = mapped_column(String(300), default="")
    source_unit: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime]


class AgentPost(Base):
    """An agent worked for an agency from one day to another."""

    __tablename__ = "agent_post"

    number: Mapped[str] = mapped_column(ForeignKey("agent.number"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(
        ForeignKey("subject.id"), primary_key=True, autoincrement=False, index=True
    )
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]


class AgentSanction(Base):
    """A published decision about an agent's work, with its legal basis and its last day."""

    __tablename__ = "agent_sanction"

    number: Mapped[str] = mapped_column(ForeignKey("agent.number"), primary_key=True)
    document: Mapped[str] = mapped_column(String(128), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    basis: Mapped[str] = mapped_column(String(300))
    authority: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    public_until: Mapped[date]
