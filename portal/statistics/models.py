"""Which sealed document is the report of a month."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base
from portal.documents.models import Document


class MonthReport(Base):
    """The report of one month (2026-10) in one language; issued once, when the month is over."""

    __tablename__ = "month_report"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id))
