"""Files for the province about repair and commitments: what is new, once, with its receipt."""

import csv

from flask import Flask

from portal.cases import service as cases
from portal.commitments import service as commitments
from portal.core import audit, db
from portal.ingest.service import uploads
from tests.commitments.conftest import make_shop as make_promisor
from tests.conftest import Clock
from tests.repair.conftest import CITY, CLERK, REVIEWER
from tests.repair.conftest import make_shop as make_penalised


def written(app: Flask, what: str) -> list[dict[str, str]]:
    result = app.test_cli_runner().invoke(args=["portal", "export", what])
    assert result.exit_code == 0, result.output
    assert "SHA-256" in result.stderr
    return list(csv.DictReader(result.stdout.removeprefix("\ufeff").splitlines()))


def test_a_result_of_repair_is_told_once_with_its_receipt(app: Flask, clock: Clock) -> None:
    shop = make_penalised()
    case = shop.sent()
    assert written(app, "repair-results") == []
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "propose_grant", by=CLERK)
    clock.move(minutes=1)
    cases.act(case, "grant", by=REVIEWER)
    db.session.commit()
    reference = case.reference
    (row,) = written(app, "repair-results")
    assert row == {
        "统一社会信用代码": shop.subject.code, "名称": shop.subject.name,
        "文书号": shop.record.number, "处罚机关": CITY, "处罚决定日期": "2026-08-01",
        "修复日期": "2026-11-20", "本站受理号": reference, "信用中国受理号": "",
        "结果": "准予修复",
    }  # fmt: skip
    assert written(app, "repair-results") == []
    third, second, first = uploads.uploads()
    assert [each.rows for each in (first, second, third)] == [0, 1, 0]
    run = app.test_cli_runner().invoke
    assert run(args=["portal", "receipt", str(second.id), "SJ-9"]).exit_code == 0
    assert (
        f"{second.id}  repair-results  2026-11-20  1  SJ-9"
        in run(args=["portal", "receipt"]).output
    )


def test_a_refused_and_a_revoked_repair_are_told_as_such(app: Flask, clock: Clock) -> None:
    case = make_penalised().sent()
    cases.act(case, "accept", by=CLERK)
    cases.act(case, "propose_refusal", by=CLERK, note="凭证金额不符")
    cases.act(case, "refuse", by=REVIEWER)
    db.session.commit()
    assert [row["结果"] for row in written(app, "repair-results")] == ["不予修复"]
    clock.move(minutes=1)
    other = make_penalised().sent()
    cases.act(other, "accept", by=CLERK)
    cases.act(other, "propose_grant", by=CLERK)
    cases.act(other, "grant", by=REVIEWER)
    cases.act(other, "revoke", by=REVIEWER, note="缴款凭证系伪造")
    db.session.commit()
    assert [row["结果"] for row in written(app, "repair-results")] == ["准予修复", "撤销修复"]


def test_a_commitment_is_told_when_listed_and_again_when_it_stands_otherwise(
    app: Flask, clock: Clock
) -> None:
    shop = make_promisor()
    number = shop.sign().number
    assert written(app, "commitments") == []
    clock.move(minutes=11)
    (row,) = written(app, "commitments")
    found = commitments.public(str(number))
    assert found is not None
    assert row == {
        "承诺人名称": shop.subject.name, "统一社会信用代码": shop.subject.code,
        "承诺类型": commitments.UPLOAD_KINDS[found.kind],
        "承诺事由": found.content["matter"]["zh"], "承诺作出日期": "2026-11-20",
        "承诺书文件": f"http://127.0.0.1:8000/commitments/{number}",
        "受理单位": found.content["receiver"], "受理单位代码": "",
        "违诺责任": "；".join(each["zh"] for each in found.content["consequences"]),
        "履行状态": commitments.STATES[found.standing].word, "公示开始日期": "2026-11-20",
        "公示截止日期": "", "承诺编号": number,
    }  # fmt: skip
    clock.move(minutes=1)
    assert written(app, "commitments") == []
    clock.move(minutes=1)
    found = commitments.public(str(number))
    assert found is not None
    commitments.withdraw(found, shop.actor)
    db.session.commit()
    clock.move(minutes=1)
    (row,) = written(app, "commitments")
    assert row["履行状态"] == "已撤回"
    assert written(app, "commitments") == []


def test_a_commitment_whose_day_has_passed_is_told_again(app: Flask, clock: Clock) -> None:
    make_promisor().sign()
    clock.move(minutes=11)
    written(app, "commitments")
    clock.move(days=800)
    (row,) = written(app, "commitments")
    assert row["履行状态"] in {"到期", "逾期未履行"}


def test_writing_a_file_stands_in_the_audit_trail(app: Flask) -> None:
    written(app, "commitments")
    event = db.session.query(audit.Event).filter_by(action="ingest.export").one()
    assert event.data["kind"] == "commitments"
