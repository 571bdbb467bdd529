"""Codes on doors, and what passers-by report about them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


class DoorCode(Base):
    """One printed code: whose door, from when until when, and what became of it."""

    __tablename__ = "door_code"

    id: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(String(200), default="")
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("door_code.id"))


class DoorCodeReport(Base):
    """Reports of one day that a code hangs on a wrong door: a number, no person."""

    __tablename__ = "door_code_report"
    __table_args__ = (UniqueConstraint("door_code_id", "reported_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    door_code_id: Mapped[str] = mapped_column(String(10), index=True)
    reported_on: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]


class SigningKey(Base):
    """A published public key: it verifies door codes without the network."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_on: Mapped[date]
    revoked_on: Mapped[date | None]
