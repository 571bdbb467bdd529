"""Rows of facts, agents and sanctions: small files, each row a line of its own."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from portal.bodies import service as bodies
from portal.core.text import N_
from portal.government import service as government
from portal.ingest.rules import advice
from portal.ingest.rules.forms import Layout
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects

LISTED = "列入名录"
UNKNOWN_FACT = N_("这个场景没有这项事实；请用模板“填写说明”里的名称，或填“列入名录”。")
VALUE_NEEDED = N_("请填写事实内容。")
TURNED = N_("截止日期早于起始日期，请核对。")
UNKNOWN_BODY = N_("没有这个单位；请写单位全称，与“政府履约情况”页一致。")
PROMISE_TURNED = N_("应履行日期早于签订日期，请核对。")
UNKNOWN_AGENT = N_("本门户没有这个登记号；请先导入从业人员登记信息。")

Problem = tuple[Any, str, str, str]


class FactLine(NamedTuple):
    """One row of the form for facts."""

    subject_code: str
    subject_name: str
    scenario: str
    fact: str
    value: str
    from_on: date
    until_on: date | None
    source_unit: str
    row_number: int


class AgentLine(NamedTuple):
    """One row of the form for agents."""

    subject_code: str
    subject_name: str
    number: str
    name: str
    agent_class: str
    state: str
    from_on: date
    until_on: date | None
    valid_from: date | None
    valid_until: date | None
    commendations: str
    source_unit: str
    row_number: int


class SanctionLine(NamedTuple):
    """One row of the form for sanctions."""

    subject_code: str
    subject_name: str
    number: str
    document: str
    title: str
    basis: str
    authority: str
    decided_on: date
    public_until: date
    row_number: int


class PromiseLine(NamedTuple):
    """One row of the form for promises of the government."""

    subject_code: str
    body: str
    promise_kind: str
    number: str
    title: str
    counterpart: str
    amount: int | None
    signed_on: date
    due_on: date | None
    state: str
    settled_on: date | None
    note: str
    source_unit: str
    row_number: int


class Put(NamedTuple):
    """What became of lines whose subjects are on file under their names."""

    counts: scenarios.Counts
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Lines:
    """How one of the forms is stored: its lines, what tells two apart, and where they go."""

    line: Any
    key: tuple[str, ...]
    put: Callable[[Sequence[Any], str], Put]
    # Whether each line is about a subject on file; others are about bodies.
    has_subjects: bool = True


def build(lines: Lines, layout: Layout) -> Callable[..., list[Any]]:
    """Makes lines of rows whose values are given column by column."""
    places = [layout.form.place(name) for name in lines.line._fields[:-1]]

    def made(
        columns: Sequence[Sequence[Any]], _cells: Sequence[Any], numbers: Sequence[int]
    ) -> list[Any]:
        told = [columns[place] for place in places if place is not None]
        return [lines.line._make(each) for each in zip(*told, numbers, strict=True)]

    return made


def key_of(lines: Lines, line: Any) -> Hashable:
    return tuple(getattr(line, name) for name in lines.key)


class SortedOut(NamedTuple):
    """Rows to store, those of subjects not on file, and those under another subject's code."""

    good: Sequence[Any]
    strangers: Sequence[Any]
    misnamed: Sequence[Any]


def sorted_out(rows: Sequence[Any]) -> SortedOut:
    """Rows by whether their subjects are on file under the names that they tell."""
    found = subjects.named({(row.subject_code, row.subject_name) for row in rows})
    told = [(row, found.get((row.subject_code, row.subject_name))) for row in rows]
    return SortedOut(
        good=[row for row, named in told if named and named.is_named],
        strangers=[row for row, named in told if named is None],
        misnamed=[row for row, named in told if named and not named.is_named],
    )


