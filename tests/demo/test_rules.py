"""The fictional city is plausible, fictional, and the same for the same seed."""

import csv
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from portal.core.digits import identity_check, looks_like_identity
from portal.demo import service
from portal.demo.rules import SHOWCASE, City, Life, records
from portal.demo.rules.identity import REGION
from portal.demo.rules.setting import Dice
from portal.records import law
from portal.records.rules import KINDS, publication
from portal.subjects.models import KINDS as SUBJECT_KINDS
from portal.subjects.rules import codes
from portal.subjects.rules.code_tables import REGIONS

TODAY = date(2026, 11, 20)
REAL_FIRMS = Path(__file__).resolve().parents[3] / "shared/data/huainan_enterprises_1978_2004.csv"


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return make(5000)


def make(count: int, seed: int = 1, today: date = TODAY) -> list[Life]:
    return list(City(service.setting(today), seed).lives(count))


def names_of(life: Life) -> list[str]:
    subject = life.subject
    return [subject["name"], *subject["former_names"], *subject["signs"]]


def published(facts: dict[str, Any], today: date) -> Any:
    dates = ("published_on", "performed_on", "repaired_on", "withdrawn_on")
    return publication(
        facts["kind"],
        facts.get("record_class"),
        facts["decided_on"],
        law=law.load(),
        today=today,
        **{name: facts.get(name) for name in dates},
    )


def is_public(shown: Any, day: date) -> bool:
    return shown.public_from <= day and (shown.public_until is None or day < shown.public_until)


@pytest.mark.limit(2)
def test_the_same_seed_and_day_make_the_same_city() -> None:
    assert make(1000, seed=7) == make(1000, seed=7)


@pytest.mark.limit(2)
def test_another_seed_or_another_day_makes_another_city() -> None:
    city = make(1000, seed=7)
    assert make(1000, seed=8) != city
    assert make(1000, seed=7, today=TODAY + timedelta(1)) != city


@pytest.mark.limit(2)
def test_a_larger_city_begins_like_a_smaller_one() -> None:
    assert make(1000)[:400] == make(400)


def test_no_code_is_of_a_real_region(lives: list[Life]) -> None:
    assert REGIONS[REGION].is_fictional
    assert {life.subject["code"][2:8] for life in lives} == {REGION}


def test_every_code_is_valid_unique_and_no_plain_number(lives: list[Life]) -> None:
    found = [life.subject["code"] for life in lives]
    assert all(map(codes.is_valid, found))
    assert len(set(found)) == len(found)
    assert not any(code.isdigit() for code in found)


def test_every_kind_of_code_and_of_subject_occurs(lives: list[Life]) -> None:
    kinds = {life.subject["code"][:2] for life in lives}
    assert kinds == {"91", "92", "93", "51", "52", "11", "12"}
    assert {life.subject["kind"] for life in lives} == set(SUBJECT_KINDS)


@pytest.mark.skipif(not REAL_FIRMS.exists(), reason=f"needs {REAL_FIRMS.name} in ../shared/data")
@pytest.mark.limit(10)
def test_no_name_is_that_of_a_real_firm() -> None:
    with REAL_FIRMS.open(encoding="utf-8-sig", newline="") as file:
        real = {row["企业名称"] for row in csv.DictReader(file)}
    assert real
    assert not real & {name for life in make(50_000, seed=3) for name in names_of(life)}


def test_nearly_all_names_are_distinct(lives: list[Life]) -> None:
    names = [life.subject["name"] for life in lives]
    assert len(set(names)) > 0.995 * len(names)


