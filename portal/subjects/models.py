"""The subjects of credit records, and every name each is known by."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import Base, BigId
from portal.core.text import N_

# Both databases compare it byte by byte, so that lists are in one order.
BYTE_ORDERED = String(200).with_variant(String(200, collation="C"), "postgresql")


class Subject(Base):
    """An organisation or an individual business. Never a private person.

    Every text here was masked when stored and may be shown to anyone.
    """

    __tablename__ = "subject"
    __table_args__ = (
        CheckConstraint("length(code) = 18", name="code_length"),
        Index("ix_subject_area_kind", "area_code", "kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16), default="active")
    legal_representative: Mapped[str] = mapped_column(String(100), default="")
    registered_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    capital: Mapped[str] = mapped_column(String(60), default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    industry: Mapped[str] = mapped_column(String(40), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")
    source_unit: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime]
    fingerprint: Mapped[str] = mapped_column(String(32), default="")

    names: Mapped[list["SubjectName"]] = relationship(
        back_populates="subject", order_by="SubjectName.rank"
    )


class SubjectName(Base):
    """One name of a subject: registered, former, or the sign over its door.

    `rank` is the static order of search results: subjects in existence first, then short names.
    """

    __tablename__ = "subject_name"
    __table_args__ = (UniqueConstraint("subject_id", "kind", "text"),)

    rank: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(200))
    normalised: Mapped[str] = mapped_column(String(200))
    initials: Mapped[str] = mapped_column(String(200))
    pinyin: Mapped[str] = mapped_column(String(1000))

    subject: Mapped[Subject] = relationship(back_populates="names")


class FrequentPart(Base):
    """What very many names contain: every name up to the rank `through` that does.

    `entries` are numbers of eight bytes: ranks, and how the part matches each name. At least
    `total` subjects had it when the list was made.
    """

    __tablename__ = "frequent_part"

    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    through: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int]
    entries: Mapped[bytes]


class NameCount(Base):
    """The one row that every storing of names writes: how many changed since the last build.

    `build` is the mark of the lists of frequent parts; without one there are none to be believed.
    """

    __tablename__ = "name_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    build: Mapped[str] = mapped_column(String(16))
    names: Mapped[int]
    added: Mapped[int]
    removed: Mapped[int]


KINDS = {
    "enterprise": N_("企业"),
    "individual_business": N_("个体工商户"),
    "social_organisation": N_("社会组织"),
    "government": N_("机关事业单位"),
    "cooperative": N_("农民专业合作社"),
}
STATUSES = {
    "active": N_("存续"),
    "cancelled": N_("注销"),
    "revoked": N_("吊销"),
    "moved_out": N_("迁出"),
}
NAME_KINDS = {"registered": N_("登记名称"), "former": N_("曾用名"), "sign": N_("招牌名")}
