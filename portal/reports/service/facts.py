"""The facts of a report as they are frozen: plain values that JSON can hold."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from portal.core import clock
from portal.records import service as records
from portal.reports import rules
from portal.reports.law import load as law_on_file
from portal.reports.rules import Scope

Facts = dict[str, Any]


def of_subject(subject: Any, scope: Scope, *, applicant: str, delegated: str = "") -> Facts:
    """The facts of a report about a business; `subject` is a row of its public facts."""
    today = clock.today()
    whole = records.whole(subject.id)
    is_general = scope.product == "general"
    rows = (
        [row for row in whole if rules.is_public(row, today)]
        if is_general
        else _chosen(whole, scope)
    )
    facts = _common(scope, rows, [subject.id], applicant=applicant, delegated=delegated)
    facts["subject"] = {
        "name": subject.name,
        "code": subject.code,
        "kind": subject.kind,
        "status": subject.status,
        "legal_representative": subject.legal_representative,
        "registered_on": _iso(subject.registered_on),
        "address": subject.address,
        "capital": subject.capital,
    }
    facts["watermark"] = subject.name
    facts["public"] = [
        ["主体", subject.name], ["统一社会信用代码", subject.code], *_outline(scope),
    ]  # fmt: skip
    return facts


def of_person(name: str, shown_name: str, businesses: Sequence[Any], scope: Scope) -> Facts:
    """The facts about an individual: only what is on file of the individual businesses they run."""
    rows = _chosen([row for one in businesses for row in records.whole(one.id)], scope)
    ids = [one.id for one in businesses]
    facts = _common(scope, rows, ids, applicant=shown_name, delegated="")
    facts["person"] = name
    facts["businesses"] = [{"name": one.name, "code": one.code} for one in businesses]
    facts["watermark"] = shown_name
    facts["public"] = [["姓名", shown_name], *_outline(scope)]
    if not businesses:
        for domain in facts["domains"]:
            domain["found"] = None
    return facts


def _chosen(rows: Iterable[Any], scope: Scope) -> list[Any]:
    since, until = scope.since or date.min, scope.until or date.max
    law = law_on_file()
    return [
        row
        for row in rows
        if rules.belongs_in_special(row, since=since, until=until, domains=scope.domains, law=law)
    ]


def _common(
    scope: Scope, rows: Sequence[Any], subject_ids: Iterable[int], *, applicant: str, delegated: str
) -> Facts:
    law = law_on_file()
    is_general = scope.product == "general"
    in_repair = {record for one in subject_ids for record in records.in_repair(one)}
    return {
        "product": scope.product,
        "purpose": scope.purpose,
        "recipient": scope.recipient,
        "since": _iso(scope.since),
        "until": _iso(scope.until),
        "applicant": applicant,
        "delegated": delegated,
        "domains": [] if is_general else _domains(rows, scope.domains),
        "sections": _sections(rows, in_repair),
        "total": len(rows),
        "cut_off": clock.now().isoformat(timespec="seconds"),
        "newest": max((row.updated_at.isoformat() for row in rows), default=None),
        "include_repaired": law.include_repaired,
        "include_repaired_basis": law.include_repaired_basis,
        "missing": [{"zh": each.zh, "en": each.en} for each in law.missing],
        "basis": law.basis,
    }


def _domains(rows: Sequence[Any], chosen: Sequence[str]) -> list[dict[str, Any]]:
    law = law_on_file()
    found = Counter(rules.domain_of(row.authority, law=law) for row in rows)
    return [
        {"key": one.key, "zh": one.zh, "en": one.en, "found": found[one.key]}
        for one in law.domains
        if one.key in chosen
    ]


def _sections(rows: Sequence[Any], in_repair: Collection[int]) -> dict[str, Facts]:
    today = clock.today()
    sections: dict[str, Facts] = {
        name: {
            "count": 0,
            "records": [],
            "more": [],
            "is_connected": name not in law_on_file().unconnected,
        }
        for name in rules.COUNTED
    }
    for place, row in enumerate(rows):
        section = sections[rules.section_of(row.kind)]
        section["count"] += 1
        section["records" if place < rules.MOST_ROWS else "more"].append(
            _record(row, today, in_repair=row.id in in_repair)
        )
    return sections


def _record(row: Any, today: date, *, in_repair: bool) -> Facts:
    kind = records.law_on_file().kinds[row.kind]
    return {
        "id": row.id,
        "kind": row.kind,
        "number": row.number,
        "title": row.title,
        "summary": row.summary,
        "details": [list(pair) for pair in row.details],
        "decided_on": _iso(row.decided_on),
        "authority": row.authority,
        "source_unit": row.source_unit,
        "record_class": row.record_class,
        "public_until": _iso(row.public_until),
        "earliest_repair_on": _iso(row.earliest_repair_on) if kind.is_adverse else None,
        "is_adverse": kind.is_adverse,
        "marks": rules.marks_of(row, today, in_repair=in_repair),
    }


def _outline(scope: Scope) -> list[list[str]]:
    law = law_on_file()
    rows = []
    if scope.since and scope.until:
        rows.append(["期间", f"{scope.since.isoformat()}至{scope.until.isoformat()}"])
    names = [domain.zh for domain in law.domains if domain.key in scope.domains]
    if names:
        rows.append(["领域", "、".join(names)])
    rows.append(["用途", law.purposes[scope.purpose].zh])
    return rows


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def record_ids(facts: Mapping[str, Any]) -> list[int]:
    """The records that a report's facts were made from."""
    return [
        record["id"]
        for section in facts["sections"].values()
        for record in (*section["records"], *section["more"])
    ]
