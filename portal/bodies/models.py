"""Areas of the city and the bodies that act in them."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base


class Area(Base):
    """City, county, town or functional zone; former codes are aliases of the present one."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    english: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(24), default="")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    # The zone whose committee runs a town that lies in another county's code area.
    zone_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Body(Base):
    """A department, committee, court or company that leads or cooperates in the work plan."""

    __tablename__ = "body"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    short_name: Mapped[str] = mapped_column(String(40), unique=True)
    english: Mapped[str] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(24), default="")
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    parent_slug: Mapped[str | None] = mapped_column(ForeignKey("body.slug"))
