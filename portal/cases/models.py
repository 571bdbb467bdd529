"""A case, its clocks, its timeline, its files, and what is not sent yet."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.rules.figures import AnonymousEvent
from portal.core import clock
from portal.core.db import Base, BigId
from portal.core.units import Unit
from portal.core.workflow import Offer, State, Workflow


class Case(Base):
    """One application. Its kinds are joined tables with a workflow of their own.

    `about_body` is the public body that it complains of: nobody who acts for it may open it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_body_slug_closed_at", "body_slug", "closed_at"),
        Index("ix_cases_subject_id", "subject_id"),
        Index("ix_cases_account_id", "account_id"),
        Index("ix_cases_record_id", "record_id"),
    )
    __mapper_args__ = {"polymorphic_on": "kind"}

    # The first letter of its references, and the template of what is its own on its page.
    letter: ClassVar[str]
    details: ClassVar[str]
    # The template of the further answers that the desk gives, if there are any.
    desk_fields: ClassVar[str] = ""
    # What else the desk may do with it, below its steps.
    desk_further: ClassVar[str] = ""
    workflow: ClassVar[Workflow]
    states: ClassVar[Mapping[str, State]]
    # What the applicant may do, and what staff may, in words; and what was done, in the timeline.
    offers: ClassVar[Mapping[str, Offer]]
    actions: ClassVar[Mapping[str, str]] = {}
    step_words: ClassVar[Mapping[str, str]] = {}
    # Other clocks than that of the state, by the key of their time limit.
    clocks: ClassVar[tuple[str, ...]] = ()
    # Whether nothing that others read may say whose account it was.
    hides_applicant: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    body_slug: Mapped[str] = mapped_column(String(60), default="")
    # The town whose station handles it; empty where the body itself does.
    unit_area: Mapped[str] = mapped_column(String(16), default="")
    about_body: Mapped[str] = mapped_column(String(60), default="")
    about_area: Mapped[str] = mapped_column(String(16), default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    code_hash: Mapped[str] = mapped_column(String(64))
    # The draft it was sent from: sending that again finds this case.
    intent: Mapped[str] = mapped_column(String(32), unique=True)
    # The sealed papers: that it was received, and the latest answer.
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    # Whether everybody who acts for the business may see it, or its applicant alone.
    is_shared: Mapped[bool] = mapped_column(default=True)

    deadlines: Mapped[list["CaseDeadline"]] = relationship(
        back_populates="case", order_by="CaseDeadline.id"
    )
    events: Mapped[list["CaseEvent"]] = relationship(back_populates="case", order_by="CaseEvent.id")
    files: Mapped[list["CaseFile"]] = relationship(back_populates="case", order_by="CaseFile.id")

    @property
    def due(self) -> "CaseDeadline | None":
        """The nearest clock that still runs."""
        running = [each for each in self.deadlines if each.is_running]
        return min(running, key=lambda each: (each.due_on, each.id)) if running else None

    @property
    def unit(self) -> Unit:
        """Who handles it now."""
        return Unit(self.body_slug, self.unit_area)

    @property
    def about(self) -> Unit:
        """The unit complained of, if any."""
        return Unit(self.about_body, self.about_area)

    @property
    def shown_reference(self) -> str:
        """The number in two parts, easier to read aloud."""
        return f"{self.reference[:5]}-{self.reference[5:]}"

    @property
    def present(self) -> State:
        return self.states[self.state]

    @property
    def turn(self) -> str:
        """The role whose turn it is, or nobody's."""
        return self.workflow.actor(self.state)


class CaseDeadline(Base):
    """One clock of a case. One that stands still has `paused_on`; one that ended has `met_on`."""

    __tablename__ = "case_deadline"
    __table_args__ = (Index("ix_case_deadline_due_on", "due_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(8))  # state or total
    length: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(String(200), default="")
    is_verified: Mapped[bool] = mapped_column(default=True)
    started_on: Mapped[date]
    due_on: Mapped[date]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    paused_on: Mapped[date | None]
    paused_days: Mapped[int] = mapped_column(default=0)
    met_on: Mapped[date | None]
    told_late_on: Mapped[date | None]
    # Whose clock it is: the key of a unit.
    holder: Mapped[str] = mapped_column(String(80), default="")

    case: Mapped[Case] = relationship(back_populates="deadlines")

    @property
    def is_running(self) -> bool:
        return self.met_on is None and self.paused_on is None

    @property
    def is_late(self) -> bool:
        """Whether it still runs though its last day is over."""
        return self.is_running and self.due_on < clock.today()


class CaseEvent(Base):
    """One step of a case: what happened, by whom, with which words. Never changed."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    step: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(24))
    role: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(80))
    body_slug: Mapped[str] = mapped_column(String(60), default="")
    # Who had the case when it happened: the key of a unit.
    unit: Mapped[str] = mapped_column(String(80), default="")
    # Words for the applicant; words among staff stand in `memo`.
    note: Mapped[str] = mapped_column(Text, default="")
    memo: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    case: Mapped[Case] = relationship(back_populates="events")


class Draft(Base):
    """Answers that are not sent yet; its owner is an account, or whoever holds its key."""

    __tablename__ = "case_draft"
    __table_args__ = (UniqueConstraint("account_id", "kind", "about"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    # What it is about, such as a record's id; one person has one draft about one thing.
    about: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_on: Mapped[date] = mapped_column(index=True)

    files: Mapped[list["CaseFile"]] = relationship(back_populates="draft", order_by="CaseFile.id")


class CaseFile(Base):
    """A file of a draft or a case; its bytes lie in the store under their hash."""

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("case_draft.id"), index=True)
    storage_key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime]

    case: Mapped[Case | None] = relationship(back_populates="files")
    draft: Mapped[Draft | None] = relationship(back_populates="files")


class PublishedEvent(Base):
    """One anonymous event of `/punctuality/events.csv`: a day, a unit, and no case."""

    __tablename__ = "published_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    unit: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    met_on: Mapped[date | None]
    days: Mapped[int | None]
    mark: Mapped[int | None]

    @property
    def plain(self) -> AnonymousEvent:
        return AnonymousEvent(self.day, self.unit, self.kind, self.step, self.due_on, self.met_on,
                              self.days, self.mark)  # fmt: skip
