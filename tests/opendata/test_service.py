"""Changes miss nothing, files hold only what is public, answers fit their schemas."""

import csv
import hashlib
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import storage
from portal.opendata import jobs, service
from portal.opendata.models import DataFile
from portal.opendata.service.files import contents, make_files
from portal.records import service as records
from tests.conftest import Clock
from tests.factories import TODAY, make_listed, make_record, make_subject
from tests.questions import asked

pytestmark = pytest.mark.usefixtures("app")


def told(since: str = "") -> dict[int, dict[str, Any]]:
    return {change["id"]: change for change in service.changes(since)["changes"]}


def rows_of(name: str) -> list[dict[str, str]]:
    found, data = contents(name)  # type: ignore[misc]
    assert hashlib.sha256(data).hexdigest() == found.sha256
    assert len(data) == found.size
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_new_record_is_told_with_its_subject() -> None:
    shop = make_subject()
    record = make_record(shop)
    assert told()[record.id] == {
        "id": record.id, "op": "put", "day": "2026-11-20", "subject": shop.code,
        "record": f"/api/v1/subjects/{shop.code}/records",
    }  # fmt: skip


def test_of_an_ended_record_the_number_and_the_day_are_told_and_nothing_else(clock: Clock) -> None:
    record = make_record(make_subject())
    assert record.public_until is not None
    clock.set(record.public_until + timedelta(days=2))
    assert told()[record.id] == {
        "id": record.id, "op": "gone", "day": record.public_until.isoformat(),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["repair", "withdraw", "screen", "correct"])
def test_nothing_taken_from_the_public_is_missed(how: str, session: Any, clock: Clock) -> None:
    record = make_record(make_subject())
    clock.set(date(2027, 1, 10))
    assert record.id not in told()
    if how == "repair":
        records.repair(record.id, on=date(2027, 1, 10), actor="test")
    elif how == "withdraw":
        # Withdrawn with effect from long ago: told on the day on which it was done.
        records.withdraw(record.id, on=date(2026, 12, 1), reason="撤销", actor="test")
    elif how == "screen":
        records.screen(record.id, until=date(2027, 6, 1), reason="重整", actor="test")
    else:
        records.correct(record.id, {"record_class": "minor"}, reason="更正", actor="test")
    session.flush()
    assert told("2027-01-10")[record.id] == {"id": record.id, "op": "gone", "day": "2027-01-10"}


def test_a_screened_record_is_told_again_when_it_comes_back(session: Any, clock: Clock) -> None:
    record = make_record(make_subject())
    records.screen(record.id, until=date(2027, 3, 1), reason="重整", actor="test")
    session.flush()
    clock.set(date(2027, 3, 1))
    assert told("2027-03-01")[record.id]["op"] == "put"


def test_changes_come_in_pages() -> None:
    shop = make_subject()
    stored = {make_record(shop).id for _ in range(5)}
    seen: set[int] = set()
    after = "0"
    while after != "None":
        page = service.changes("", after, size=2)
        seen |= {change["id"] for change in page["changes"]}
        after = str(page["next"])
    assert stored <= seen


def test_the_feed_names_what_is_public_and_only_counts_what_is_gone(session: Any) -> None:
    shop = make_subject()
    kept, gone = make_record(shop), make_record(shop)
    records.withdraw(gone.id, on=TODAY, reason="撤销", actor="test")
    session.flush()
    found = {change.record_id: change for change in service.latest()}
    assert found[kept.id].title == kept.title
    assert found[gone.id].is_gone
    assert (found[gone.id].title, found[gone.id].name) == ("", "")


def test_pages_of_records_do_not_shift_when_one_ends_meanwhile(session: Any) -> None:
    shop = make_subject()
    stored = [make_record(shop, decided_on=date(2026, 9, day)) for day in (5, 4, 3, 3, 2)]
    first = service.record_page(shop.code, size=2) or {}
    records.withdraw(first["records"][-1]["id"], on=TODAY, reason="撤销", actor="test")
    session.flush()
    second = service.record_page(shop.code, size=2, after=first["next"]) or {}
    third = service.record_page(shop.code, size=2, after=second["next"]) or {}
    seen = [each["id"] for page in (first, second, third) for each in page["records"]]
    assert sorted(seen) == sorted(record.id for record in stored)
    assert third["next"] is None


