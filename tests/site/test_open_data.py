"""What machines are told of the demo city is what its pages say, field by field."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from lxml import html

from portal.bodies import service as bodies
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
        assert all(as_shown(part) in page for part in pair)
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
