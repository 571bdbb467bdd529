"""Questions about scenarios and grades, and storing what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from portal.core import clock, db
from portal.core.db import session
from portal.records import service as records
from portal.scenarios.models import GradeChange, Reply, ScenarioFact, ScenarioListing
from portal.scenarios.rulebook import load as rules
from portal.scenarios.rules import GRADES, Climb, Fact, Grade, Rule, climb, grade
from portal.scenarios.rules.agents import normalised
from portal.scenarios.service import published
from portal.scenarios.service.agents import SCENARIO as AGENCIES
from portal.scenarios.service.agents import (
    AgentRow,
    SanctionRow,
    agent,
    is_agency,
    known_numbers,
    remove_agent,
    staff,
    store_agents,
    store_sanctions,
)
from portal.scenarios.service.blank import blank
from portal.scenarios.service.disputes import mark_disputed
from portal.scenarios.service.export import export
from portal.scenarios.service.files import Part, file_of
from portal.scenarios.service.grading import (
    recompute,
    recompute_all,
    recompute_due,
    recompute_missing,
    record_facts,
)
from portal.scenarios.service.lines import Filters
from portal.scenarios.service.listing import (
    LICENCES,
    PAGE_SIZE,
    Entry,
    Listing,
    every_entry,
    find,
)
from portal.scenarios.service.maps import Spot, map_of
from portal.scenarios.service.promises import take_commitments
from portal.scenarios.service.published import rule_json
from portal.scenarios.service.replies import (
    refuse_reply,
    replies_of,
    reply,
    show_reply,
    shown_replies,
    waiting_replies,
    withdraw_reply,
)
from portal.scenarios.service.storing import (
    Counts,
    FactRow,
    Listed,
    check,
    find_kind,
    not_listed,
    renew,
    report_fact,
    store,
)
from portal.subjects import service as subjects

__all__ = [
    "GRADES", "LICENCES", "PAGE_SIZE", "AgentRow", "Counts", "Dossier", "Entry", "Explanation",
    "FactRow", "Filters", "Graded", "Listed", "Listing", "Part", "Rule", "SanctionRow", "Spot",
    "agent", "blank", "check", "dossier", "every_entry",
    "explain", "explain_all", "export", "find", "find_kind", "grade_json", "grades_of", "is_agency",
    "is_unfiled", "known_numbers", "listed_counts", "map_of", "mark_disputed", "normalised",
    "not_listed", "public_facts", "recompute", "recompute_all", "recompute_due",
    "recompute_missing", "refuse_reply", "remove_agent", "renew", "replies_of",
    "reply", "report_fact", "rule_json", "rules", "show_reply", "shown_replies", "staff",
    "store", "store_agents", "store_sanctions", "take_commitments", "waiting_replies",
    "withdraw_reply",
]  # fmt: skip


class Graded(NamedTuple):
    """A scenario in which a subject is listed, and its grade of today if it has a rule."""

    rule: Rule
    grade: Grade | None
    reply: str = ""

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
    reply: str
    today: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """The file on a subject in one scenario: shop, agency or institution."""

    why: Explanation
    signs: Sequence[str]
    parts: Sequence[Part]
    adverse: int

    @property
    def is_unfiled(self) -> bool:
        """Whether this is a property agency of which no filing is in force."""
        rule = self.why.rule
        filed = [told.fact for part in self.parts for told in part.told
                 if told.kind.key == "filing" and not told.has_ended]  # fmt: skip
        is_filed = any(fact is not None and fact.value == "filed" for fact in filed)
        return rule.slug == AGENCIES and not is_filed


# Each list that has a subject, its reply there, and the facts reported of it, one a row.
_LISTED = (
    select(
        ScenarioListing.scenario, ScenarioFact.id, Reply.text, ScenarioFact.key, ScenarioFact.value,
        ScenarioFact.from_on, ScenarioFact.until_on, ScenarioFact.source_unit,
    )
    .outerjoin(
        Reply,
        and_(
            Reply.subject_id == ScenarioListing.subject_id,
            Reply.scenario == ScenarioListing.scenario,
            Reply.state == "shown",
        ),
    )
    .outerjoin(
        ScenarioFact,
        and_(
            ScenarioFact.subject_id == ScenarioListing.subject_id,
            ScenarioFact.scenario == ScenarioListing.scenario,
        ),
    )
    .where(
        ScenarioListing.subject_id == bindparam("subject_id"),
        ScenarioListing.since <= bindparam("today"),
        or_(ScenarioListing.until.is_(None), ScenarioListing.until > bindparam("today")),
    )
)  # fmt: skip
_LISTED_HERE = _LISTED.where(ScenarioListing.scenario == bindparam("scenario"))


# A list without facts is one row, so that only ids of facts are ever compared.
_PLACE = itemgetter(0, 1)


def grades_of(subject_id: int, public: Sequence[Any] | None = None) -> list[Graded]:
    """Every scenario that lists a subject, with its grade computed just now.

    `public` are all records of the subject that are public today, where the caller has them; of
    records that are not public yet the day on which a grade changes then says nothing.
    """
    today = clock.today()
    found = db.rows(_LISTED, {"subject_id": subject_id, "today": today})
    return _graded(found, subject_id, today, public)


def _graded(
    rows: Sequence[Any], subject_id: int, today: date, public: Sequence[Any] | None = None
) -> list[Graded]:
    replies: dict[str, str] = {}
    facts: dict[str, list[Fact]] = {}
    # In one order for every database; for so few rows each takes longer to sort.
    for scenario, _id, text, key, *told in sorted(rows, key=_PLACE):
        replies[scenario] = text or ""
        mine = facts.setdefault(scenario, [])
        if key is not None:
            mine.append(Fact(key, *told))
    listed = [rules()[slug] for slug in facts]
    found = record_facts(listed, subject_id, today, public)
    return [
        Graded(
            rule,
            grade(rule, facts[rule.slug], found, today) if rule.is_rated else None,
            replies[rule.slug],
        )
        for rule in listed
    ]


def explain(code: str, slug: str) -> Explanation | None:
    """Why a subject has its grade; None when it is not in that list."""
    subject = subjects.public_row(code)
    return _explained(subject, slug) if subject else None


def explain_all(subject: Any) -> list[Explanation]:
    """Why a subject has the grade of every list it stands in; each is graded once."""
    today = clock.today()
    return [_explanation(subject, each, today) for each in grades_of(subject.id)]


def _explained(subject: Any, slug: str) -> Explanation | None:
    today = clock.today()
    values = {"subject_id": subject.id, "scenario": slug, "today": today}
    graded = _graded(db.rows(_LISTED_HERE, values), subject.id, today)
    return _explanation(subject, graded[0], today) if graded else None


def _explanation(subject: Any, graded: Graded, today: date) -> Explanation:
    rule, found, reply = graded
    return Explanation(
        subject=subject,
        rule=rule,
        grade=found,
        climb=climb(rule, found) if found else None,
        facts=public_facts(subject.id, rule, today),
        changes=session.scalars(
            select(GradeChange)
            .where(GradeChange.subject_id == subject.id, GradeChange.scenario == rule.slug)
            .order_by(GradeChange.changed_on.desc(), GradeChange.id.desc())
        ).all(),
        reply=reply,
        today=today,
    )


def dossier(code: str, slug: str) -> Dossier | None:
    """The file on a subject; None when it is not in that list."""
    subject, names = subjects.public_row_and_names(code) or (None, ())
    found = _explained(subject, slug) if subject else None
    if found is None:
        return None
    id_ = found.subject.id
    return Dossier(
        why=found,
        signs=[text for kind, text in names if kind == "sign"],
        parts=file_of(id_, found.rule, found.facts, found.today),
        adverse=records.outline(id_, found.today).adverse,
    )


def is_unfiled(code: str) -> bool:
    """Whether this is a property agency of which no filing is in force."""
    found = dossier(code, AGENCIES)
    return found is None or found.is_unfiled


def grade_json(code: str, slug: str) -> str | None:
    """What the grade of a subject rests on, for computing it again; None without a listing."""
    found = explain(code, slug)
    if found is None:
        return None
    return published.grade_json(
        code, found.subject.id, found.rule, found.grade, found.reply, found.today
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
    found = db.rows(_PUBLIC_FACTS, values)
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
