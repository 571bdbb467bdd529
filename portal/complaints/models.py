"""A concern that somebody brought forward, and apart from it who that was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case
from portal.complaints.rules import workflow as tables
from portal.core.db import Base
from portal.core.workflow import Workflow
from portal.subjects.models import Subject


class Complaint(Case):
    """One concern; `sort` is its kind, of which the law and the table of steps depend."""

    __tablename__ = "complaint"
    __mapper_args__ = {"polymorphic_identity": "complaint"}

    letter = "S"
    details = "complaints/_details.html"
    desk_fields = "desk/_complaint.html"
    desk_further = "desk/_after_complaint.html"
    states = tables.STATES
    step_words: Mapping[str, str] = tables.STEP_WORDS  # type: ignore[misc]
    actions = tables.ACTIONS
    offers = tables.OFFERS
    hides_applicant = True

    id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sort: Mapped[str] = mapped_column(String(12))
    matter: Mapped[str] = mapped_column(String(20), default="")
    area_code: Mapped[str] = mapped_column(String(16), default="")
    about_subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    about_subject: Mapped[Subject | None] = relationship(foreign_keys=about_subject_id)
    facts: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text, default="")
    # The fields of a contract, or of a text to take along.
    further: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    protection: Mapped[str] = mapped_column(String(12))
    # Why a person looks at it first, and where it goes after that.
    held_because: Mapped[str] = mapped_column(String(12), default="")
    route: Mapped[str] = mapped_column(String(80), default="")
    transfers: Mapped[int] = mapped_column(default=0)
    is_assigned: Mapped[bool] = mapped_column(default=False)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    reopened: Mapped[int] = mapped_column(default=0)
    # When its present unit got it.
    received_at: Mapped[datetime]
    # What the unit complained of may read, and what it said.
    extract: Mapped[str] = mapped_column(Text, default="")
    extract_at: Mapped[datetime | None]
    response: Mapped[str] = mapped_column(Text, default="")
    # The entry in the public record of the body, once a default was confirmed.
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("government_promise.id"))
    mark: Mapped[str] = mapped_column(String(1), default="")
    mark_text: Mapped[str] = mapped_column(Text, default="")

    @property
    def workflow(self) -> Workflow:  # type: ignore[override]
        """The table of its kind."""
        return tables.workflow_of(self.sort, is_held=bool(self.held_because))


class ComplaintIdentity(Base):
    """Who spoke, under a key of the portal's own; anonymous people have no row."""

    __tablename__ = "complaint_identity"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
