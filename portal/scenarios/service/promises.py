"""Commitments kept and broken become records and a fact of every scenario that asks for it."""

from datetime import date

from portal.bodies import service as bodies
from portal.commitments import service as commitments
from portal.commitments.models import Commitment
from portal.core import clock
from portal.records import service as records
from portal.scenarios.service import storing

FACT = "commitment"
ACTOR = "commitments"
LIMIT = 200
WORDS = {
    "signed": "已签署，承诺有效",
    "kept": "全部履行",
    "partly_kept": "部分履行",
    "breach_review": "已签署，承诺有效",
    "broken": "未履行（违诺）",
    "withdrawn": "已撤回",
}


def take_commitments() -> int:
    """Draw the conclusions from commitments that changed; returns of how many businesses."""
    changed = commitments.take_changed(LIMIT)
    for subject_id in changed:
        found = commitments.listed_of(subject_id)
        if found and found[0].subject is not None:
            code = found[0].subject.code
            records.store(_record(each, code) for each in found)
            _report(subject_id, found)
    return len(changed)


def _record(commitment: Commitment, code: str) -> records.RecordFacts:
    content = commitment.content
    is_withdrawn = commitment.state == "withdrawn"
    return records.RecordFacts(
        subject_code=code,
        kind="commitment",
        number=commitment.number or "",
        title=content["title"]["zh"],
        decided_on=commitment.signed_on,
        authority=bodies.name_of(commitment.body_slug),
        summary=content["matter"]["zh"],
        details=(
            ("履行状态", WORDS[commitment.state]),
            ("认定日期", commitment.state_on.isoformat()),
        ),
        valid_from=commitment.signed_on,
        valid_until=commitment.term_until,
        withdrawn_on=commitment.state_on if is_withdrawn else None,
        is_disputed=commitment.is_disputed,
        source_unit=bodies.name_of(commitment.body_slug),
    )


def _report(subject_id: int, found: list[Commitment]) -> None:
    """Broken as long as one is; kept while one counts; otherwise over since the last one ended."""
    broken = [each for each in found if each.state == "broken"]
    alive = [each for each in found if each.state not in {"broken", "withdrawn"}]
    last = (broken or alive or found)[-1]
    value = "broken" if broken else "kept"
    until = last.term_until if not broken else None
    if not broken and not alive:
        until = last.state_on
    _tell(subject_id, last, value, _since(last), until)


def _since(commitment: Commitment) -> date:
    return min(commitment.state_on, clock.today())


def _tell(
    subject_id: int, commitment: Commitment, value: str, from_on: date, until_on: date | None
) -> None:
    office = bodies.name_of(commitment.body_slug)
    storing.report_fact(
        subject_id, FACT, value, from_on=from_on, until_on=until_on,
        source_unit=f"{office}，承诺{commitment.number}", actor=ACTOR,
    )  # fmt: skip
