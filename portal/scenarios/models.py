"""Who is listed in a scenario, the facts reported of them, and the grades that follow."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


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
    """The grade last computed; it counts only before `changes_on` and while nothing changed."""

    __tablename__ = "stored_grade"
    __table_args__ = (
        Index("ix_stored_grade_scenario_grade", "scenario", "grade"),
        Index("ix_stored_grade_scenario_changes_on", "scenario", "changes_on"),
    )

    scenario: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[int] = mapped_column(
        ForeignKey("subject.id"), primary_key=True, autoincrement=False, index=True
    )
    grade: Mapped[str] = mapped_column(String(12))
    points: Mapped[int]
    is_disputed: Mapped[bool]
    rule_version: Mapped[str] = mapped_column(String(20))
    computed_on: Mapped[date]
    changes_on: Mapped[date]
    # Points of each indicator by its key, so that the next change can say what it came from.
    explanation: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


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


class DisputedGrade(Base):
    """A grade that somebody objects to, while the objection is being looked at."""

    __tablename__ = "disputed_grade"

    subject_id: Mapped[int] = mapped_column(
        ForeignKey("subject.id"), primary_key=True, autoincrement=False
    )
    scenario: Mapped[str] = mapped_column(String(32), primary_key=True)
