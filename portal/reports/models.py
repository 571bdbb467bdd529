"""Links by which reports are shown to others, and the log of who looked up whom."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import Base, BigId
from portal.documents.models import Document


class Share(Base):
    """A link to one report, for some days, until withdrawn."""

    __tablename__ = "report_share"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    # Encrypted, so that its maker can copy the link again.
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    valid_until: Mapped[date]
    withdrawn_on: Mapped[date | None]

    document: Mapped[Document] = relationship()
    openings: Mapped[list["Opening"]] = relationship(
        order_by="Opening.id.desc()", back_populates="share"
    )


class Grant(Base):
    """That a named third party may look up a business: what, for how long, how often."""

    __tablename__ = "report_grant"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    # The phone or mailbox of the account that may; none where whoever holds the link may.
    grantee_contact: Mapped[str | None] = mapped_column(String(200), index=True)
    label: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    sealed_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    product: Mapped[str] = mapped_column(String(16))
    domains: Mapped[list[str]] = mapped_column(JSON)
    since: Mapped[date]
    until: Mapped[date]
    purpose: Mapped[str] = mapped_column(String(16))
    valid_until: Mapped[date]
    uses_allowed: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    withdrawn_on: Mapped[date | None]


class Opening(Base):
    """One time that a link was opened; its key shows the report for an hour."""

    __tablename__ = "report_opening"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    share_id: Mapped[int | None] = mapped_column(ForeignKey("report_share.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("report_grant.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime]

    document: Mapped[Document] = relationship()
    share: Mapped[Share | None] = relationship(back_populates="openings")


class LookUp(Base):
    """One look at what is not public about a business: who, why, when."""

    __tablename__ = "look_up"
    __table_args__ = (Index("ix_look_up_subject_at", "subject_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    who: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(String(100))
    how: Mapped[str] = mapped_column(String(12))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    at: Mapped[datetime]
