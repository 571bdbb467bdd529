"""What came in: each file, and each row that could not be taken."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
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
