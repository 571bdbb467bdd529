"""Questions about scenarios and grades, and storing what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from portal.core import clock
from portal.core.db import session
from portal.scenarios.models import GradeChange, ScenarioFact, ScenarioListing
from portal.scenarios.rulebook import load as rules
from portal.scenarios.rules import GRADES, Climb, Grade, Rule, climb
from portal.scenarios.service.disputes import mark_disputed
from portal.scenarios.service.export import export
from portal.scenarios.service.listing import PAGE_SIZE, Entry, Listing, find
from portal.scenarios.service.storing import (
    FactRow,
    Listed,
    compute,
    recompute,
    recompute_all,
    recompute_due,
    store,
)
from portal.subjects import service as subjects

__all__ = [
    "GRADES", "PAGE_SIZE", "Entry", "Explanation", "FactRow", "Graded", "Listed", "Listing",
    "Rule", "explain", "export", "find", "grades_of", "listed_counts", "mark_disputed",
    "public_facts", "recompute", "recompute_all", "recompute_due", "rules", "store",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Graded:
    """A scenario in which a subject is listed, and its grade of today if it has a rule."""

    rule: Rule
    grade: Grade | None

    @property
    def word(self) -> str:
        return self.grade.grade if self.grade else "none"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that explains the grade of one subject in one scenario."""

    subject: Any
    rule: Rule
    grade: Grade | None
    climb: Climb | None
    facts: Sequence[Any]
    changes: Sequence[GradeChange]
    today: date


_LISTED = (
    select(ScenarioListing.scenario)
    .where(
        ScenarioListing.subject_id == bindparam("subject_id"),
        ScenarioListing.since <= bindparam("today"),
        or_(ScenarioListing.until.is_(None), ScenarioListing.until > bindparam("today")),
    )
    .order_by(ScenarioListing.scenario)
)


def grades_of(subject_id: int) -> list[Graded]:
    """Every scenario that lists a subject, with its grade computed just now."""
    today = clock.today()
    listed = session.scalars(_LISTED, {"subject_id": subject_id, "today": today}).all()
    return [_graded(rules()[slug], subject_id, today) for slug in listed]


def _graded(rule: Rule, subject_id: int, today: date) -> Graded:
    found = compute(rule, [subject_id], today)[subject_id] if rule.is_rated else None
    return Graded(rule, found)


def explain(code: str, slug: str) -> Explanation | None:
    """Why a subject has its grade; None when it is not in that list."""
    subject = subjects.public_row(code)
    today = clock.today()
    if subject is None or slug not in rules():
        return None
    listed = session.scalars(_LISTED, {"subject_id": subject.id, "today": today}).all()
    if slug not in listed:
        return None
    rule = rules()[slug]
    found = _graded(rule, subject.id, today).grade
    return Explanation(
        subject=subject,
        rule=rule,
        grade=found,
        climb=climb(rule, found) if found else None,
        facts=public_facts(subject.id, rule, today),
        changes=session.scalars(
            select(GradeChange)
            .where(GradeChange.subject_id == subject.id, GradeChange.scenario == slug)
            .order_by(GradeChange.changed_on.desc(), GradeChange.id.desc())
        ).all(),
        today=today,
    )


_PUBLIC_FACTS = (
    select(
        ScenarioFact.key, ScenarioFact.value, ScenarioFact.from_on, ScenarioFact.until_on,
        ScenarioFact.source_unit, ScenarioFact.updated_at,
    )
    .where(
        ScenarioFact.subject_id == bindparam("subject_id"),
        ScenarioFact.scenario == bindparam("scenario"),
        ScenarioFact.from_on <= bindparam("today"),
    )
    .order_by(ScenarioFact.from_on.desc(), ScenarioFact.id)
)  # fmt: skip


def public_facts(subject_id: int, rule: Rule, today: date) -> list[Any]:
    """The facts that may be shown, in the order of the rule, the newest of a kind first."""
    values = {"subject_id": subject_id, "scenario": rule.slug, "today": today}
    found = session.execute(_PUBLIC_FACTS, values).all()
    place = {fact.key: number for number, fact in enumerate(rule.facts) if fact.public}
    return sorted((row for row in found if row.key in place), key=lambda row: place[row.key])


def listed_counts() -> Mapping[str, int]:
    """How many subjects each list has today."""
    today = clock.today()
    return dict(
        session.execute(
            select(ScenarioListing.scenario, func.count())
            .where(
                ScenarioListing.since <= today,
                or_(ScenarioListing.until.is_(None), ScenarioListing.until > today),
            )
            .group_by(ScenarioListing.scenario)
        ).all()
    )