def test_records_of_one_kind_can_be_asked_for() -> None:
    shop = make_subject()
    make_record(shop)
    licence = make_record(shop, kind="licence", record_class=None)
    page = service.record_page(shop.code, kind="licence") or {}
    assert [each["id"] for each in page["records"]] == [licence.id]
    assert service.record_page("91340499MA000000XX") is None
    assert service.grades("91340499MA000000XX") is None


def test_files_hold_what_is_public_today_and_their_checksums(session: Any) -> None:
    shop = make_listed(make_subject("=cmd|calc", scope="汤", address="路1号"))
    kept, gone = make_record(shop), make_record(shop)
    records.withdraw(gone.id, on=TODAY, reason="撤销", actor="test")
    assert make_files() == 2 * len(service.DATASETS)
    assert [row["id"] for row in rows_of("records-1.csv") if row["subject"] == shop.code] == [
        str(kept.id)
    ]
    (row,) = [row for row in rows_of("subjects-1.csv") if row["code"] == shop.code]
    assert row["name"] == "'=cmd|calc"
    assert [line["grade"] for line in rows_of("grades-1.csv") if line["code"] == shop.code] == [
        "excellent"
    ]
    _file, data = contents("records-1.jsonl")  # type: ignore[misc]
    lines = [json.loads(line) for line in data.decode().splitlines()]
    (told_,) = (service.record_page(shop.code) or {})["records"]
    assert told_ in lines


def test_files_come_in_parts() -> None:
    for _ in range(3):
        make_subject()
    make_files(part_rows=2)
    parts = [
        each for each in service.current() if each.dataset == "subjects" and each.form == "csv"
    ]
    assert len(parts) >= 2
    assert max(part.rows for part in parts) == 2


def test_an_edition_that_shows_what_is_gone_is_made_again(session: Any, clock: Clock) -> None:
    record = make_record(make_subject())
    assert service.is_behind()
    make_files()
    assert not service.is_behind()
    clock.move(minutes=30)
    records.withdraw(record.id, on=TODAY, reason="撤销", actor="test")
    session.flush()
    assert not service.is_behind()
    clock.move(minutes=31)
    assert service.is_behind()


def test_an_edition_before_the_last_leaves_the_storage(session: Any, clock: Clock) -> None:
    make_subject()
    make_files()
    (first,) = session.scalars(select(DataFile).where(DataFile.name == "subjects-1.csv"))
    for _ in range(2):
        clock.move(days=1)
        make_subject()
        make_files()
    with pytest.raises(storage.Missing):
        storage.get(first.sha256)
    assert len({each.made_at for each in session.scalars(select(DataFile))}) == 2
    assert service.contents("subjects-1.csv") is not None
    assert service.contents("nothing.csv") is None
    storage.delete(service.current()[0].sha256)
    assert service.contents(service.current()[0].name) is None


def test_the_job_is_wanted_while_the_files_are_behind(app: Flask) -> None:
    with app.app_context():
        assert jobs.make_when_behind() == 0
        jobs.make_files()
        assert jobs.make_when_behind() == 0
        assert len(service.current()) == 2 * len(service.DATASETS)


def test_a_subject_is_told_with_its_other_names_at_one_question() -> None:
    shop = make_subject(name="虚构县旧名羊汤馆", signs=("老码头羊汤",))
    make_subject(name="虚构县新名牛肉汤馆", code=shop.code, signs=("老码头羊汤",))
    with asked() as questions:
        found = service.subject(shop.code)
    assert found is not None
    assert found["name"] == "虚构县新名牛肉汤馆"
    assert (found["signs"], found["former_names"]) == (["老码头羊汤"], ["虚构县旧名羊汤馆"])
    assert len(questions) == 1
    assert service.subject("9" * 18) is None
