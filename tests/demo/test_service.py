"""The stored city shows every state, keeps numbers of persons to itself, and is made only once."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from portal.badges.models import DoorCode
from portal.bodies import service as bodies
from portal.cases.models import Case
from portal.complaints.models import Complaint
from portal.core import db
from portal.core.db import Base
from portal.demo.rules import SHOWCASE
from portal.demo.rules.records import NO_IDENTITY, NO_MOBILE
from portal.government import service as government
from portal.records.models import Record, RecordOriginal
from portal.records.rules import KINDS
from portal.subjects.models import Subject, SubjectName
from tests.browser import Browser
from tests.conftest import let_go, make_app
from tests.databases import Server

TODAY = date(2026, 11, 20)
TOMORROW, YESTERDAY = date(2026, 11, 21), date(2026, 11, 19)
IS_PUBLIC = (Record.public_from <= TODAY) & (
    Record.public_until.is_(None) | (Record.public_until > TODAY)
)
IS_PENALTY = Record.kind == "penalty"
GENERAL, SERIOUS = Record.record_class == "general", Record.record_class == "serious"
IS_ENDED = (
    (Record.public_until == TODAY) & Record.repaired_on.is_(None) & Record.withdrawn_on.is_(None)
)
SHOWN = {shown.key: shown for shown in SHOWCASE}

RECORD_STATES: dict[str, ColumnElement[bool]] = {
    "a hidden minor penalty": (Record.record_class == "minor") & Record.public_from.is_(None),
    "a minor penalty published by an authority": (Record.record_class == "minor")
    & IS_PUBLIC
    & (Record.override_authority != ""),
    "a disputed record": Record.is_disputed & IS_PUBLIC,
    "a listing for serious breach": (Record.kind == "serious") & IS_PUBLIC,
    "a licence that has run out": (Record.kind == "licence") & (Record.valid_until < TODAY),
    "a licence that is valid": (Record.kind == "licence") & (Record.valid_until >= TODAY),
}
for name, is_class in (("general", GENERAL), ("serious", SERIOUS)):
    RECORD_STATES |= {
        f"{name}, not yet repairable": IS_PENALTY & is_class & IS_PUBLIC
        & (Record.earliest_repair_on > TODAY),
        f"{name}, repairable": IS_PENALTY & is_class & IS_PUBLIC
        & (Record.earliest_repair_on <= TODAY) & Record.performed_on.is_not(None),
        f"{name}, last day today": is_class & (Record.public_until == TOMORROW),
        f"{name}, ended yesterday": is_class & IS_ENDED,
        f"{name}, repaired": is_class & (Record.repaired_on <= TODAY),
        f"{name}, withdrawn": is_class & (Record.withdrawn_on <= TODAY),
    }  # fmt: skip

SUBJECT_STATES: dict[str, ColumnElement[bool]] = {
    "active": Subject.status == "active",
    "cancelled": Subject.status == "cancelled",
    "revoked": Subject.status == "revoked",
    "moved out": Subject.status == "moved_out",
    "a long name": func.length(Subject.name) >= 40,
    "rare characters": Subject.name.contains("𠅤䶮㛃"),
    "English letters": Subject.name.contains("Cloud9"),
    "named after its owner": (Subject.kind == "individual_business")
    & Subject.name.contains(Subject.legal_representative),
    "no record": ~select(Record.id).where(Record.subject_id == Subject.id).exists(),
}


def count(statement: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


@pytest.mark.parametrize("state", RECORD_STATES)
def test_the_city_has_records_in_every_state(city_app: Flask, state: str) -> None:
    assert count(select(Record.id).where(RECORD_STATES[state])) > 0


def test_no_promise_or_default_of_the_demo_is_said_of_a_real_body(city_app: Flask) -> None:
    said = government.all_of_them()
    of_defaults = select(Complaint.about_body).where(Complaint.sort == "default")
    named = {each.promise.body_slug for each in said} | set(db.session.scalars(of_defaults))
    assert {each.state for each in said} == set(government.STATES)
    assert named == {row["slug"] for row in bodies.fictional()}
    assert not named & {row["slug"] for row in bodies.rows()}


@pytest.mark.parametrize(("prefix", "word"), [("", "（虚构）"), ("/en", "(fictional)")])
def test_every_body_with_promises_is_called_fictional(
    visitor: Browser, prefix: str, word: str
) -> None:
    names = visitor.get(f"{prefix}/government/").all("//tbody//th//a")
    assert len(names) == 3
    for name in names:
        assert word in "".join(name.itertext())
        assert word in visitor.get(name.get("href")).heading


def test_no_record_of_the_demo_was_made_by_a_real_office(city_app: Flask) -> None:
    names = {row["name"] for row in bodies.marked()}
    real = {name.removesuffix("（演示）") for name in names}
    made_by = set(db.session.scalars(select(Record.authority).distinct()))
    assert made_by & names
    assert not made_by & real
    assert not set(db.session.scalars(select(Subject.authority).distinct())) & real
    assert not set(db.session.scalars(select(Record.source_unit).distinct())) & real


@pytest.mark.parametrize(("prefix", "mark"), [("", "（演示）"), ("/en", "(demo)")])
def test_figures_and_leading_offices_stand_under_names_of_the_demo(
    visitor: Browser, prefix: str, mark: str
) -> None:
    units = visitor.get(f"{prefix}/punctuality").all("//tbody//th")
    assert len(units) >= 3
    names = ["".join(unit.itertext()) for unit in units]
    assert all(name.endswith(mark) for name in names)
    assert all(name.count(mark) == 1 for name in names)
    assert mark in visitor.get(f"{prefix}/scenarios/beef-soup").text


def test_cases_of_the_demo_still_come_to_the_units_that_have_them(city_app: Flask) -> None:
    units = set(db.session.scalars(select(Case.body_slug).distinct())) - {""}
    assert units - {row["slug"] for row in bodies.fictional()} <= bodies.slugs()
    assert {"market-regulation", "urban-management", "development-reform"} <= units


@pytest.mark.parametrize("state", SUBJECT_STATES)
def test_the_city_has_subjects_in_every_state(city_app: Flask, state: str) -> None:
    assert count(select(Subject.id).where(SUBJECT_STATES[state])) > 0


def test_the_city_has_3000_subjects_in_all_counties_and_towns(city_app: Flask) -> None:
    areas = set(db.session.scalars(select(Subject.area_code).distinct()))
    assert count(select(Subject.id)) == 3000
    assert areas == {town.code for c in bodies.counties() for town in bodies.towns(c.code)}
    assert len(areas) == 95


def test_the_city_has_all_scenarios_and_all_kinds_of_record(city_app: Flask) -> None:
    scenarios = set(db.session.scalars(select(Subject.industry).distinct())) - {""}
    assert len(scenarios) == 15
    assert set(db.session.scalars(select(Record.kind).distinct())) == set(KINDS)


def test_some_subjects_have_former_names_and_several_signs(city_app: Flask) -> None:
    for kind in ("former", "sign"):
        several = (
            select(SubjectName.subject_id)
            .where(SubjectName.kind == kind)
            .group_by(SubjectName.subject_id)
            .having(func.count() > 1)
        )
        assert count(several) > 0


def test_one_company_has_exactly_300_public_records(city_app: Flask) -> None:
    records = select(Record.id).join(Subject, Subject.id == Record.subject_id)
    records = records.where(Subject.code == SHOWN["many_records"].code, IS_PUBLIC)
    # What became of its commitments comes on top, as the portal itself records it.
    records = records.where(Record.kind != "commitment")
    assert count(records) == 300


def test_door_codes_are_in_all_four_registered_states(city_app: Flask) -> None:
    valid = DoorCode.revoked_on.is_(None) & DoorCode.replaced_by.is_(None)
    assert count(select(DoorCode.id).where(valid, DoorCode.valid_until >= TODAY)) > 0
    assert count(select(DoorCode.id).where(valid, DoorCode.valid_until < TODAY)) > 0
    assert count(select(DoorCode.id).where(DoorCode.revoked_on <= TODAY)) > 0
    new = aliased(DoorCode)
    assert count(select(DoorCode.id).join(new, DoorCode.replaced_by == new.id)) > 0


@pytest.mark.parametrize("scenario", ["beef-soup", "property-agency", "training"])
def test_most_shops_of_door_scenarios_have_a_door_code(city_app: Flask, scenario: str) -> None:
    open_ = select(Subject.id).where(Subject.industry == scenario, Subject.status == "active")
    hung = open_.where(Subject.id.in_(select(DoorCode.subject_id)))
    assert count(hung) > 0.7 * count(open_)


def test_every_record_and_subject_says_that_it_is_of_the_demo(city_app: Flask) -> None:
    # Outcomes of commitments are records that the portal itself makes of what was confirmed here.
    reported = select(Record.source_unit).where(Record.kind != "commitment").distinct()
    assert set(db.session.scalars(reported)) == {"演示数据"}
    assert set(db.session.scalars(select(Subject.source_unit).distinct())) == {"演示数据"}


@pytest.mark.limit(30)
@pytest.mark.parametrize("language", ["", "/en"])
def test_no_page_of_the_subjects_to_show_holds_a_number_of_a_person(
    visitor: Browser, language: str
) -> None:
    for shown in SHOWCASE:
        paths = (shown.path, f"{shown.path}/records", shown.door_path)
        for path in filter(None, paths):
            source = visitor.get(language + path).source
            assert NO_MOBILE not in source
            assert NO_IDENTITY not in source
            assert not re.search(r"(?<![0-9A-Z])(1[3-9]\d{9}|[1-8]\d{16}[\dX])(?![0-9A-Z])", source)


def test_masked_text_says_what_it_leaves_out_and_the_original_is_kept(visitor: Browser) -> None:
    shown = SHOWN["masked_text"]
    assert "［身份号码已隐去］" in visitor.get(shown.path).text
    original = select(RecordOriginal.record_id).where(RecordOriginal.row.contains(NO_IDENTITY))
    assert count(original) == 1


@pytest.mark.parametrize("state", ["valid", "expired", "replaced", "revoked"])
def test_the_doors_to_show_are_in_their_state(visitor: Browser, state: str) -> None:
    words = {
        "valid": "二维码有效",
        "expired": "这个二维码已过期",
        "replaced": "这个二维码已更换",
        "revoked": "这个二维码已停用",
    }
    shown = [shown for shown in SHOWCASE if shown.door == state]
    assert shown
    for each in shown:
        assert words[state] in visitor.get(each.door_path).text


@pytest.mark.limit(10)
def test_the_command_lists_the_subjects_to_show(own_app: Flask) -> None:
    result = own_app.test_cli_runner().invoke(args=["portal", "demo", "--subjects", "100"])
    assert result.exit_code == 0, result.output
    for shown in SHOWCASE:
        assert shown.name in result.output
        assert shown.path in result.output
        assert shown.door_path in result.output


@pytest.mark.limit(10)
def test_a_database_with_subjects_is_refused_and_left_alone(own_app: Flask) -> None:
    run = own_app.test_cli_runner().invoke
    assert run(args=["portal", "demo", "--subjects", "100"]).exit_code == 0
    refused = run(args=["portal", "demo"])
    assert refused.exit_code == 1
    assert "The database has subjects already." in refused.output
    left_alone = run(args=["portal", "demo", "--if-empty"])
    assert left_alone.exit_code == 0
    assert "nothing to do" in left_alone.output
    with own_app.app_context():
        assert count(select(Subject.id)) == 100


def test_production_is_refused(server: Server, migrated: str) -> None:
    app = make_app(server.new(like=migrated), environment="production")
    result = app.test_cli_runner().invoke(args=["portal", "demo"])
    assert result.exit_code == 1
    assert "refused in production" in result.output
    let_go(app)


# Passwords, the numbers of cases and the codes of documents are never the same twice.
BY_CHANCE = {
    "account", "act", "audit_event", "case_deadline", "case_draft", "case_event", "case_file",
    "cases", "commitment", "commitment_ask", "commitment_change", "commitment_duty",
    "commitment_file", "commitment_request", "commitment_signing", "commitment_step",
    "commitment_text", "complaint", "complaint_identity", "delivery", "document",
    "government_promise", "job",
    "look_up", "message", "objection", "record", "record_original", "repair", "report_grant",
    "report_opening", "report_share",
}  # fmt: skip


@pytest.mark.limit(15)
def test_the_same_seed_fills_two_databases_alike(server: Server, migrated: str) -> None:
    first, second, third = (contents(server.new(like=migrated), seed) for seed in ("5", "5", "6"))
    assert first == second
    assert first != third


def contents(url: str, seed: str) -> dict[str, list[Any]]:
    """Every row of every table after `portal demo`, but for what holds secrets."""
    app = make_app(url)
    arguments = ["portal", "demo", "--subjects", "300", "--seed", seed]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    with app.app_context():
        found = {
            table.name: sorted(map(repr, db.session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in BY_CHANCE
        }
    let_go(app)
    return found


@pytest.mark.limit(10)
def test_the_owners_have_cases_in_every_state(own_app: Flask) -> None:
    result = own_app.test_cli_runner().invoke(args=["portal", "demo", "--subjects", "100"])
    assert result.exit_code == 0, result.output
    states = {(row.kind, row.state) for row in db.session.execute(select(Case.kind, Case.state))}
    assert {state for kind, state in states if kind == "repair"} == {
        "submitted", "accepted", "returned", "extended", "granted", "refused", "handed_over",
    }  # fmt: skip
    assert {state for kind, state in states if kind == "objection"} == {
        "submitted", "accepted", "inquired", "decided",
    }  # fmt: skip


HELD = "//span[@class='held']"


@pytest.mark.parametrize(
    "path",
    [
        "/punctuality",
        "/scenarios/beef-soup",
        "/government/",
        f"{SHOWN['beef_soup'].path}/why/beef-soup",
    ],
)
def test_the_mark_of_a_made_up_name_is_held_together(visitor: Browser, path: str) -> None:
    page = visitor.get(path)
    marks = [mark.text for mark in page.all(f"//main{HELD}")]
    assert marks
    assert set(marks) <= {"（演示）", "（虚构）"}
    in_text = sum(map(page.main.count, ("（演示）", "（虚构）")))
    assert len(marks) == in_text
    in_english = visitor.get(f"/en{path}").all(HELD)
    assert all(mark.xpath("ancestor::*[starts-with(@lang, 'zh')]") for mark in in_english)


def test_where_no_markup_can_stand_a_made_up_name_has_none(visitor: Browser) -> None:
    page = visitor.get("/government/shunyuan-park")
    assert page.heading == "舜原产业园管理委员会（虚构）履约情况"
    assert page.title.startswith(page.heading)
