"""Every kind of wrong and double code is found, listed for its authority, and closed."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.core import db
from portal.core.errors import Refused
from portal.ingest.models import CodeFault, ImportBatch, QuarantinedRow, UploadFile
from portal.ingest.rules import wrong_codes as rules
from portal.ingest.service import uploads, wrong_codes
from portal.records.models import Record
from portal.subjects.models import Subject
from portal.subjects.rules import codes
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import make_record, make_staff, make_subject

pytestmark = pytest.mark.usefixtures("app")


def kinds(code: str) -> list[str]:
    return [each.kind for each in wrong_codes.run() if each.code == code]


def quarantine(rule: str, value: str) -> None:
    moment = {"started_at": db.session.scalar(select(Subject.updated_at).limit(1))}
    if moment["started_at"] is None:
        moment["started_at"] = make_subject().updated_at
    batch = ImportBatch(
        file_name="x.csv", sha256="0" * 64, kind="penalty", finished_at=moment["started_at"],
        rows=1, added=0, changed=0, unchanged=0, quarantined=1, **moment,
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    db.session.add(
        QuarantinedRow(
            batch_id=batch.id, row_number=2, field="代码", rule=rule, value=value, message="请核对"
        )
    )
    db.session.commit()


def test_a_damaged_code_on_file_is_found() -> None:
    shop = make_subject()
    broken = shop.code[:-1] + ("0" if shop.code[-1] != "0" else "1")
    db.session.execute(update(Subject).where(Subject.id == shop.id).values(code=broken))
    assert kinds(broken) == ["wrong"]


def test_a_kind_that_the_code_cannot_have_is_found() -> None:
    assert kinds(make_subject(kind="enterprise").code) == ["category"]
    assert kinds(make_subject("虚构县另一家").code) == []


def test_one_subject_under_two_codes_is_found_by_its_facts_and_by_the_inner_code() -> None:
    facts = {"legal_representative": "张虚构", "address": "虚构路8号"}
    first, second = (make_subject("虚构县同一家汤馆", **facts) for _ in range(2))
    assert kinds(max(first.code, second.code)) == ["many_codes"]
    inner = codes.make("92", "340499", "MA999001")
    moved = codes.make("91", "340499", "MA999001")
    make_subject("虚构县转型汤馆", code=inner)
    make_subject("虚构县转型汤馆有限公司", code=moved, kind="enterprise")
    assert "many_codes" in kinds(inner) + kinds(moved)


def test_a_licence_given_after_the_end_is_found() -> None:
    shop = make_subject(status="cancelled", ended_on=date(2026, 5, 1))
    make_record(shop, kind="licence", record_class=None, decided_on=date(2026, 6, 1))
    make_record(shop, kind="licence", record_class=None, decided_on=date(2026, 4, 1))
    assert kinds(shop.code) == ["ended"]


def test_the_same_two_codes_are_told_once_whatever_they_have_in_common() -> None:
    facts = ("同一家汤馆", "同一家汤馆", "张虚构", "虚构路8号", "individual_business", "虚构局")
    first, second = (rules.Known(f"9{place}340499MA9990011X", *facts) for place in (1, 2))
    other = rules.Known("92340499MA9990022X", *facts[:2], "", *facts[3:])
    told = [(fault.code, fault.other) for fault in rules.double([first, second, other])]
    assert told == [(second.code, first.code)]


def test_who_registers_is_told_by_the_register_or_else_by_the_code() -> None:
    code = codes.make("92", "340403", "MA999001")
    assert wrong_codes.authority_of(code, "虚构县市场监督管理局") == "虚构县市场监督管理局"
    assert "田家庵区" in wrong_codes.authority_of(code)
    assert wrong_codes.authority_of("34049912345") == rules.UNKNOWN


def test_one_decision_under_two_codes_of_one_name_is_found() -> None:
    first, second = make_subject("虚构县双码馆"), make_subject("虚构县双码馆")
    other = make_subject("虚构县旁人馆")
    for shop in (first, second, other):
        make_record(shop, number="虚构罚〔2026〕双码1号")
    assert kinds(second.code) == ["twice"]
    assert kinds(other.code) == []


@pytest.mark.parametrize(("rule", "kind"), rules.QUARANTINED.items())
def test_what_came_in_wrong_is_on_the_list(rule: str, kind: str) -> None:
    quarantine(rule, "34049912345")
    assert kinds("34049912345") == [kind]


def test_faults_are_listed_by_authority_until_they_are_gone(clock: Clock) -> None:
    shop = make_subject(kind="enterprise")
    wrong_codes.run()
    db.session.flush()
    fault = db.session.scalars(select(CodeFault).where(CodeFault.code == shop.code)).one()
    assert fault.authority in {name for name, _count in wrong_codes.authorities()}
    clock.move(days=30)
    db.session.execute(
        update(Subject).where(Subject.id == shop.id).values(kind="individual_business")
    )
    wrong_codes.run()
    assert (fault.closed_on, fault.closing) == (date(2026, 12, 20), "gone")
    db.session.execute(update(Subject).where(Subject.id == shop.id).values(kind="enterprise"))
    wrong_codes.run()
    assert (fault.closed_on, fault.closing) == (None, "")


def test_an_explained_fault_stays_closed() -> None:
    shop = make_subject(kind="enterprise")
    wrong_codes.run()
    fault = db.session.scalars(select(CodeFault).where(CodeFault.code == shop.code)).one()
    with pytest.raises(Refused):
        wrong_codes.close(fault.id, "短", actor="account:1")
    wrong_codes.close(fault.id, "登记机关已核实无误", actor="account:1")
    wrong_codes.run()
    assert fault.closing == "explained"
    with pytest.raises(Refused):
        wrong_codes.close(fault.id, "再来一次也不行", actor="account:1")


def test_the_desk_shows_and_closes_faults(browser: Browser) -> None:
    shop = make_subject(kind="enterprise")
    wrong_codes.run()
    db.session.commit()
    fault = db.session.scalars(select(CodeFault).where(CodeFault.code == shop.code)).one()
    desk = browser.sign_in(make_staff("publisher"))
    assert fault.authority in desk.get("/desk/codes").main
    page = desk.get("/desk/codes", query_string={"authority": fault.authority})
    assert shop.code in page.main
    assert "Code check" in desk.get("/en/desk/codes").heading
    page = desk.get(f"/desk/codes/{fault.id}")
    refused = desk.submit(page, status=422, note="短")
    assert "至少4个字" in refused.main
    desk.submit(page, note="登记机关已核实无误")
    assert "登记机关已核实无误" in desk.get(f"/desk/codes/{fault.id}").main
    desk.get("/desk/codes/999999", status=404)


def test_the_command_writes_the_report(app: Flask, tmp_path: Path) -> None:
    shop = make_subject("=cmd", kind="enterprise")
    report = tmp_path / "faults.csv"
    result = app.test_cli_runner().invoke(args=["portal", "check-codes", "--report", str(report)])
    assert result.exit_code == 0, result.output
    assert "类别与代码不符：" in result.output
    with report.open(encoding="utf-8-sig") as file:
        rows = {row["代码"]: row for row in csv.DictReader(file)}
    assert rows[shop.code]["名称"] == "'=cmd"


def written(app: Flask, *arguments: str) -> list[dict[str, str]]:
    result = app.test_cli_runner().invoke(args=["portal", "export", *arguments])
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.removeprefix("\ufeff").splitlines()))


def test_double_publicity_holds_what_is_new_and_public(app: Flask, clock: Clock) -> None:
    shop = make_subject()
    shown = make_record(shop)
    hidden = make_record(shop, record_class="minor")
    rows = written(app, "double-publicity")
    numbers = {row["行政处罚决定书文号"] for row in rows}
    assert shown.number in numbers
    assert hidden.number not in numbers
    clock.move(minutes=5)
    later = make_record(shop)
    assert {row["行政处罚决定书文号"] for row in written(app, "double-publicity")} == {later.number}
    assert written(app, "double-publicity", "--kind", "licence") == []


def test_receipts_are_noted_once(app: Flask) -> None:
    make_record(make_subject())
    written(app, "double-publicity")
    (upload,) = uploads.uploads()
    run = app.test_cli_runner().invoke
    assert run(args=["portal", "receipt", str(upload.id), "SJ-1"]).exit_code == 0
    assert "SJ-1" in run(args=["portal", "receipt"]).output
    again: Any = run(args=["portal", "receipt", str(upload.id), "SJ-2"])
    assert again.exit_code == 1
    assert "已经有回执：SJ-1" in again.output
    assert run(args=["portal", "receipt", "99999", "SJ-2"]).exit_code == 1
    assert db.session.get(UploadFile, upload.id) is not None
    assert db.session.scalar(select(Record.id)) is not None