def test_names_are_as_long_and_as_much_of_this_city_as_real_ones(lives: list[Life]) -> None:
    names = [life.subject["name"] for life in lives]
    lengths = sorted(map(len, names))
    assert lengths[0] <= 6
    assert lengths[-1] >= 40
    assert 10 <= lengths[len(lengths) // 2] <= 14
    assert 0.3 < sum("淮南" in name for name in names) / len(names) < 0.4


def test_a_third_of_the_names_are_of_shops_and_some_of_persons(lives: list[Life]) -> None:
    shops = [life.subject for life in lives if life.subject["kind"] == "individual_business"]
    named = [shop for shop in shops if shop["legal_representative"] in shop["name"]]
    assert len(shops) > len(lives) / 3
    assert len(named) > len(shops) / 20


def test_every_town_and_every_scenario_has_subjects() -> None:
    setting, few = service.setting(TODAY), make(200)
    assert {life.subject["area_code"] for life in few} == {town.code for town in setting.towns}
    assert {life.subject["industry"] for life in few} == {t.scenario for t in setting.trades}
    assert len({trade.scenario for trade in setting.trades if trade.scenario}) == 15


def test_nothing_is_decided_before_its_subject_began_or_after_today(lives: list[Life]) -> None:
    for life in lives:
        for record in life.records:
            assert life.subject["registered_on"] <= record["decided_on"] <= TODAY
            assert record["decided_on"] <= record["published_on"] <= TODAY


def test_adverse_records_exist_only_in_the_fictional_region(lives: list[Life]) -> None:
    for life in lives:
        for record in life.records:
            assert record["subject_code"] == life.subject["code"]
            assert record["source_unit"] == "演示数据"


def test_ids_of_door_codes_are_never_given_twice(lives: list[Life]) -> None:
    doors = [life.door for life in lives if life.door]
    ids = [id_ for door in doors for id_ in (door.id, door.next_id)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", id_) for id_ in ids)


def test_the_subjects_to_show_do_not_depend_on_the_seed() -> None:
    first, second = ([life.subject["code"] for life in make(100, seed)] for seed in (1, 2))
    shown = [shown.code for shown in SHOWCASE]
    assert first[: len(shown)] == second[: len(shown)] == shown
    assert len({shown.key for shown in SHOWCASE}) == len({*shown}) == len(SHOWCASE)


def test_one_company_has_300_records_of_all_kinds_and_all_are_public() -> None:
    number = [shown.key for shown in SHOWCASE].index("many_records")
    found = make(100)[number].records
    assert len(found) == 300
    assert {record["kind"] for record in found} == set(KINDS) - {"commitment"}
    assert all(is_public(published(record, TODAY), TODAY) for record in found)


# Days from which no decision ends on its own day of the month, and two common ones.
DAYS = [
    TODAY, date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2026, 12, 31),
    date(2027, 3, 1), date(2027, 5, 30),
]  # fmt: skip


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("record_class", ["general", "serious"])
def test_a_last_day_and_a_day_after_are_shown_on_every_day(today: date, record_class: str) -> None:
    setting = service.setting(today)
    registry = records.Registry(setting, Dice(1))
    trade = setting.trades[0]
    last = registry.penalty("", trade, f"{record_class}_last_day")
    ended = registry.penalty("", trade, f"{record_class}_ended_yesterday")
    assert published(last, today).public_until == today + timedelta(1)
    assert published(ended, today).public_until == today


def test_penalties_are_at_the_stage_that_their_name_says() -> None:
    setting = service.setting(TODAY)
    registry = records.Registry(setting, Dice(1))
    for stage in records.STAGES:
        for _try in range(20):
            shown = published(registry.penalty("", setting.trades[0], stage), TODAY)
            is_over = stage.endswith(("yesterday", "repaired", "withdrawn"))
            if not stage.startswith("minor"):
                assert is_public(shown, TODAY) is not is_over
            if stage.endswith("not_yet"):
                assert shown.earliest_repair_on > TODAY
            if stage.endswith("repairable"):
                assert shown.earliest_repair_on <= TODAY


def test_document_numbers_are_given_in_order() -> None:
    found = [record["number"] for life in make(300) for record in life.records]
    numbers = [int(re.search(r"(\d+)号", number)[1]) for number in found]  # type: ignore[index]
    assert all(first < second for first, second in pairwise(numbers))


def test_the_identity_number_in_free_text_can_be_nobodys() -> None:
    number = records.NO_IDENTITY
    assert looks_like_identity(number)
    assert number[17] != identity_check(number[:17])
    assert number.startswith(REGION)
