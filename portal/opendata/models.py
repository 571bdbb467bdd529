"""The daily files, each under the hash of its content in the storage."""

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


class DataFile(Base):
    """One part of a dataset in one form. Only the newest edition is offered."""

    __tablename__ = "data_file"
    __table_args__ = (UniqueConstraint("made_at", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    made_at: Mapped[datetime]
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(60))
    dataset: Mapped[str] = mapped_column(String(20))
    form: Mapped[str] = mapped_column(String(8))
    rows: Mapped[int]
    size: Mapped[int]
    # Its SHA-256, and so its key in the storage.
    sha256: Mapped[str] = mapped_column(String(64))
