"""The monthly comparison of codes: find every kind of fault, keep the work-lists, close them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.core import audit, clock
from portal.core.db import session
from portal.core.errors import Refused
from portal.ingest.models import CodeFault, QuarantinedRow
from portal.ingest.rules import wrong_codes as rules
from portal.ingest.rules.wrong_codes import KINDS, Fault, Known
from portal.records.models import Record
from portal.subjects.models import Subject, SubjectName
from portal.subjects.service import codes

__all__ = ["KINDS", "authorities", "close", "get", "lines", "of_authority", "run"]

SHOWN = 200
FEWEST_WORDS = 4


def run() -> list[Fault]:
    """Compare everything, bring the work-lists up to date; returns what was found."""
    found = {(each.kind, each.code, each.other): each for each in _faults()}
    today = clock.today()
    known = {
        (each.kind, each.code, each.other): each for each in session.scalars(select(CodeFault))
    }
    for key, fault in found.items():
        if key in known:
            _seen(known[key], today)
        else:
            session.add(CodeFault(**fault._asdict(), found_on=today, seen_on=today))
    for key, row in known.items():
        if key not in found and row.closed_on is None:
            row.closed_on, row.closing, row.closed_by = today, "gone", "portal"
    if found or known:
        audit.record("ingest.check_codes", "codes", today.isoformat(), "portal", found=len(found))
    return list(found.values())


def _seen(row: CodeFault, today: date) -> None:
    row.seen_on = today
    if row.closing == "gone":
        row.closed_on, row.closing, row.closed_by = None, "", ""


def _faults() -> Iterator[Fault]:
    subjects = list(_subjects())
    for subject in subjects:
        check = codes.check(subject.code)
        if not check.is_valid:
            yield Fault("wrong", subject.code, check.errors[0].text[:300], subject.name,
                        subject.authority)  # fmt: skip
        yield from rules.mismatched(subject, _kind_of(subject.code, is_valid=check.is_valid))
    yield from rules.double(subjects)
    yield from _after_the_end()
    yield from _twice()
    yield from _quarantined()


def _kind_of(code: str, *, is_valid: bool) -> str | None:
    return codes.parts(code).subject_kind if is_valid else None


def authority_of(code: str, known: str = "") -> str:
    """Who registers: as told by the register, otherwise as the code itself says."""
    if known:
        return known
    check = codes.check(code)
    if not check.is_valid:
        return rules.UNKNOWN
    parts = codes.parts(check.code)
    return f"{parts.region_label}{parts.authority}"


def _subjects() -> Iterator[Known]:
    rows = session.execute(
        select(
            Subject.code, Subject.name, SubjectName.normalised, Subject.legal_representative,
            Subject.address, Subject.kind, Subject.authority,
        )
        .join(
            SubjectName,
            and_(SubjectName.subject_id == Subject.id, SubjectName.kind == "registered"),
        )
        .order_by(Subject.code)
    )  # fmt: skip
    for row in rows:
        yield Known(*row[:6], authority_of(row.code, row.authority))


def _after_the_end() -> Iterator[Fault]:
    rows = session.execute(
        select(Subject.code, Subject.name, Subject.authority, Record.number, Record.title)
        .join(Record, Record.subject_id == Subject.id)
        .where(Record.kind == "licence", Record.decided_on > Subject.ended_on)
        .order_by(Subject.code, Record.id)
    )  # fmt: skip
    for row in rows:
        yield Fault("ended", row.code, row.number or row.title, row.name,
                    authority_of(row.code, row.authority))  # fmt: skip


def _twice() -> Iterator[Fault]:
    """The same decision under two codes, of subjects with the same registered name."""
    other, name, namesake = aliased(Record), aliased(SubjectName), aliased(SubjectName)
    rows = session.execute(
        select(Record.subject_id, other.subject_id, Record.number)
        .join(other, and_(other.key == Record.key, other.kind == Record.kind,
                          other.subject_id > Record.subject_id))
        .join(name, and_(name.subject_id == Record.subject_id, name.kind == "registered"))
        .join(namesake, and_(namesake.subject_id == other.subject_id,
                             namesake.kind == "registered",
                             namesake.normalised == name.normalised))
        .order_by(Record.id)
    )  # fmt: skip
    for mine, theirs, number in rows.all():
        first, second = (session.get_one(Subject, id_) for id_ in (mine, theirs))
        yield Fault("twice", second.code, f"{first.code} {number}", second.name,
                    authority_of(second.code, second.authority))  # fmt: skip


def _quarantined() -> Iterator[Fault]:
    """Of every code that came in wrong and is not on file now."""
    rows = session.execute(
        select(QuarantinedRow.rule, QuarantinedRow.value, func.min(QuarantinedRow.message))
        .where(QuarantinedRow.rule.in_(rules.QUARANTINED))
        .group_by(QuarantinedRow.rule, QuarantinedRow.value)
        .order_by(QuarantinedRow.rule, QuarantinedRow.value)
    )
    for rule, value, message in rows:
        yield Fault(rules.QUARANTINED[rule], value[:60], message[:300], "", authority_of(value))


def authorities() -> Sequence[Any]:
    """Every authority with open faults and how many, most first."""
    count = func.count().label("count")
    return session.execute(
        select(CodeFault.authority, count)
        .where(CodeFault.closed_on.is_(None))
        .group_by(CodeFault.authority)
        .order_by(count.desc(), CodeFault.authority)
    ).all()


def of_authority(authority: str) -> list[tuple[str, list[CodeFault]]]:
    """The open faults of one authority by kind."""
    rows = session.scalars(
        select(CodeFault)
        .where(CodeFault.closed_on.is_(None), CodeFault.authority == authority)
        .order_by(CodeFault.kind, CodeFault.code, CodeFault.id)
        .limit(SHOWN)
    )
    return [(kind, list(group)) for kind, group in groupby(rows, lambda row: row.kind)]


def get(fault_id: int) -> CodeFault | None:
    """One fault."""
    return session.get(CodeFault, fault_id)


def close(fault_id: int, note: str, *, actor: str) -> CodeFault:
    """Close a fault with the reason why the code is right or was put right; raises Refused."""
    row = get(fault_id)
    if row is None or row.closed_on is not None:
        raise Refused("fault_closed", "note")
    if len(note) < FEWEST_WORDS:
        raise Refused("note_missing", "note")
    row.closed_on, row.closing = clock.today(), "explained"
    row.note, row.closed_by = note, actor
    audit.record("ingest.close_fault", "code_fault", row.id, actor, note=note)
    return row


def lines(found: Sequence[Fault]) -> Iterator[tuple[str, ...]]:
    """The rows of the report."""
    today = clock.today().isoformat()
    for each in found:
        yield (KINDS[each.kind], each.code, each.name, each.other, each.authority, today)
