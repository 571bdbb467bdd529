"""What machines are told of the demo city is what its pages say, field by field."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from lxml import html

from portal.bodies import service as bodies
from portal.commitments.rules import KINDS as COMMITMENT_KINDS
from portal.commitments.rules import STATES as COMMITMENT_STATES
from portal.government import service as government
from portal.records.rules import CLASSES, KINDS
from portal.subjects.models import KINDS as SUBJECT_KINDS
from portal.subjects.models import STATUSES
from portal.web import filters
from tests.site.conftest import Site

CODES = "SELECT code FROM subject ORDER BY id LIMIT 60"
ADVERSE = {"penalty", "abnormal", "serious", "court"}


def words(site: Site, address: str) -> str:
    tree = html.fromstring(site.answer(address).body)
    return " ".join(tree.find(".//main").text_content().split())


def told(site: Site, address: str) -> Any:
    return json.loads(site.answer(address).body)


def as_shown(text: str) -> str:
    return " ".join(text.split())


def check_subject(subject: dict[str, Any], page: str) -> None:
    for name in ("name", "address", "scope", "source_unit"):
        assert as_shown(subject[name]) in page, name
    for name in (*subject["signs"], *subject["former_names"]):
        assert name in page
    for name in ("registered_on", "ended_on"):
        day = subject[name]
        assert not day or filters.day(date.fromisoformat(day)) in page, name
    assert STATUSES[subject["status"]] in page
    assert SUBJECT_KINDS[subject["kind"]] in page
    assert bodies.area_path(subject["area"]) in page
    assert filters.instant(datetime.fromisoformat(subject["updated_at"])) in page


def check_record(record: dict[str, Any], page: str) -> None:
    for name in ("title", "summary", "number", "authority"):
        assert as_shown(record[name]) in page, name
    assert KINDS[record["kind"]] in page
    assert (record["source_unit"] or record["authority"]) in page
    for pair in record["details"]:
        assert all(as_shown(filters.in_words(part)) in page for part in pair)
    assert filters.day(date.fromisoformat(record["decided_on"])) in page
    if record["valid_until"]:
        assert filters.term_end(date.fromisoformat(record["valid_until"])) in page
    if record["class"]:
        assert CLASSES[record["class"]] in page
    if record["disputed"]:
        assert "有异议" in page
    if record["kind"] in ADVERSE and record["public_until"]:
        for name in ("public_from", "public_until"):
            assert filters.day(date.fromisoformat(record[name])) in page, name


@pytest.mark.limit(60)
def test_answers_and_pages_of_the_demo_agree(site: Site) -> None:
    compared = 0
    for code in site.values(CODES):
        check_subject(told(site, f"/api/v1/subjects/{code}"), words(site, f"/subjects/{code}"))
        records = told(site, f"/api/v1/subjects/{code}/records")
        pages = "".join(
            words(site, f"/subjects/{code}/records?page={number + 1}")
            for number in range(-(-min(records["total"], 100) // 20))
        )
        for record in records["records"]:
            check_record(record, pages)
            compared += 1
        for grade in told(site, f"/api/v1/subjects/{code}/grades")["grades"]:
            why = told(site, f"/subjects/{code}/why/{grade['scenario']}.json")
            for name in ("grade", "points", "disputed", "holds_until", "reply", "rule_version"):
                assert grade[name] == why[name], name
    assert compared > 100


def promises_of(site: Site, address: str, name: str) -> list[dict[str, Any]]:
    return list(told(site, f"/api/v1{address}")[name])


@pytest.mark.limit(60)
def test_promises_of_the_demo_are_told_as_their_pages_say(site: Site) -> None:
    found = promises_of(site, "/commitments", "commitments")
    assert {each["state"] for each in found} >= {
        "in_force",
        "keeping",
        "kept",
        "broken",
        "withdrawn",
    }
    for each in found:
        check_commitment(each, words(site, f"/commitments/{each['number']}"))
    listed = words(site, "/commitments/")
    assert all(each["name"] in listed for each in found[:20])
    standings = promises_of(site, "/government", "bodies")
    assert standings
    for standing in standings:
        page = words(site, f"/government/{standing['body']}")
        for each in promises_of(site, f"/government/{standing['body']}", "promises"):
            check_promise(each, page)


def check_commitment(told_: dict[str, Any], page: str) -> None:
    for name in ("number", "name", "matter", "decision", "sha256"):
        assert as_shown(told_[name]) in page, name
    assert COMMITMENT_KINDS[told_["kind"]] in page
    assert COMMITMENT_STATES[told_["state"]].word in page
    assert {row["slug"]: row["name"] for row in bodies.marked()}[told_["body"]] in page
    for name in ("signed_on", "valid_until", "state_on"):
        assert not told_[name] or filters.day(date.fromisoformat(told_[name])) in page, name
    for sentence in (*told_["clauses"], *told_["consequences"]):
        assert as_shown(sentence) in page
    for duty, day in told_["duties"]:
        assert as_shown(duty) in page
        assert filters.day(date.fromisoformat(day)) in page
    assert ("有异议" in page) == told_["disputed"]


def check_promise(told_: dict[str, Any], page: str) -> None:
    for name in ("title", "number", "counterpart", "note", "source_unit"):
        assert as_shown(told_[name]) in page, name
    assert government.KINDS[told_["kind"]] in page
    assert government.STATES[told_["state"]] in page
    for name in ("signed_on", "due_on", "settled_on"):
        assert not told_[name] or filters.day(date.fromisoformat(told_[name])) in page, name
