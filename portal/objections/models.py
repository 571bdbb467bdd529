"""An objection: about what, which fields, and what was decided on each."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import Case
from portal.objections import rules


class Objection(Case):
    """One person's or business's objection to a record, a grade, a commitment, or own data."""

    __tablename__ = "objection"
    __mapper_args__ = {"polymorphic_identity": "objection"}

    letter = "Y"
    details = "objections/_details.html"
    desk_fields = "desk/_objection.html"
    workflow = rules.WORKFLOW
    states = rules.STATES
    step_words = rules.STEP_WORDS
    actions = rules.ACTIONS
    offers = rules.OFFERS

    id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    target: Mapped[str] = mapped_column(String(12))
    # A record's id, a scenario's slug, a commitment's number; empty for one's own data.
    target_id: Mapped[str] = mapped_column(String(60), default="")
    ground: Mapped[str] = mapped_column(String(12))
    claims: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    explanation: Mapped[str] = mapped_column(Text, default="")
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    provider_slug: Mapped[str] = mapped_column(String(60), default="")
