"""What came in: each file, and each row that could not be taken."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


class ImportBatch(Base):
    """One import of one file: what it was and what became of its rows."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(24))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    quarantined: Mapped[int]


class HandedFile(Base):
    """A large file that was handed in at the desk, and what became of it.

    It waits for a worker as long as it has neither an import nor anything `told`.
    """

    __tablename__ = "handed_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    is_dry_run: Mapped[bool]
    actor: Mapped[str] = mapped_column(String(80))
    handed_at: Mapped[datetime]
    # Sealed: rows as they came name persons.
    storage_key: Mapped[str] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    # Why it was refused as a whole, or what a check found.
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class TakenFile(Base):
    """Where the records lie that an import added, so that its file can be passed over later."""

    __tablename__ = "taken_file"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batch.id"), primary_key=True, autoincrement=False
    )
    # Of the bytes of the file and the way in which they were read.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    # The record after the last; others may have added some of those between.
    first_record: Mapped[int] = mapped_column(BigInteger)
    next_record: Mapped[int] = mapped_column(BigInteger)
    # The numbers of rows that were taken with a notice, which has to be told every time.
    noticed: Mapped[list[int]] = mapped_column(JSON)


class QuarantinedRow(Base):
    """One finding about one row that stayed out. Personal values are masked."""

    __tablename__ = "quarantined_row"
    __table_args__ = (Index("ix_quarantined_row_batch", "batch_id", "row_number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    row_number: Mapped[int]
    field: Mapped[str] = mapped_column(String(60))
    rule: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(300))
    message: Mapped[str] = mapped_column(Text)


class CodeFault(Base):
    """A wrong or double code on the work-list of whoever registers it, until it is closed."""

    __tablename__ = "code_fault"
    __table_args__ = (
        UniqueConstraint("kind", "code", "other"),
        Index("ix_code_fault_closed_on_authority", "closed_on", "authority"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(60))
    # What it collides with: another code, another name, a document; or what is wrong with it.
    other: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(200), default="")
    authority: Mapped[str] = mapped_column(String(200))
    found_on: Mapped[date]
    seen_on: Mapped[date]
    closed_on: Mapped[date | None]
    # "gone" when a later check did not find it, "explained" when somebody says why it is right.
    closing: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    closed_by: Mapped[str] = mapped_column(String(60), default="")


class UploadFile(Base):
    """A file written for the provincial site, and the receipt that came back for it."""

    __tablename__ = "upload_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    # What was stored or decided up to here is in it, or in one before it.
    through: Mapped[datetime]
    rows: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(100), default="")
    receipt_on: Mapped[date | None]
