"""What belongs in which report, for how long, and how often."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from portal.core.errors import Refused
from portal.reports import rules
from portal.reports.law import load as law_on_file

TODAY = date(2026, 11, 20)
LAW = law_on_file()
ALL = tuple(domain.key for domain in LAW.domains)


@dataclass(frozen=True)
class Row:
    kind: str = "penalty"
    decided_on: date = date(2026, 9, 1)
    public_from: date | None = date(2026, 9, 1)
    public_until: date | None = date(2027, 9, 1)
    repaired_on: date | None = None
    withdrawn_on: date | None = None
    is_disputed: bool = False
    authority: str = "虚构县市场监督管理局"


def belongs(row: Row, domains: tuple[str, ...] = ALL, law: rules.Law = LAW) -> bool:
    return rules.belongs_in_special(
        row, since=date(2025, 1, 1), until=TODAY, domains=domains, law=law
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(), True),
        (Row(public_from=None), True),
        (Row(kind="licence"), False),
        (Row(withdrawn_on=TODAY), False),
        (Row(repaired_on=TODAY), False),
        (Row(decided_on=date(2025, 1, 1)), True),
        (Row(decided_on=date(2024, 12, 31)), False),
        (Row(decided_on=TODAY), True),
    ],
)
def test_a_special_report_takes_standing_adverse_records_of_its_years(
    row: Row, expected: bool
) -> None:
    assert belongs(row) is expected


def test_only_chosen_domains_count() -> None:
    assert belongs(Row(), ("market",))
    assert not belongs(Row(), ("tax",))


def test_the_city_decides_about_repaired_records() -> None:
    assert belongs(Row(repaired_on=TODAY), law=replace(LAW, include_repaired=True))


@pytest.mark.parametrize(
    ("authority", "domain"),
    [("虚构县税务局", "tax"), ("虚构县消防救援大队", "fire"), ("虚构县某某馆", "other")],
)
def test_an_authority_has_one_domain(authority: str, domain: str) -> None:
    assert rules.domain_of(authority, law=LAW) == domain


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (date(2025, 1, 1), date(2026, 11, 21), "in_future"),
        (date(2026, 2, 1), date(2026, 1, 1), "upside_down"),
        (date(2023, 11, 19), TODAY, "too_long"),
    ],
)
def test_a_period_that_cannot_be_is_refused(since: date, until: date, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rules.check_period(since, until, law=LAW, today=TODAY)


def test_three_years_to_the_day_are_allowed() -> None:
    rules.check_period(date(2023, 11, 20), TODAY, law=LAW, today=TODAY)
    assert rules.years_before(TODAY, 3) == date(2023, 11, 20)


def test_domains_come_in_their_usual_order_and_unknown_ones_are_refused() -> None:
    assert rules.check_domains(["tax", "market"], law=LAW) == ("market", "tax")
    for wrong in ([], ["tax", "no such"]):
        with pytest.raises(Refused, match="no_domain"):
            rules.check_domains(wrong, law=LAW)


def test_a_person_gets_one_special_and_more_general_reports_a_day() -> None:
    rules.check_limit("special", 0, law=LAW)
    with pytest.raises(Refused, match="limit_reached"):
        rules.check_limit("special", 1, law=LAW)
    rules.check_limit("general", 4, law=LAW)


@pytest.mark.parametrize(
    ("row", "marks"),
    [
        (Row(), []),
        (Row(is_disputed=True), ["disputed"]),
        (Row(public_from=None, public_until=None), ["not_public"]),
        (Row(public_until=TODAY), ["ended"]),
        (Row(public_until=TODAY, repaired_on=TODAY), ["repaired"]),
    ],
)
def test_each_mark_has_its_cause(row: Row, marks: list[str]) -> None:
    assert rules.marks_of(row, TODAY) == marks


def test_a_record_in_repair_is_marked() -> None:
    assert rules.marks_of(Row(), TODAY, in_repair=True) == ["in_repair"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(), True),
        (Row(public_from=None), False),
        (Row(public_from=date(2026, 11, 21)), False),
        (Row(public_until=None), True),
        (Row(public_until=TODAY), False),
    ],
)
def test_anyone_may_read_what_is_public_today(row: Row, expected: bool) -> None:
    assert rules.is_public(row, TODAY) is expected


def test_every_kind_has_a_counted_section() -> None:
    assert rules.section_of("honour") == "honours"
    assert rules.section_of("licence") == "administrative"
    assert set(rules.PLACES.values()) <= set(rules.COUNTED)
    assert len(rules.SECTIONS) == 13


@dataclass
class Allowed:
    valid_until: date = TODAY
    uses: int = 0
    uses_allowed: int = 1
    withdrawn_on: date | None = None


def test_a_permission_ends_by_use_day_and_word() -> None:
    rules.check_grant(Allowed(), TODAY)
    for allowed, reason in (
        (Allowed(withdrawn_on=TODAY), "withdrawn"),
        (Allowed(valid_until=date(2026, 11, 19)), "expired"),
        (Allowed(uses=1), "used_up"),
    ):
        with pytest.raises(Refused, match=reason):
            rules.check_grant(allowed, TODAY)


def test_a_share_ends_by_day_and_word() -> None:
    assert rules.is_open(Allowed(), TODAY)
    assert not rules.is_open(Allowed(valid_until=date(2026, 11, 19)), TODAY)
    assert not rules.is_open(Allowed(withdrawn_on=TODAY), TODAY)
