"""How long a record may be seen: classes, periods, ends, repair."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.calendar import add_months
from portal.core.errors import Refused
from portal.records import law as files
from portal.records import rules
from portal.records.rules import (
    Override,
    Publication,
    RecordClass,
    classify,
    in_force,
    penalty_kinds,
    publication,
)

# Hypothesis tries a hundred cases a test.
pytestmark = pytest.mark.limit(5)

LAW = files.load()
TODAY = date(2026, 11, 23)
DECIDED = date(2026, 5, 31)


def published(
    record_class: RecordClass | None = "general", decided_on: date = DECIDED, kind: str = "penalty",
    today: date = TODAY, **facts: Any,
) -> Publication:  # fmt: skip
    return publication(kind, record_class, decided_on, law=LAW, today=today, **facts)


@pytest.mark.parametrize(
    ("record_class", "decided_on", "repair_on", "until"),
    [
        ("general", date(2026, 5, 31), date(2026, 8, 31), date(2027, 5, 31)),
        ("serious", date(2026, 5, 31), date(2027, 5, 31), date(2029, 5, 31)),
        ("general", date(2026, 11, 30), date(2027, 2, 28), date(2027, 11, 30)),
        ("general", date(2026, 4, 1), date(2026, 7, 1), date(2027, 4, 1)),
        # Under the old Order 58 three years; the present year is shorter and in their favour.
        ("general", date(2026, 3, 31), date(2026, 6, 30), date(2027, 3, 31)),
        ("serious", date(2026, 3, 31), date(2027, 3, 31), date(2029, 3, 31)),
        ("serious", date(2022, 1, 10), date(2023, 1, 10), date(2025, 1, 10)),
        ("serious", date(2024, 2, 29), date(2025, 2, 28), date(2027, 2, 28)),
    ],
)
def test_periods_count_from_the_decision_by_the_law_of_that_day(
    record_class: RecordClass, decided_on: date, repair_on: date, until: date
) -> None:
    told = published(record_class, decided_on)
    assert (told.earliest_repair_on, told.public_until) == (repair_on, until)
    assert told.public_from == decided_on


def test_an_end_on_a_holiday_is_not_moved() -> None:
    assert published(decided_on=date(2026, 10, 1)).public_until == date(2027, 10, 1)


def test_the_basis_is_the_instrument_of_the_day_of_decision() -> None:
    assert "第58号" in published(decided_on=date(2026, 3, 31)).class_basis
    assert "第36号" in published(decided_on=date(2026, 4, 1)).class_basis


def test_before_the_new_law_nothing_is_capped_by_it() -> None:
    told = published(decided_on=date(2026, 1, 10), today=date(2026, 3, 1))
    assert told.public_until == date(2029, 1, 10)


def test_a_revoked_repair_gives_the_days_that_were_left() -> None:
    repaired, revoked = date(2026, 11, 1), date(2026, 11, 20)
    assert rules.remaining_until(date(2027, 8, 1), repaired, revoked) == date(2027, 8, 20)
    assert rules.remaining_until(None, repaired, revoked) is None


def test_a_record_is_shown_from_its_publication_but_counts_from_its_decision() -> None:
    told = published(published_on=date(2026, 6, 8))
    assert told.public_from == date(2026, 6, 8)
    assert told.public_until == date(2027, 5, 31)


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        ({"repaired_on": date(2026, 9, 1)}, date(2026, 9, 1)),
        ({"withdrawn_on": date(2026, 7, 1)}, date(2026, 7, 1)),
        ({"repaired_on": date(2026, 9, 1), "withdrawn_on": date(2026, 8, 1)}, date(2026, 8, 1)),
        ({"repaired_on": date(2028, 1, 1)}, date(2027, 5, 31)),
    ],
)
def test_the_earliest_end_counts(ended: dict[str, date], until: date) -> None:
    assert published(**ended).public_until == until


def test_a_record_is_gone_at_midnight_of_its_last_day() -> None:
    told = published()
    assert (told.public_from, told.public_until) == (DECIDED, date(2027, 5, 31))


def test_a_minor_record_is_never_shown_but_repairable_once_performed() -> None:
    told = published("minor")
    assert told.public_from is None
    assert told.earliest_repair_on == DECIDED
    performed = published("minor", performed_on=date(2026, 6, 10))
    assert performed.earliest_repair_on == date(2026, 6, 10)


OVERRIDE = Override("淮南市应急管理局", "行业主管部门认为确有必要", date(2026, 7, 31))


def test_an_authority_may_have_a_minor_record_shown_for_three_months() -> None:
    told = published("minor", override=OVERRIDE)
    assert (told.public_from, told.public_until) == (DECIDED, date(2026, 7, 31))
    longest = replace(OVERRIDE, until=date(2026, 8, 31))
    assert published("minor", override=longest).public_until == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"authority": " "}, "override_needs_authority", "override_authority"),
        ({"reason": ""}, "override_needs_reason", "override_reason"),
        ({"until": date(2026, 9, 1)}, "override_too_long", "override_until"),
    ],
)
def test_an_override_needs_authority_reason_and_a_near_end(
    change: dict[str, Any], reason: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        published("minor", override=replace(OVERRIDE, **change))
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_an_override_means_nothing_for_a_record_that_is_public_anyway() -> None:
    assert published(override=OVERRIDE) == published()


def test_the_serious_list_is_always_serious() -> None:
    told = published(None, kind="serious")
    assert told.record_class == "serious"
    assert told.public_until == date(2029, 5, 31)


@pytest.mark.parametrize("record_class", [None, "huge"])
def test_a_penalty_needs_a_class(record_class: Any) -> None:
    with pytest.raises(Refused, match="record_class_missing"):
        published(record_class)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused, match="record_kind_unknown"):
        published(kind="gossip")


@pytest.mark.parametrize("kind", [key for key, kind in LAW.kinds.items() if not kind.is_adverse])
def test_records_that_are_not_adverse_have_no_end_and_no_repair(kind: str) -> None:
    told = published(None, kind=kind)
    assert (told.public_from, told.public_until) == (DECIDED, None)
    assert told.earliest_repair_on is None


def test_a_withdrawn_licence_is_gone_too() -> None:
    told = published(None, kind="licence", withdrawn_on=date(2026, 7, 1))
    assert told.public_until == date(2026, 7, 1)


def test_the_abnormal_list_lasts_until_its_cause_is_removed() -> None:
    listed = published(None, kind="abnormal")
    assert (listed.public_until, listed.earliest_repair_on) == (None, None)
    corrected = published(None, kind="abnormal", performed_on=date(2026, 7, 1))
    assert corrected.earliest_repair_on == date(2026, 7, 1)
    removed = published(None, kind="abnormal", repaired_on=date(2026, 7, 3))
    assert removed.public_until == date(2026, 7, 3)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("罚款", ["fine"]),
        ("罚款、没收违法所得", ["fine", "confiscated_income"]),
        ("警告；罚款2000元", ["warning", "fine"]),
        ("吊销许可证", ["revoked_licence"]),
        ("责令停产停业,罚款", ["stopped_business", "fine"]),
        ("没收违法所得、没收非法财物", ["confiscated_income", "confiscated_goods"]),
        ("罚款、罚款", ["fine"]),
        ("责令改正", ["other"]),
        ("", ["other"]),
    ],
)
def test_kinds_of_penalty_are_read_from_free_spelling(text: str, keys: list[str]) -> None:
    assert [kind.key for kind in penalty_kinds(text, law=LAW)] == keys


@pytest.mark.parametrize(
    ("text", "fine_fen", "procedure", "record_class"),
    [
        ("警告", None, "", "minor"),
        ("警告", None, "普通程序", "minor"),
        ("罚款", 300_000, "", "minor"),
        ("罚款", 300_001, "", "general"),
        ("罚款", None, "", "general"),
        ("罚款", 0, "", "general"),
        ("罚款", 5_000_000, "简易程序", "minor"),
        ("罚款、没收违法所得", 1000, "", "general"),
        ("罚款、吊销许可证件", 1000, "", "serious"),
        ("责令停产停业", None, "", "serious"),
        ("暂扣许可证件", None, "", "general"),
        ("责令改正", None, "", "general"),
    ],
)
def test_the_gravest_penalty_gives_the_default_class(
    text: str, fine_fen: int | None, procedure: str, record_class: RecordClass
) -> None:
    told = classify(text, law=LAW, fine_fen=fine_fen, procedure=procedure)
    assert told.record_class == record_class
    assert told.basis


days = st.dates(date(2023, 5, 1), date(2028, 12, 31))
classes = st.sampled_from(rules.SEVERITY)


@given(classes, days, days, st.none() | days, st.none() | days)
def test_no_record_is_public_longer_than_the_law_of_its_day_or_of_today(
    graded: RecordClass,
    decided_on: date,
    today: date,
    repaired: date | None,
    withdrawn: date | None,
) -> None:
    told = published(graded, decided_on, today=today, repaired_on=repaired, withdrawn_on=withdrawn)
    for on in (decided_on, max(today, decided_on)):
        rule = LAW.classes[in_force(LAW, on).key, graded]
        longest = add_months(decided_on, rule.max_months)
        assert told.public_until is not None
        assert told.public_until <= longest
    assert graded != "minor" or told.public_from is None


@given(days, days)
def test_a_graver_class_is_never_shown_shorter(decided_on: date, today: date) -> None:
    ends = [published(graded, decided_on, today=today).public_until for graded in rules.SEVERITY]
    assert ends == sorted(ends)  # type: ignore[type-var]


def test_the_law_data_name_each_kind_as_the_rules_do() -> None:
    assert {key: LAW.kinds[key].zh for key in rules.KINDS} == rules.KINDS


@pytest.mark.parametrize(
    ("kind", "told_until", "until"),
    [
        ("penalty", date(2026, 12, 1), date(2026, 12, 1)),
        ("penalty", date(2099, 12, 31), date(2027, 5, 31)),
        ("honour", date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_the_source_units_own_end_of_publication_only_shortens(
    kind: str, told_until: date, until: date
) -> None:
    assert published(kind=kind, publish_until=told_until).public_until == until
