"""When repair may be asked for, and where: Order 36, one condition at a time."""

from dataclasses import replace
from datetime import date

import pytest

from portal.core import calendar
from portal.core.errors import Refused
from portal.repair import rules
from portal.repair.rules import Authority, Facts

TODAY = date(2026, 11, 20)
AUTHORITIES = (Authority("市场监督管理", "enterprise_system", "第107号", True),)
PENALTY = Facts(
    kind="penalty",
    is_adverse=True,
    kind_route="credit_china",
    authority="淮南市城市管理行政执法局",
    record_class="general",
    decided_on=date(2026, 8, 1),
    earliest_on=date(2026, 11, 1),
    public_until=date(2027, 8, 1),
    performed_on=None,
    repaired_on=None,
    withdrawn_on=None,
)


def ask(**facts: object) -> rules.Eligibility:
    return rules.eligibility(
        replace(PENALTY, **facts),  # type: ignore[arg-type]
        TODAY,
        authorities=AUTHORITIES,
        basis="第36号",
    )


def test_from_the_first_day_after_the_least_period_repair_may_be_asked_for() -> None:
    found = ask(earliest_on=TODAY)
    assert found.may_apply
    rules.check_may_apply(found)
    assert (found.opens_on, found.days_left) == (None, 0)
    assert [each.is_met for each in found.conditions] == [True, True, True]


def test_too_early_says_from_which_day_and_how_many_are_left() -> None:
    found = ask(earliest_on=date(2026, 12, 13))
    assert not found.may_apply
    assert (found.opens_on, found.days_left) == (date(2026, 12, 13), 23)
    with pytest.raises(Refused) as refused:
        rules.check_may_apply(found)
    assert (refused.value.reason, refused.value.data["opens_on"]) == (
        "repair_too_early",
        date(2026, 12, 13),
    )


def test_a_minor_record_has_no_least_period() -> None:
    found = ask(record_class="minor", earliest_on=None)
    assert found.may_apply
    assert found.conditions[0].text == rules.NO_PERIOD


def test_who_gave_false_material_waits_for_the_end_of_the_bar() -> None:
    found = ask(barred_until=date(2029, 1, 1))
    with pytest.raises(Refused, match="repair_barred"):
        rules.check_may_apply(found)
    assert found.opens_on == date(2029, 1, 1)
    assert ask(barred_until=TODAY).may_apply


@pytest.mark.parametrize("ended", [
    {"repaired_on": TODAY}, {"withdrawn_on": TODAY}, {"public_until": TODAY},
])  # fmt: skip
def test_what_has_ended_needs_no_repair(ended: dict[str, date]) -> None:
    found = ask(**ended)
    assert found.is_over
    with pytest.raises(Refused, match="repair_ended"):
        rules.check_may_apply(found)


@pytest.mark.parametrize(("facts", "route"), [
    ({}, "credit_china"),
    ({"authority": "淮南市市场监督管理局"}, "enterprise_system"),
    ({"kind_route": "court"}, "court"),
    ({"is_adverse": False}, "none"),
])  # fmt: skip
def test_each_record_has_its_own_way(facts: dict[str, object], route: str) -> None:
    found = ask(**facts)
    assert found.route == route
    if route != "credit_china":
        with pytest.raises(Refused, match="repair_elsewhere"):
            rules.check_may_apply(found)


def test_the_city_decides_on_decisions_of_its_own_bodies() -> None:
    assert ask(body="urban-management").decides == "urban-management"
    assert ask().decides is None


@pytest.mark.parametrize(("day", "reason"), [
    (date(2026, 11, 21), "performed_in_future"),
    (date(2026, 7, 31), "performed_before_decision"),
])  # fmt: skip
def test_a_day_of_performance_that_cannot_be_is_refused(day: date, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rules.check_performed(day, date(2026, 8, 1), TODAY)
    rules.check_performed(TODAY, date(2026, 8, 1), TODAY)


def test_a_plan_needs_an_end_that_is_to_come() -> None:
    rules.check_plan(date(2026, 11, 21), TODAY)
    for day in (None, TODAY):
        with pytest.raises(Refused, match="plan_ended"):
            rules.check_plan(day, TODAY)


def test_a_reminder_comes_on_a_working_day() -> None:
    assert rules.reminder_day(calendar.load(), date(2026, 11, 21)) == date(2026, 11, 23)


def test_the_workflow_holds_together() -> None:
    assert rules.WORKFLOW.unreachable == frozenset()
    assert rules.WORKFLOW.states == set(rules.STATES)
    applicants = {each.name for each in rules.WORKFLOW.steps if "applicant" in each.by}
    assert applicants == set(rules.OFFERS)
    assert set(rules.STEP_WORDS) | {"withdraw", "extend", "reopen"} >= {
        each.name for each in rules.WORKFLOW.steps
    }
