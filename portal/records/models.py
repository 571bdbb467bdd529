"""Records, how long each is public, and the rows they came from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId

# The day on which a record was stored or altered, as each database can index it.
STORED_ON = {
    "sqlite": "substr({table}updated_at, 1, 10)",
    "postgresql": "({table}updated_at AT TIME ZONE 'UTC')::date",
}


def afterwards(day: str) -> dict[str, Any]:
    """The condition of an index for records of which a day comes after they were stored."""
    return {
        f"{dialect}_where": text(f"{day} > {stored_on.format(table='')}")
        for dialect, stored_on in STORED_ON.items()
    }


class Record(Base):
    """One record about one subject, in words that may be shown.

    It is public on a day when `public_from <= day` and the day lies before `public_until`
    (or there is none). Nothing else decides that, and no job switches it.
    """

    __tablename__ = "record"
    __table_args__ = (
        # The key first: decisions are looked up by it, and files bring them nearly in its order.
        UniqueConstraint("key", "subject_id", "kind"),
        Index("ix_record_subject_public", "subject_id", "public_from", "public_until"),
        # What changed for the public since a day is read by these three. Nearly all records are
        # public when they are stored, and many not any more: neither comes to pass afterwards.
        Index("ix_record_updated_at", "updated_at"),
        Index("ix_record_begins_later", "public_from", **afterwards("public_from")),
        Index("ix_record_ends_later", "public_until", **afterwards("public_until")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    kind: Mapped[str] = mapped_column(String(16))
    # Document number and authority, as the source unit tells its decisions apart.
    key: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(128), default="")
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    # Label and value of further facts, in the order of the form they came on.
    details: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    decided_on: Mapped[date]
    published_on: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    fine_fen: Mapped[int | None] = mapped_column(BigInteger)
    record_class: Mapped[str | None] = mapped_column(String(8))
    class_basis: Mapped[str] = mapped_column(String(200), default="")
    earliest_repair_on: Mapped[date | None]
    public_from: Mapped[date | None]
    public_until: Mapped[date | None]
    performed_on: Mapped[date | None]
    repaired_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    override_authority: Mapped[str] = mapped_column(String(200), default="")
    override_reason: Mapped[str] = mapped_column(String(300), default="")
    override_until: Mapped[date | None]
    is_disputed: Mapped[bool] = mapped_column(default=False)
    authority: Mapped[str] = mapped_column(String(200))
    authority_code: Mapped[str] = mapped_column(String(18), default="")
    source_unit: Mapped[str] = mapped_column(String(200), default="")
    source_code: Mapped[str] = mapped_column(String(18), default="")
    updated_at: Mapped[datetime]
    fingerprint: Mapped[str] = mapped_column(String(32), default="")


class RecordOriginal(Base):
    """The row of the source file, verbatim, kept for export and proof; no public page reads it."""

    __tablename__ = "record_original"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("record.id"), primary_key=True, autoincrement=False
    )
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    row_number: Mapped[int | None]
    row: Mapped[str] = mapped_column(Text)


class RecordChange(Base):
    """A subject whose records changed; whatever is computed from them must be computed anew.

    Rows are only ever added and taken, so that two writers never wait for each other.
    """

    __tablename__ = "record_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)


class RecordInRepair(Base):
    """A record whose repair was asked for and is not decided yet; reports mark it."""

    __tablename__ = "record_in_repair"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("record.id"), primary_key=True, autoincrement=False
    )
    since_on: Mapped[date]
