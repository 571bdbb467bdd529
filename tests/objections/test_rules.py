"""One field at a time: claims, grounds, decisions."""

import pytest

from portal.core.errors import Refused
from portal.objections import rules
from portal.objections.rules import Claim, Decision

CLAIM = Claim("title", "未公示", "已公示")
KEPT = Decision("title", "kept", "与决定书一致")


@pytest.mark.parametrize(("claims", "ground", "reason"), [
    ([], "wrong", "field_missing"),
    ([Claim("grade", "", "良")], "wrong", "field_missing"),
    ([CLAIM], "", "ground_missing"),
    ([Claim("title", "未公示", " ")], "wrong", "claim_missing"),
])  # fmt: skip
def test_an_objection_names_field_ground_and_what_is_right(
    claims: list[Claim], ground: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        rules.check_claims("record", claims, ground)
    rules.check_claims("record", [CLAIM], "wrong")


@pytest.mark.parametrize(("decision", "reason"), [
    (None, "decision_missing"),
    (Decision("title", "maybe", "x"), "decision_missing"),
    (Decision("title", "kept", " "), "reason_missing"),
    (Decision("title", "corrected", "写错了"), "value_missing"),
])  # fmt: skip
def test_every_field_is_answered_with_its_reason(decision: Decision | None, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rules.check_decisions([CLAIM], [decision] if decision else [])
    rules.check_decisions([CLAIM], [KEPT])
    rules.check_decisions([CLAIM], [Decision("title", "corrected", "写错了", "已公示")])
    whole = Claim("whole", "", "不应有")
    rules.check_decisions([whole], [Decision("whole", "corrected", "决定已撤销")])


def test_the_same_facts_are_known_again_however_they_are_spaced() -> None:
    again = Claim("title", "另一个", "已 公示")
    same = rules.fingerprint("record", "7", [CLAIM], "wrong")
    assert rules.fingerprint("record", "7", [again], "wrong") == same
    assert rules.fingerprint("record", "8", [CLAIM], "wrong") != same
    assert rules.fingerprint("record", "7", [CLAIM], "duplicate") != same


def test_an_objection_is_upheld_when_anything_was_corrected() -> None:
    assert not rules.is_upheld([KEPT])
    assert rules.is_upheld([KEPT, Decision("number", "corrected", "x", "1")])


def test_the_workflow_holds_together() -> None:
    assert rules.WORKFLOW.unreachable == frozenset()
    assert rules.WORKFLOW.states == set(rules.STATES)
    applicants = {each.name for each in rules.WORKFLOW.steps if "applicant" in each.by}
    assert applicants == set(rules.OFFERS)
    steps = {each.name for each in rules.WORKFLOW.steps}
    assert set(rules.STEP_WORDS) | {"withdraw", "extend", "reopen"} >= steps
