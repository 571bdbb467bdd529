"""Where a concern goes, who may not have it, which words are enough, what is held back."""

from datetime import date

import pytest

from portal.bodies import service as bodies
from portal.complaints import law
from portal.complaints.rules import protection, routing, workflow
from portal.core import calendar, terms
from portal.core.errors import Refused
from portal.core.units import Unit, is_conflicted, unit_of_key

CITY = law.city()
NOBODY = Unit("")
TOWNS = [town for county in bodies.counties() for town in bodies.towns(county.code)]
ZONES = [place for place in bodies.places().values() if place.level == "zone"]
FRIDAY = date(2026, 11, 20)


def keys(matter: str, area: str, about: str = "") -> list[str]:
    units = routing.chain(law.matters()[matter], area, unit_of_key(about), CITY)
    return [unit.key for unit in units]


def test_every_matter_in_every_town_and_zone_has_a_unit_and_ends_at_the_city() -> None:
    assert (len(TOWNS), len(ZONES)) == (95, 6)
    known = set(bodies.slugs())
    for matter in law.matters().values():
        for place in [*TOWNS, *ZONES, *bodies.counties()]:
            units = routing.chain(matter, place.code, NOBODY, CITY)
            assert {unit.body for unit in units} <= known
            levels = [routing.level(unit, CITY) for unit in units]
            assert levels == sorted(levels, key=["town", "county", "city"].index)
            assert levels[-1] == "city"
            if matter.start == "town" and place.level == "town":
                assert levels[:2] == ["town", "county"]
            elif matter.start != "city":
                assert levels[0] == "county"


def test_whoever_is_complained_of_never_has_the_case() -> None:
    abouts = [Unit(slug) for slug in bodies.slugs()]
    abouts += [routing.station(town.code, CITY) for town in TOWNS]
    for matter in law.matters().values():
        for about in abouts:
            for area in (about.area or "340403002", "340421106"):
                units = routing.chain(matter, area, about, CITY)
                assert units
                assert not [unit for unit in units if is_conflicted(unit, about, CITY.parents)]


@pytest.mark.parametrize(("matter", "area", "expected"), [
    ("service", "340403002", ["tianjiaan-district/340403002", "tianjiaan-district", "data",
                              "development-reform"]),
    ("licence", "340403002", ["tianjiaan-district", "data", "development-reform"]),
    ("tax", "340403002", ["tax", "development-reform"]),
    ("other", "340421106", ["maoji-zone/340421106", "maoji-zone", "development-reform"]),
    ("other", "340421109", ["maoji-zone/340421109", "maoji-zone", "development-reform"]),
    ("other", "340421100", ["fengtai-county/340421100", "fengtai-county", "development-reform"]),
    ("market", "Z3404-FT", ["fengtai-county", "market-regulation", "development-reform"]),
    ("market", "Z3404-GX", ["high-tech-zone", "market-regulation", "development-reform"]),
    ("market", "", ["market-regulation", "development-reform"]),
])  # fmt: skip
def test_a_concern_starts_at_its_level_and_climbs(
    matter: str, area: str, expected: list[str]
) -> None:
    assert keys(matter, area) == expected


@pytest.mark.parametrize(("matter", "about", "expected"), [
    ("works", "tianjiaan-district", ["development-reform"]),
    ("works", "development-reform", ["justice"]),
    ("procurement", "finance", ["development-reform"]),
    ("investment", "tianjiaan-district/340403002",
     ["tianjiaan-district", "commerce", "development-reform"]),
    ("service", "tianjiaan-district/340403002",
     ["tianjiaan-district", "data", "development-reform"]),
    ("service", "tianjiaan-district", ["data", "development-reform"]),
])  # fmt: skip
def test_a_complaint_goes_to_the_superior_or_the_competent_department(
    matter: str, about: str, expected: list[str]
) -> None:
    assert keys(matter, "340403002", about) == expected


def test_the_next_level_follows_and_the_last_has_none() -> None:
    units = (Unit("a", "1"), Unit("a"), Unit("b"))
    assert routing.above(units[0], units) == units[1]
    assert routing.above(units[2], units) is None
    assert routing.above(Unit("elsewhere"), units) == units[2]
    assert routing.above(Unit("elsewhere"), ()) is None


def test_the_city_office_gives_way_where_it_is_complained_of() -> None:
    assert routing.office(NOBODY, CITY) == Unit("development-reform")
    assert routing.office(Unit("development-reform"), CITY) == Unit("justice")