def _put_facts(rows: Sequence[FactLine], actor: str) -> Put:
    listed, facts, problems = [], [], []
    for row in rows:
        found = _read_fact(row)
        if isinstance(found, scenarios.Listed):
            listed.append(found)
        elif isinstance(found, scenarios.FactRow):
            facts.append(found)
        else:
            problems.append(found)
    # Whoever has facts is on the list; a row of its own may say since when, or that it left.
    told = {(each.subject_code, each.scenario) for each in listed}
    missing = scenarios.not_listed({(row.subject_code, row.scenario) for row in facts} - told)
    first = {(row.subject_code, row.scenario): row for row in reversed(facts)}
    joined = [
        scenarios.Listed(*pair, first[pair].from_on, None, first[pair].source_unit)
        for pair in sorted(missing)
    ]
    counts = scenarios.store([*listed, *joined], facts, actor=actor)
    return Put(counts._replace(added=counts.added - len(joined)), problems)


def _read_fact(row: FactLine) -> scenarios.Listed | scenarios.FactRow | Problem:
    if row.until_on is not None and row.until_on < row.from_on:
        return row, "until_on", "period", TURNED
    term = (row.from_on, row.until_on, row.source_unit)
    if row.fact == LISTED:
        return scenarios.Listed(row.subject_code, row.scenario, *term)
    kind = scenarios.find_kind(row.scenario, row.fact)
    if kind is None:
        return row, "fact", "fact_unknown", UNKNOWN_FACT
    if not row.value:
        return row, "value", "blank_required", VALUE_NEEDED
    value = row.value
    if kind.values:
        words = {word: key for key, pair in kind.values.items() for word in (key, *pair)}
        if value not in words:
            told = "、".join(pair[0] for pair in kind.values.values())
            return row, "value", "fact_value", advice.ONE_OF % {"values": told}
        value = words[value]
    return scenarios.FactRow(row.subject_code, row.scenario, kind.key, value, *term)


def _put_agents(rows: Sequence[AgentLine], actor: str) -> Put:
    told = [
        scenarios.AgentRow(
            row.subject_code, row.number, row.name, row.agent_class, row.state, row.from_on,
            row.until_on, row.valid_from, row.valid_until, row.commendations, row.source_unit,
        )
        for row in rows
    ]  # fmt: skip
    return Put(scenarios.store_agents(told, actor=actor))


def _put_sanctions(rows: Sequence[SanctionLine], actor: str) -> Put:
    known = scenarios.known_numbers([row.number for row in rows])
    problems = [(row, "number", "agent_unknown", UNKNOWN_AGENT) for row in rows
                if scenarios.normalised(row.number) not in known]  # fmt: skip
    strange = {problem[0] for problem in problems}
    told = [
        scenarios.SanctionRow(row.number, row.document, row.title, row.basis, row.authority,
                              row.decided_on, row.public_until)
        for row in rows if row not in strange
    ]  # fmt: skip
    return Put(scenarios.store_sanctions(told, actor=actor), problems)


def _put_promises(rows: Sequence[PromiseLine], actor: str) -> Put:
    problems: list[Problem] = []
    told = []
    for row in rows:
        slug = bodies.slug_named(row.body)
        if slug is None:
            problems.append((row, "body", "body_unknown", UNKNOWN_BODY))
        elif government.period_is_turned(row.signed_on, row.due_on):
            problems.append((row, "due_on", "period", PROMISE_TURNED))
        else:
            told.append(
                government.PromiseRow(
                    slug, row.promise_kind, row.number, row.title, row.counterpart,
                    Decimal(row.amount) / 100 if row.amount else None, row.signed_on, row.due_on,
                    row.state, row.settled_on, row.note,
                    row.source_unit,
                )
            )  # fmt: skip
    return Put(scenarios.Counts(*government.store(told, actor=actor)), problems)


KINDS = {
    "fact": Lines(FactLine, ("subject_code", "scenario", "fact", "from_on"), _put_facts),
    "agent": Lines(AgentLine, ("number", "subject_code", "from_on"), _put_agents),
    "promise": Lines(PromiseLine, ("body", "number"), _put_promises, has_subjects=False),
    "sanction": Lines(SanctionLine, ("number", "document"), _put_sanctions),
}
