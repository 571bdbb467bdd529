"""An application for repair, who may not apply for a time, and whom the portal spoke to first."""

from datetime import date
from typing import cast

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import Case
from portal.core.db import Base
from portal.repair import rules


class Repair(Case):
    """An application to end the publication of one record, or to screen it for a time."""

    __tablename__ = "repair"
    __mapper_args__ = {"polymorphic_identity": "repair"}

    letter = "R"
    details = "repair/_details.html"
    desk_fields = "desk/_repair.html"
    workflow = rules.WORKFLOW
    states = rules.STATES
    step_words = rules.STEP_WORDS
    actions = rules.ACTIONS
    offers = rules.OFFERS
    clocks = ("rep.total",)

    id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12), default="repair")
    # Whether a body of the city decides; otherwise the file is handed to Credit China.
    is_decided_here: Mapped[bool]
    performed_on: Mapped[date | None]
    plan_until: Mapped[date | None]
    statement: Mapped[str] = mapped_column(Text, default="")
    signer: Mapped[str] = mapped_column(String(60), default="")
    # The promise as it was read and ticked, its version and SHA-256.
    promise: Mapped[dict[str, str]] = mapped_column(JSON)
    outside_receipt: Mapped[str] = mapped_column(String(60), default="")

    @property
    def about_record(self) -> int:
        """The record: an application without one does not exist."""
        return cast(int, self.record_id)


class RepairBar(Base):
    """A subject that gave false material may not apply until a day."""

    __tablename__ = "repair_bar"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)


class RepairOffer(Base):
    """A record whose owner was told, once, that it can be repaired now."""

    __tablename__ = "repair_offer"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    offered_on: Mapped[date]