@pytest.mark.parametrize(("how", "reason"), [
    ({}, None),
    ({"is_assigned": True}, "assigned_for_good"),
    ({"to": Unit("data")}, "unit_unfit"),
    ({"to": Unit("tax")}, "unit_unfit"),
    ({"transfers": 2}, "transfers_used"),
    ({"transfers": 2, "to": Unit("development-reform")}, None),
    ({"received_on": date(2026, 11, 19)}, None),
    ({"received_on": date(2026, 11, 18)}, "transfer_too_late"),
])  # fmt: skip
def test_a_wrong_route_goes_back_within_a_working_day_and_twice_at_most(
    how: dict[str, object], reason: str | None
) -> None:
    given = {
        "present": Unit("data"), "to": Unit("health"), "about": Unit("tax"), "city": CITY,
        "transfers": 1, "received_on": FRIDAY, "today": FRIDAY, "is_assigned": False, **how,
    }  # fmt: skip
    if reason is None:
        routing.check_transfer(calendar.load(), **given)  # type: ignore[arg-type]
        return
    with pytest.raises(Refused) as refusal:
        routing.check_transfer(calendar.load(), **given)  # type: ignore[arg-type]
    assert refusal.value.reason == reason


@pytest.mark.parametrize(("kind", "level", "name", "contact", "reason"), [
    ("concern", "anonymous", "", "", None),
    ("concern", "named", "赵", "1", None),
    ("concern", "secret", "赵", "1", "protection_missing"),
    ("default", "anonymous", "", "", "name_needed"),
    ("concern", "confidential", " ", "1", "name_missing"),
    ("concern", "confidential", "赵", " ", "contact_missing"),
])  # fmt: skip
def test_a_level_of_protection_asks_for_what_it_needs(
    kind: str, level: str, name: str, contact: str, reason: str | None
) -> None:
    if reason is None:
        protection.check_protection(kind, level, name, contact)
        return
    with pytest.raises(Refused) as refusal:
        protection.check_protection(kind, level, name, contact)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(("text", "reason"), [
    ("字" * 20, None), ("字 " * 19, "facts_short"), ("字" * 3001, "facts_long"),
])  # fmt: skip
def test_what_happened_is_told_in_enough_and_not_too_many_words(
    text: str, reason: str | None
) -> None:
    if reason is None:
        protection.check_facts(text)
        return
    with pytest.raises(Refused) as refusal:
        protection.check_facts(text)
    assert refusal.value.reason == reason


def test_what_lies_before_a_court_is_not_taken() -> None:
    protection.check_prior(["none"])
    with pytest.raises(Refused):
        protection.check_prior(["none", "court"])


def test_codes_have_at_least_fifty_bits_of_two_character_words() -> None:
    words = law.code_words()
    assert len(set(words)) == len(words) >= 1024
    assert {len(word) for word in words} == {2}
    assert len(words) ** protection.CODE_WORDS >= 2**50
    assert protection.words_of_code(words, [0, 1, 33]) == f"{words[0]} {words[1]} {words[33]}"


@pytest.mark.parametrize(("given", "reason"), [
    ({}, ""),
    ({"trap": "http://x"}, "trap"),
    ({"sent_today": 5}, "many"),
    ({"recent": ["今天上午我在窗口，等了三个小时。"]}, "similar"),
    ({"recent": ["完全另外一件事情，与窗口没有关系"]}, ""),
    ({"recent": [""]}, ""),
])  # fmt: skip
def test_machines_repetitions_and_floods_are_seen_by_a_person_first(
    given: dict[str, object], reason: str
) -> None:
    how = {"trap": "", "text": "今天上午，我在窗口等了三个小时", "recent": [], "sent_today": 0}
    assert protection.held_because(**{**how, **given}) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize("mark", list(protection.MARKS))
def test_the_two_lowest_marks_are_bad(mark: str) -> None:
    assert protection.is_bad(mark) is (mark in "12")


@pytest.mark.parametrize("table", [workflow.CONCERN, workflow.DEFAULT])
def test_what_an_office_works_on_never_waits_for_whoever_brought_it(
    table: workflow.Workflow,
) -> None:
    for state in table.states:
        if workflow.STATES[state].look in {"received", "working"}:
            assert table.actor(state) != "applicant", state


@pytest.mark.parametrize("kind", list(workflow.TABLES))
def test_every_state_is_reached_worded_and_offered(kind: str) -> None:
    is_worked = law.kinds()[kind].way == "worked"
    table = workflow.workflow_of(kind, is_held=is_worked)
    assert not table.unreachable
    assert table.states <= set(workflow.STATES)
    assert {step.name for step in table.steps} <= set(workflow.STEP_WORDS) | {"extend", "withdraw",
                                                                            "reopen"}  # fmt: skip
    offered = {step.name for step in table.steps if "applicant" in step.by}
    assert offered <= set(workflow.OFFERS)
    if is_worked:
        finals = {state for state in table.states if table.is_final(state)}
        assert finals == {"settled", "unsolved", "withdrawn"}
        assert workflow.workflow_of(kind, is_held=False).start == "submitted"


@pytest.mark.parametrize("kind", list(law.kinds().values()), ids=lambda kind: kind.key)
def test_a_kind_names_places_and_time_limits_that_exist(kind: law.Kind) -> None:
    assert set(kind.places) <= set(law.places())
    assert set(kind.terms) <= {term.key for term in terms.load()}
    assert kind.way in ("worked", "taken", "pointed")
    assert bool(law.matters_of(kind.key)) is (kind.way == "worked")
