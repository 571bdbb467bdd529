"""Storing listings and facts, and computing grades anew wherever something they rest on changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, or_, select, tuple_

from portal.core import audit, bulk, clock, db, revision
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.records import service as records
from portal.records.models import Record, RecordChange
from portal.scenarios import rulebook
from portal.scenarios.models import GradeChange, ScenarioFact, ScenarioListing, StoredGrade
from portal.scenarios.rules import Fact, Grade, RecordFact, Rule, grade
from portal.subjects.models import Subject

CHUNK = 2000
LISTING_COLUMNS = ("scenario", "subject_id", "since", "until", "source_unit")
FACT_COLUMNS = ("subject_id", "scenario", "key", "value", "from_on", "until_on", "source_unit",
                "updated_at")  # fmt: skip
GRADE_COLUMNS = ("scenario", "subject_id", "grade", "points", "is_disputed", "rule_version",
                 "computed_on", "changes_on", "explanation")  # fmt: skip
CHANGE_COLUMNS = ("subject_id", "scenario", "changed_on", "before", "after", "points_before",
                  "points_after", "rule_version", "causes")  # fmt: skip


class Listed(NamedTuple):
    """A subject that belongs to the list of a scenario."""

    subject_code: str
    scenario: str
    since: date
    until: date | None = None
    source_unit: str = ""


class FactRow(NamedTuple):
    """One fact as a source unit reports it."""

    subject_code: str
    scenario: str
    key: str
    value: str
    from_on: date
    until_on: date | None = None
    source_unit: str = ""


def store(listed: Sequence[Listed] = (), facts: Sequence[FactRow] = (), *, actor: str) -> None:
    """Store listings and facts, replacing those of the same subject, key and day; grade anew.

    Raises Refused for a subject, a scenario or a fact that is not known.
    """
    codes = {row.subject_code for row in listed} | {row.subject_code for row in facts}
    ids = _ids(codes)
    for row in facts:
        _check(row)
    _store_listings(listed, ids)
    _store_facts(facts, ids)
    recompute(sorted(ids.values()))
    audit.record("scenarios.store", "scenario", "", actor, listed=len(listed), facts=len(facts))
    revision.bump()


def _ids(codes: set[str]) -> dict[str, int]:
    found: dict[str, int] = dict(
        session.execute(select(Subject.code, Subject.id).where(Subject.code.in_(codes))).all()
    )
    if strangers := codes - set(found):
        raise Refused("no_such_subject", codes=sorted(strangers))
    return found


def _check(row: FactRow) -> None:
    rule = rulebook.load().get(row.scenario)
    kind = next((fact for fact in rule.facts if fact.key == row.key), None) if rule else None
    if kind is None:
        raise Refused("no_such_fact", key=row.key, scenario=row.scenario)
    if kind.values and row.value not in kind.values:
        raise Refused("no_such_value", key=row.key, value=row.value)


def _store_listings(listed: Sequence[Listed], ids: Mapping[str, int]) -> None:
    rows = {
        (row.scenario, ids[row.subject_code]): (row.scenario, ids[row.subject_code], *row[2:])
        for row in listed
    }
    _replace(ScenarioListing, ("scenario", "subject_id"), LISTING_COLUMNS, rows)


def _store_facts(facts: Sequence[FactRow], ids: Mapping[str, int]) -> None:
    now = clock.now()
    rows = {}
    for fact in facts:
        id_ = ids[fact.subject_code]
        value = mask_text(fact.value)[:300]
        row = (id_, fact.scenario, fact.key, value, *fact[4:], now)
        rows[id_, fact.scenario, fact.key, fact.from_on] = row
    _replace(ScenarioFact, ("subject_id", "scenario", "key", "from_on"), FACT_COLUMNS, rows)


def _replace(
    model: Any, names: Sequence[str], columns: Sequence[str], rows: Mapping[Any, Sequence[Any]]
) -> None:
    """Put rows in place of those with the same identity."""
    identity = tuple_(*(getattr(model, name) for name in names))
    keys = list(rows)
    for start in range(0, len(keys), CHUNK):
        session.execute(delete(model).where(identity.in_(keys[start : start + CHUNK])))
    bulk.insert(model, columns, list(rows.values()))


_FACTS = select(
    ScenarioFact.subject_id, ScenarioFact.key, ScenarioFact.value, ScenarioFact.from_on,
    ScenarioFact.until_on, ScenarioFact.source_unit,
).where(
    ScenarioFact.scenario == bindparam("scenario"),
    ScenarioFact.subject_id.in_(bindparam("ids", expanding=True)),
)  # fmt: skip
_RECORDS = (
    select(
        Record.subject_id, Record.id, Record.kind, Record.record_class, Record.decided_on,
        Record.public_from, Record.public_until, Record.is_disputed,
    )
    .where(
        Record.subject_id.in_(bindparam("ids", expanding=True)),
        Record.kind.in_(bindparam("kinds", expanding=True)),
        Record.public_from.is_not(None),
        or_(Record.public_until.is_(None), Record.public_until > bindparam("today")),
    )
    .order_by(Record.decided_on.desc(), Record.id)
)  # fmt: skip


def compute(rule: Rule, ids: Sequence[int], today: date) -> dict[int, Grade]:
    """The grades of these subjects on a day, from facts and records alone."""
    facts: dict[int, list[Fact]] = {id_: [] for id_ in ids}
    found: dict[int, list[RecordFact]] = {id_: [] for id_ in ids}
    kinds = sorted({kind for each in rule.indicators for kind in each.kinds})
    for start in range(0, len(ids), CHUNK):
        some = list(ids[start : start + CHUNK])
        for fact in db.rows(_FACTS, {"scenario": rule.slug, "ids": some}):
            facts[fact[0]].append(Fact(*fact[1:]))
        values = {"ids": some, "kinds": kinds, "today": today}
        for record in db.rows(_RECORDS, values):
            found[record[0]].append(RecordFact(*record[1:]))
    return {id_: grade(rule, facts[id_], found[id_], today) for id_ in ids}


def is_stale(rule: Rule, today: date) -> Any:
    """The condition on a stored grade that it must not be believed today."""
    changed = select(RecordChange.subject_id)
    return (
        (StoredGrade.changes_on <= today)
        | (StoredGrade.computed_on > today)
        | (StoredGrade.rule_version != rule.version)
        | StoredGrade.subject_id.in_(changed)
    )


def recompute(subject_ids: Sequence[int]) -> int:
    """Compute and store the grades of these subjects; returns how many changed."""
    changed = 0
    for start in range(0, len(subject_ids), CHUNK):
        some = subject_ids[start : start + CHUNK]
        listed: dict[str, list[int]] = {}
        for scenario, id_ in session.execute(
            select(ScenarioListing.scenario, ScenarioListing.subject_id)
            .where(ScenarioListing.subject_id.in_(some))
            .order_by(ScenarioListing.scenario, ScenarioListing.subject_id)
        ):
            listed.setdefault(scenario, []).append(id_)
        for scenario, ids in listed.items():
            rule = rulebook.load()[scenario]
            if rule.is_rated:
                changed += _regrade(rule, ids)
    return changed


def _regrade(rule: Rule, ids: Sequence[int]) -> int:
    today = clock.today()
    known = {
        row.subject_id: row
        for row in session.execute(
            select(
                StoredGrade.subject_id, StoredGrade.grade, StoredGrade.points,
                StoredGrade.explanation,
            ).where(StoredGrade.scenario == rule.slug, StoredGrade.subject_id.in_(ids))
        )
    }  # fmt: skip
    found = compute(rule, ids, today)
    session.execute(
        delete(StoredGrade).where(
            StoredGrade.scenario == rule.slug, StoredGrade.subject_id.in_(list(known))
        )
    )
    rows, changes = [], []
    for id_, each in found.items():
        told = {line.indicator.key: line.got for line in each.lines}
        rows.append((rule.slug, id_, each.grade, each.points, each.is_disputed, rule.version,
                     today, each.changes_on, told))  # fmt: skip
        before = known.get(id_)
        if before is not None and before.grade != each.grade:
            causes = [key for key, got in told.items() if before.explanation.get(key) != got]
            changes.append((id_, rule.slug, today, before.grade, each.grade, before.points,
                            each.points, rule.version, causes))  # fmt: skip
    bulk.insert(StoredGrade, GRADE_COLUMNS, rows)
    bulk.insert(GradeChange, CHANGE_COLUMNS, changes)
    return len(changes)


def recompute_due(limit: int = CHUNK) -> int:
    """Compute anew what records, dates or rules made stale, at most about `limit` subjects.

    Returns how many subjects were looked at; 0 says that every stored grade can be believed.
    """
    due = set(records.take_changed(limit))
    today = clock.today()
    for rule in rulebook.load().values():
        if rule.is_rated and len(due) < limit:
            stale = select(StoredGrade.subject_id).where(
                StoredGrade.scenario == rule.slug, is_stale(rule, today)
            )
            due |= set(session.scalars(stale.limit(limit - len(due))))
    if due:
        recompute(sorted(due))
        revision.bump()
    return len(due)


def recompute_all() -> int:
    """Compute every grade anew; returns how many subjects were looked at."""
    count, last = 0, 0
    while ids := list(
        session.scalars(
            select(ScenarioListing.subject_id)
            .where(ScenarioListing.subject_id > last)
            .distinct()
            .order_by(ScenarioListing.subject_id)
            .limit(CHUNK)
        )
    ):
        recompute(ids)
        count, last = count + len(ids), ids[-1]
    while records.take_changed(CHUNK):
        pass
    revision.bump()
    return count
