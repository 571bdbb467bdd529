"""Commitments, their duties and evidence, what is being signed, and who was asked to sign."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.commitments import rules
from portal.core import clock
from portal.core.db import Base, BigId
from portal.subjects.models import Subject


class UsedText(Base):
    """A version of a text that somebody signed; its words must keep this hash."""

    __tablename__ = "commitment_text"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    first_used_at: Mapped[datetime]


class Signing(Base):
    """What a person began to sign: answers and ticks, kept on the server for any device.

    `promisor` is "subject:12" or "self": a business has one at a time for each person.
    """

    __tablename__ = "commitment_signing"
    __table_args__ = (UniqueConstraint("account_id", "slug", "promisor"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    slug: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    promisor: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    ticked: Mapped[list[str]] = mapped_column(JSON, default=list)
    consents: Mapped[bool] = mapped_column(default=False)
    signer: Mapped[str] = mapped_column(String(60), default="")
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_on: Mapped[date] = mapped_column(index=True)

    subject: Mapped[Subject | None] = relationship()


class Commitment(Base):
    """One signed commitment. Text and signature never change; its state does.

    `open_key` holds text and promisor while it counts, so that none is promised twice at once.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint(
            "state IN ('signed', 'kept', 'partly_kept', 'breach_review', 'broken', 'withdrawn')",
            name="state",
        ),
        Index("ix_commitment_subject_id", "subject_id"),
        Index("ix_commitment_account_id", "account_id"),
        Index("ix_commitment_body_slug_state", "body_slug", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    signing_id: Mapped[str] = mapped_column(String(32), unique=True)
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    slug: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    promisor_name: Mapped[str] = mapped_column(String(200))
    # What a public page calls the promisor: a person masked.
    shown_name: Mapped[str] = mapped_column(String(200))
    body_slug: Mapped[str] = mapped_column(String(60))
    # What was signed, and the exact string that was hashed.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    sm3: Mapped[str] = mapped_column(String(64))
    signer: Mapped[str] = mapped_column(String(60))
    means: Mapped[str] = mapped_column(String(12))
    proof: Mapped[dict[str, str]] = mapped_column(JSON)
    begun_at: Mapped[datetime]
    signed_at: Mapped[datetime]
    signed_on: Mapped[date]
    listed_from: Mapped[datetime]
    term_until: Mapped[date | None]
    is_public: Mapped[bool]
    is_disputed: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))
    state_on: Mapped[date]
    decision: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]
    answer_until: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    noticed_by: Mapped[str] = mapped_column(String(80), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    subject: Mapped[Subject | None] = relationship()
    duties: Mapped[list["Duty"]] = relationship(order_by="Duty.due_on, Duty.id")
    files: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")
    steps: Mapped[list["CommitmentStep"]] = relationship(order_by="CommitmentStep.id.desc()")

    @property
    def standing(self) -> str:
        """One of rules.STATES today."""
        return rules.standing(self.state, self.term_until, self.duties, clock.today())

    @property
    def look(self) -> rules.Look:
        return rules.STATES[self.standing]

    @property
    def withdraw_until(self) -> datetime:
        return rules.withdraw_until(self.signed_at)

    @property
    def is_in_withdrawal(self) -> bool:
        return self.state == "signed" and clock.now() < self.withdraw_until

    @property
    def may_be_withdrawn(self) -> bool:
        return rules.may_withdraw(
            self.kind, state=self.state, signed_at=self.signed_at, now=clock.now()
        )


class Duty(Base):
    """One thing to be done by a day, what the promisor said of it, and what was found."""

    __tablename__ = "commitment_duty"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    clause: Mapped[str] = mapped_column(String(20))
    zh: Mapped[str] = mapped_column(String(300))
    en: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date] = mapped_column(index=True)
    reported_at: Mapped[datetime | None]
    report: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(8), default="")
    outcome_on: Mapped[date | None]
    outcome_note: Mapped[str] = mapped_column(Text, default="")

    @property
    def is_overdue(self) -> bool:
        return rules.is_overdue(self, clock.today())


class Evidence(Base):
    """A file about a commitment: of the promisor to a duty or an answer, or of the office."""

    __tablename__ = "commitment_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    duty_id: Mapped[int | None] = mapped_column(ForeignKey("commitment_duty.id"))
    role: Mapped[str] = mapped_column(String(8))
    storage_key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    added_at: Mapped[datetime]


class CommitmentStep(Base):
    """One line of a commitment's history: what was done, when, in which part, and why."""

    __tablename__ = "commitment_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    name: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")


class CommitmentChange(Base):
    """A commitment whose standing changed, for those above who draw conclusions from it.

    Rows are only ever added and taken, as with the changes of records.
    """

    __tablename__ = "commitment_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)


class SigningRequest(Base):
    """An office asks a list of businesses to sign one text by a day."""

    __tablename__ = "commitment_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    body_slug: Mapped[str] = mapped_column(String(60), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    due_on: Mapped[date]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]

    asks: Mapped[list["Ask"]] = relationship(order_by="Ask.id")


class Ask(Base):
    """One business of a request; signing it is noted here, and only its own people can sign."""

    __tablename__ = "commitment_ask"
    __table_args__ = (UniqueConstraint("request_id", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("commitment_request.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    # How many people were told; none says that nobody represents the business here yet.
    told: Mapped[int] = mapped_column(default=0)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"))

    request: Mapped[SigningRequest] = relationship(back_populates="asks")
    subject: Mapped[Subject] = relationship()
    commitment: Mapped[Commitment | None] = relationship()
