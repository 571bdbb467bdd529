"""Grades computed from facts and records, kept as the lines of lists, and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, or_, select, text

from portal.core import bulk, clock, db, revision
from portal.core.db import session
from portal.records import service as records
from portal.records.models import Record, RecordChange
from portal.scenarios import rulebook
from portal.scenarios.models import GradeChange, ScenarioFact, ScenarioListing, StoredGrade
from portal.scenarios.rules import NEVER, Fact, RecordFact, Rule, grade, standing
from portal.subjects.models import Subject, SubjectName

CHUNK = 2000
LONGEST_NAMES = 1000
CHANGE_COLUMNS = ("subject_id", "scenario", "changed_on", "before", "after", "points_before",
                  "points_after", "rule_version", "causes")  # fmt: skip


class Row(NamedTuple):
    """A line of a list as it is stored, in the order of its columns."""

    scenario: str
    subject_id: int
    grade: str
    points: int
    is_disputed: bool
    is_listed: bool
    name: str
    names: str
    area_code: str
    licence: str
    titles: str
    rule_version: str
    computed_on: date
    changes_on: date
    explanation: dict[str, int]


class Cell(NamedTuple):
    """What lines have in common that are counted together."""

    scenario: str
    area_code: str
    grade: str
    licence: str
    titles: str


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
_LISTED = (
    select(
        ScenarioListing.subject_id, ScenarioListing.since, ScenarioListing.until, Subject.name,
        Subject.area_code,
    )
    .join(Subject, Subject.id == ScenarioListing.subject_id)
    .where(
        ScenarioListing.scenario == bindparam("scenario"),
        ScenarioListing.subject_id.in_(bindparam("ids", expanding=True)),
    )
)  # fmt: skip
_NAMES = (
    select(SubjectName.subject_id, SubjectName.normalised)
    .where(SubjectName.subject_id.in_(bindparam("ids", expanding=True)))
    .order_by(SubjectName.rank)
)
_COUNT = text(
    "INSERT INTO listing_count (scenario, area_code, grade, licence, titles, count) "
    "VALUES (:scenario, :area_code, :grade, :licence, :titles, :count) "
    "ON CONFLICT (scenario, area_code, grade, licence, titles) "
    "DO UPDATE SET count = listing_count.count + excluded.count"
)


Inputs = tuple[dict[int, list[Fact]], dict[int, list[RecordFact]]]


def inputs(rule: Rule, ids: Sequence[int], today: date) -> Inputs:
    """The facts and the records that a rule looks at, by subject."""
    facts: dict[int, list[Fact]] = {id_: [] for id_ in ids}
    found: dict[int, list[RecordFact]] = {id_: [] for id_ in ids}
    for some in _chunks(ids):
        for fact in db.rows(_FACTS, {"scenario": rule.slug, "ids": some}):
            facts[fact[0]].append(Fact._make(fact[1:]))
        for record in db.rows(_RECORDS, {"ids": some, "kinds": rule.kinds, "today": today}):
            found[record[0]].append(RecordFact._make(record[1:]))
    return facts, found


def record_facts(
    listed: Sequence[Rule], subject_id: int, today: date, public: Sequence[Any] | None
) -> list[RecordFact]:
    """The records of one subject that any of these rules may look at, taken from `public` ones."""
    kinds = sorted({kind for rule in listed if rule.is_rated for kind in rule.kinds})
    if not kinds:
        return []
    if public is None:
        rows = db.rows(_RECORDS, {"ids": [subject_id], "kinds": kinds, "today": today})
        return [RecordFact._make(row[1:]) for row in rows]
    return [
        RecordFact(
            row.id, row.kind, row.record_class, row.decided_on, row.public_from, row.public_until,
            row.is_disputed,
        )
        for row in public
        if row.kind in kinds
    ]  # fmt: skip


def _chunks(ids: Sequence[int]) -> Iterable[list[int]]:
    return (list(ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))


def lines(rule: Rule, ids: Sequence[int], today: date) -> dict[int, Row]:
    """The lines of these subjects in the list of `rule` as they are today."""
    facts, found = inputs(rule, ids, today)
    made = {}
    for some in _chunks(ids):
        names: dict[int, list[str]] = {}
        for id_, name in db.rows(_NAMES, {"ids": some}):
            names.setdefault(id_, []).append(name)
        for listed in db.rows(_LISTED, {"scenario": rule.slug, "ids": some}):
            id_ = listed.subject_id
            told = (facts[id_], found[id_])
            made[id_] = _row(rule, listed, " ".join(names.get(id_, ())), *told, today)
    return made


def _row(
    rule: Rule,
    listed: Any,
    names: str,
    facts: Sequence[Fact],
    found: Sequence[RecordFact],
    today: date,
) -> Row:
    computed = grade(rule, facts, found, today)
    stands = standing(rule, facts, today)
    turns = [day for day in (listed.since, listed.until or NEVER) if day > today]
    return Row(
        scenario=rule.slug,
        subject_id=listed.subject_id,
        grade=computed.grade,
        points=computed.points,
        is_disputed=computed.is_disputed,
        is_listed=listed.since <= today < (listed.until or NEVER),
        name=listed.name,
        names=names[:LONGEST_NAMES],
        area_code=listed.area_code or "",
        licence=stands.licence,
        titles=" ".join(stands.titles),
        rule_version=rule.version,
        computed_on=today,
        changes_on=min([computed.changes_on, stands.changes_on, *turns]),
        explanation={line.indicator.key: line.got for line in computed.lines},
    )


def cell(row: Any) -> Cell:
    """Where a line is counted."""
    return Cell(row.scenario, row.area_code, row.grade, row.licence, row.titles)


def stale(rule: Rule, today: date, limit: int) -> list[int]:
    """Subjects whose stored line must not be believed today, about `limit` at most."""
    mine = select(StoredGrade.subject_id).where(StoredGrade.scenario == rule.slug)
    version = StoredGrade.rule_version
    # Three questions, each with an index of its own; one with OR would read the whole list.
    questions = (
        mine.where(StoredGrade.changes_on <= today),
        mine.where((version < rule.version) | (version > rule.version)),
        mine.where(StoredGrade.subject_id.in_(select(RecordChange.subject_id))),
    )
    found: set[int] = set()
    for question in questions:
        if len(found) < limit:
            found |= set(session.scalars(question.limit(limit - len(found))))
    return sorted(found)


def recompute(subject_ids: Sequence[int]) -> int:
    """Compute and store the grades of these subjects; returns how many changed."""
    # Whoever counts lines must be alone with them until the end of the transaction.
    bulk.reserve("stored_grade", 0)
    changed = 0
    counts: Counter[Cell] = Counter()
    for some in _chunks(subject_ids):
        listed: dict[str, list[int]] = {}
        for scenario, id_ in session.execute(
            select(ScenarioListing.scenario, ScenarioListing.subject_id)
            .where(ScenarioListing.subject_id.in_(some))
            .order_by(ScenarioListing.scenario, ScenarioListing.subject_id)
        ):
            listed.setdefault(scenario, []).append(id_)
        for scenario, ids in listed.items():
            changed += _regrade(rulebook.load()[scenario], ids, counts)
    _count(counts)
    return changed


def _count(counts: Mapping[Cell, int]) -> None:
    rows = [{**one._asdict(), "count": count} for one, count in sorted(counts.items()) if count]
    if rows:
        session.execute(_COUNT, rows)


def _regrade(rule: Rule, ids: Sequence[int], counts: Counter[Cell]) -> int:
    today = clock.today()
    stored = StoredGrade.__table__.c
    mine = (stored.scenario == rule.slug) & stored.subject_id.in_(ids)
    known = {
        row.subject_id: row for row in session.execute(select(StoredGrade.__table__).where(mine))
    }
    found = lines(rule, ids, today)
    session.execute(delete(StoredGrade).where(mine))
    changes = []
    for id_, row in found.items():
        before = known.get(id_)
        if before is not None and before.grade != row.grade:
            causes = [key for key, got in row.explanation.items()
                      if before.explanation.get(key) != got]  # fmt: skip
            changes.append((id_, rule.slug, today, before.grade, row.grade, before.points,
                            row.points, rule.version, causes))  # fmt: skip
    counts.subtract(cell(row) for row in known.values() if row.is_listed)
    counts.update(cell(row) for row in found.values() if row.is_listed)
    bulk.insert(StoredGrade, Row._fields, list(found.values()))
    bulk.insert(GradeChange, CHANGE_COLUMNS, changes)
    return len(changes)


def recompute_due(limit: int = CHUNK) -> int:
    """Compute anew what records, dates or rules made stale, at most about `limit` subjects.

    Returns how many subjects were looked at; 0 says that every stored grade can be believed.
    """
    due = set(records.take_changed(limit))
    rules = rulebook.load().values()
    version = StoredGrade.rule_version
    of_other_version = [
        (StoredGrade.scenario == rule.slug) & ((version < rule.version) | (version > rule.version))
        for rule in rules
    ]
    ended = StoredGrade.scenario.in_([rule.slug for rule in rules]) & (
        StoredGrade.changes_on <= clock.today()
    )
    for condition in (ended, or_(*of_other_version)):
        if len(due) < limit:
            question = select(StoredGrade.subject_id).where(condition)
            due |= set(session.scalars(question.limit(limit - len(due))))
    if due:
        recompute(sorted(due))
        revision.bump()
    return len(due)


def recompute_missing() -> int:
    """Compute everything where lists have subjects but no lines, as after a change of schema."""
    if session.scalar(select(StoredGrade.subject_id).limit(1)) is not None:
        return 0
    return recompute_all()


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
