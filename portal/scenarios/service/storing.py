"""Storing who is listed and which facts were reported; grades follow in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_

from portal.core import audit, bulk, clock, revision
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.scenarios import rulebook
from portal.scenarios.models import ScenarioFact, ScenarioListing
from portal.scenarios.rules import FactKind
from portal.scenarios.service.grading import CHUNK, recompute
from portal.subjects.models import Subject

LISTING_COLUMNS = ("scenario", "subject_id", "since", "until", "source_unit")
FACT_COLUMNS = ("subject_id", "scenario", "key", "value", "from_on", "until_on", "source_unit",
                "updated_at")  # fmt: skip
LONGEST = 300


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


class Counts(NamedTuple):
    """What became of listings and facts."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


Keyed = dict[tuple[Any, ...], tuple[Any, ...]]


def store(listed: Sequence[Listed] = (), facts: Sequence[FactRow] = (), *, actor: str) -> Counts:
    """Store listings and facts, replacing those of the same subject, key and day; grade anew.

    Raises Refused for a subject, a scenario or a fact that is not known.
    """
    codes = {row.subject_code for row in listed} | {row.subject_code for row in facts}
    ids = _ids(codes)
    for row in facts:
        check(row)
    return _store(_listings(listed, ids), _facts(facts, ids), actor)


def report_fact(
    subject_id: int,
    key: str,
    value: str,
    *,
    from_on: date,
    until_on: date | None = None,
    source_unit: str,
    actor: str,
) -> int:
    """Tell every scenario that lists a subject and knows this fact; returns how many do.

    For what other capabilities learn: commitments kept or broken, complaints and their outcomes.
    """
    code = session.scalars(select(Subject.code).where(Subject.id == subject_id)).one()
    listed = session.scalars(
        select(ScenarioListing.scenario)
        .where(ScenarioListing.subject_id == subject_id)
        .order_by(ScenarioListing.scenario)
    )
    rows = [
        FactRow(code, scenario, key, value, from_on, until_on, source_unit)
        for scenario in listed
        if find_kind(scenario, key)
    ]
    store(facts=rows, actor=actor)
    return len(rows)


def _ids(codes: set[str]) -> dict[str, int]:
    found: dict[str, int] = dict(
        session.execute(select(Subject.code, Subject.id).where(Subject.code.in_(codes))).all()
    )
    if strangers := codes - set(found):
        raise Refused("no_such_subject", codes=sorted(strangers))
    return found


def find_kind(scenario: str, key: str) -> FactKind | None:
    """What the rule of a scenario says of a fact, by key or by name, if it knows it."""
    rule = rulebook.load().get(scenario)
    known = rule.facts if rule else ()
    return next((fact for fact in known if key in {fact.key, fact.zh, fact.en}), None)


def check(row: FactRow) -> None:
    """Raise Refused for a fact or a value that the rule of its scenario does not know."""
    kind = find_kind(row.scenario, row.key)
    if kind is None or kind.key != row.key:
        raise Refused("no_such_fact", key=row.key, scenario=row.scenario)
    if kind.values and row.value not in kind.values:
        raise Refused("no_such_value", key=row.key, value=row.value)


def not_listed(pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these pairs of code and scenario that are on no list, and never were."""
    codes = {code for code, _scenario in pairs}
    rows = session.execute(
        select(Subject.code, ScenarioListing.scenario)
        .join(Subject, Subject.id == ScenarioListing.subject_id)
        .where(Subject.code.in_(codes))
    )
    return set(pairs) - {(code, scenario) for code, scenario in rows}


def renew(codes: Collection[str]) -> None:
    """Compute the lines of these subjects anew, whose name or seat may have changed."""
    ids = session.scalars(
        select(Subject.id)
        .where(Subject.code.in_(codes))
        .where(Subject.id.in_(select(ScenarioListing.subject_id)))
        .order_by(Subject.id)
    ).all()
    if ids:
        recompute(ids)


def _store(listings: Keyed, facts: Keyed, actor: str) -> Counts:
    counts = _replace(ScenarioListing, ("scenario", "subject_id"), LISTING_COLUMNS, listings)
    counts = counts.plus(
        _replace(ScenarioFact, ("subject_id", "scenario", "key", "from_on"), FACT_COLUMNS, facts)
    )
    if counts.added or counts.changed:
        ids = {key[1] for key in listings} | {key[0] for key in facts}
        recompute(sorted(ids))
        told = {"listed": len(listings), "facts": len(facts)}
        audit.record("scenarios.store", "scenario", "", actor, **told)
        revision.bump()
    return counts


def _listings(listed: Sequence[Listed], ids: Mapping[str, int]) -> Keyed:
    return {
        (row.scenario, ids[row.subject_code]): (row.scenario, ids[row.subject_code], *row[2:])
        for row in listed
    }


def _facts(facts: Sequence[FactRow], ids: Mapping[str, int]) -> Keyed:
    now = clock.now()
    rows = {}
    for fact in facts:
        id_ = ids[fact.subject_code]
        value = mask_text(fact.value)[:LONGEST]
        row = (id_, fact.scenario, fact.key, value, *fact[4:], now)
        rows[id_, fact.scenario, fact.key, fact.from_on] = row
    return rows


def _replace(model: Any, names: Sequence[str], columns: Sequence[str], rows: Keyed) -> Counts:
    """Put rows in place of those with the same identity; those that say the same stay."""
    known = _known(model, names, columns, list(rows))
    same = {key for key, row in rows.items() if _says(row, columns) == known.get(key)}
    fresh = {key: row for key, row in rows.items() if key not in same}
    old = [key for key in fresh if key in known]
    identity = tuple_(*(getattr(model, name) for name in names))
    for start in range(0, len(old), CHUNK):
        session.execute(delete(model).where(identity.in_(old[start : start + CHUNK])))
    bulk.insert(model, columns, list(fresh.values()))
    return Counts(len(fresh) - len(old), len(old), len(same))


def _known(
    model: Any, names: Sequence[str], columns: Sequence[str], keys: Sequence[Any]
) -> dict[Any, Any]:
    table = model.__table__
    identity = tuple_(*(table.c[name] for name in names))
    found = {}
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        for row in session.execute(
            select(*(table.c[name] for name in columns)).where(identity.in_(some))
        ):
            found[tuple(getattr(row, name) for name in names)] = _says(tuple(row), columns)
    return found


def _says(row: Sequence[Any], columns: Sequence[str]) -> tuple[Any, ...]:
    """A row without the time at which it came."""
    return tuple(cell for name, cell in zip(columns, row, strict=True) if name != "updated_at")
