"""Promises of the government: reported by files, confirmed, cleared, disputed, counted."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import db, revision
from portal.core.units import Unit
from portal.government import service
from portal.government.rules import period_is_turned, state_on
from portal.ingest import content
from portal.ingest import service as ingest
from portal.ingest.models import QuarantinedRow
from tests.factories import make_code

HOUSING = "淮南市住房和城乡建设局"
ROW = {
    "单位名称": HOUSING, "履约类别": "政府采购", "合同或文件编号": "虚构采〔2026〕1号",
    "合同或承诺名称": "虚构路灯采购", "对方企业": "虚构县光明电器有限公司", "合同金额（万元）": "12.00005",
    "签订日期": "2026-03-01", "应履行日期": "2026-12-31", "履行状态": "履行中",
    "履约说明": "联系13912345678",
}  # fmt: skip


def take(folder: Path, *rows: dict[str, str]) -> ingest.Outcome:
    text = io.StringIO()
    head = content.template("promise").read_text("utf-8-sig").strip().split(",")
    writer = csv.DictWriter(text, fieldnames=head)
    writer.writeheader()
    code = make_code("11")
    writer.writerows({"单位统一社会信用代码": code, **row} for row in rows)
    file = folder / "promises.csv"
    file.write_text(text.getvalue(), encoding="utf-8")
    return ingest.run(file, actor="test")


def states() -> list[str]:
    return [shown.state for shown in service.of_body("housing")]


def test_a_file_of_promises_is_taken_in_and_shown(app: Flask, tmp_path: Path) -> None:
    number = "13912345678"
    before = revision.current()
    outcome = take(tmp_path, ROW, {**ROW, "合同或文件编号": "2", "应履行日期": "2026-10-01"})
    assert (outcome.kind, outcome.added, outcome.quarantined) == ("promise", 2, 0)
    assert sorted(states()) == ["late", "performing"]
    assert {shown.promise.amount for shown in service.of_body("housing")} == {Decimal("120000.50")}
    assert revision.current() > before
    assert not [each for each in service.of_body("housing") if number in each.promise.note]
    (standing,) = service.standings()
    assert (standing.slug, standing.total, standing.counts["late"]) == ("housing", 2, 1)
    again = take(tmp_path, ROW, {**ROW, "合同或文件编号": "2", "履行状态": "履行完毕"})
    assert (again.added, again.changed, again.unchanged) == (0, 1, 1)
    assert sorted(states()) == ["kept", "performing"]


def test_rows_that_cannot_be_are_named(app: Flask, tmp_path: Path) -> None:
    rows = ({"单位名称": "没有这个局"}, {"合同或文件编号": "2", "应履行日期": "2026-01-01"},
            {"合同或文件编号": "3", "履约类别": "别的"}, {"合同或文件编号": "4", "履行状态": "别的"})  # fmt: skip
    outcome = take(tmp_path, *({**ROW, **row} for row in rows))
    assert outcome.added == 0
    found = db.session.scalars(select(QuarantinedRow.rule).order_by(QuarantinedRow.row_number))
    assert list(found) == ["body_unknown", "period", "promise_kind", "promise_state"]


def test_a_report_clears_a_default_but_never_takes_it_back(app: Flask, tmp_path: Path) -> None:
    take(tmp_path, {**ROW, "履行状态": "认定失信"})
    outcome = take(tmp_path, ROW)
    assert (outcome.changed, states()) == (0, ["broken"])
    take(tmp_path, {**ROW, "履行状态": "已清零"})
    assert states() == ["cleared"]


def test_a_confirmed_default_is_cleared_disputed_and_corrected(app: Flask) -> None:
    id_ = service.confirm_default(
        Unit("housing", "340403002"), "ppp", number="1", title="工程款", actor="test"
    )
    promise = service.get(id_)
    assert promise is not None
    assert (promise.kind, promise.area_code, promise.state) == ("other", "340403002", "broken")
    service.mark_disputed(id_, disputed=True, actor="test")
    assert promise.is_disputed
    service.correct(id_, {"title": "路灯款"}, actor="test")
    assert promise.title == "路灯款"
    service.clear_default(id_, actor="test")
    assert (states(), promise.settled_on) == (["cleared"], date(2026, 11, 20))
    assert service.store([], actor="test") == (0, 0, 0)


@pytest.mark.parametrize(("stored", "due_on", "expected"), [
    ("performing", date(2026, 11, 19), "late"), ("performing", date(2026, 11, 20), "performing"),
    ("performing", None, "performing"), ("kept", date(2026, 1, 1), "kept"),
])  # fmt: skip
def test_what_is_not_performed_by_its_day_is_late(
    stored: str, due_on: date | None, expected: str
) -> None:
    assert state_on(stored, due_on, date(2026, 11, 20)) == expected


def test_a_promise_is_not_due_before_it_was_made() -> None:
    assert period_is_turned(date(2026, 2, 1), date(2026, 1, 1))
    assert not period_is_turned(date(2026, 2, 1), date(2026, 2, 1))
    assert not period_is_turned(date(2026, 2, 1), None)
