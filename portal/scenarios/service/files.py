"""The file on a subject in a scenario: every public fact in its place, also what is not known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from portal.core import db, terms
from portal.records import service as records
from portal.records.models import Record
from portal.scenarios.rules import FactKind, Rule, Section
from portal.scenarios.service.agents import Colleague, staff

MOST_RECORDS = 6
MOST_YEARS = 6
EVERYTHING = Section("公开的事实", "Public facts")


@dataclass(frozen=True, slots=True)
class FileFact:
    """One fact of a file; `fact` is None where none was reported; one that ran out says so."""

    kind: FactKind
    fact: Any = None
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a file, filled."""

    section: Section
    told: Sequence[FileFact]
    years: Sequence[FileFact]
    records: Sequence[Any]
    limits: Sequence[Any]
    staff: Sequence[Colleague]


_RECORDS = (
    select(Record.id, Record.kind, Record.title, Record.number, Record.authority,
           Record.decided_on, Record.valid_until)
    .where(
        Record.subject_id == bindparam("subject_id"),
        Record.kind.in_(bindparam("kinds", expanding=True)),
        records.is_public_on(),
    )
    .order_by(Record.decided_on.desc(), Record.id)
    .limit(MOST_RECORDS)
)  # fmt: skip


def file_of(subject_id: int, rule: Rule, facts: Sequence[Any], today: date) -> list[Part]:
    """Every section of the file that the rule of a scenario asks for."""
    known = {kind.key: kind for kind in rule.facts if kind.public}
    by_key: dict[str, list[Any]] = {}
    for fact in facts:
        by_key.setdefault(fact.key, []).append(fact)
    sections = rule.sections or (_everything(rule),)
    return [_part(subject_id, each, known, by_key, today) for each in sections]


def _everything(rule: Rule) -> Section:
    keys = tuple(kind.key for kind in rule.facts if kind.public)
    return Section(EVERYTHING.zh, EVERYTHING.en, facts=keys)


def _part(
    subject_id: int,
    section: Section,
    known: Mapping[str, FactKind],
    by_key: Mapping[str, Sequence[Any]],
    today: date,
) -> Part:
    found: Sequence[Any] = ()
    if section.kinds:
        values = {"subject_id": subject_id, "kinds": section.kinds, "today": today}
        found = db.rows(_RECORDS, values)
    return Part(
        section=section,
        told=[_told(known[key], by_key.get(key, ()), today) for key in section.facts],
        years=[each for key in section.by_year for each in _years(known[key], by_key.get(key, ()))],
        records=found,
        limits=list(_limits(section.limits)),
        staff=staff(subject_id, today) if section.has_staff else (),
    )


def _told(kind: FactKind, facts: Sequence[Any], today: date) -> FileFact:
    """The newest fact that is true today, or else the newest that was. Facts come newest first."""
    now = [fact for fact in facts if fact.until_on is None or fact.until_on >= today]
    if now:
        return FileFact(kind, now[0])
    return FileFact(kind, facts[0], has_ended=True) if facts else FileFact(kind)


def _years(kind: FactKind, facts: Sequence[Any]) -> Iterable[FileFact]:
    return [FileFact(kind, fact) for fact in facts[:MOST_YEARS]] or [FileFact(kind)]


def _limits(keys: Sequence[str]) -> Iterable[Any]:
    known: list[Any] = [*terms.load(), *terms.limits()]
    for each in known:
        if each.key in keys:
            yield each
