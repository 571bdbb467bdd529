"""One contract or policy promise that a body recorded, or a default that was confirmed."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


class GovernmentPromise(Base):
    """A promise of one body; whom it was given to stands here only when that is an enterprise."""

    __tablename__ = "government_promise"
    __table_args__ = (UniqueConstraint("body_slug", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    body_slug: Mapped[str] = mapped_column(String(60), index=True)
    area_code: Mapped[str] = mapped_column(String(16), default="")
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    counterpart: Mapped[str] = mapped_column(String(120), default="")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    signed_on: Mapped[date]
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12))
    settled_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    source_unit: Mapped[str] = mapped_column(String(100), default="")
    is_disputed: Mapped[bool] = mapped_column(default=False)
