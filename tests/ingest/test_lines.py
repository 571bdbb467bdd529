"""Facts of scenarios, agents and sanctions come in from files as records do: checked, counted."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import db
from portal.ingest import service
from portal.ingest.models import QuarantinedRow
from portal.scenarios import rulebook
from portal.scenarios import service as scenarios
from portal.scenarios.models import ScenarioListing
from portal.subjects.models import Subject
from tests.factories import make_subject

HEAD = ("统一社会信用代码", "主体名称", "场景名称", "事实名称", "事实内容", "起始日期", "截止日期",
        "数据来源单位")  # fmt: skip
AGENTS = ("机构统一社会信用代码", "机构名称", "登记号", "姓名", "人员类别", "从业状态", "入职日期",
          "离职日期", "登记有效期至", "手机号")  # fmt: skip
SANCTIONS = ("机构统一社会信用代码", "机构名称", "登记号", "处分文书号", "处分事项", "处分依据",
             "决定机关", "决定日期", "公示截止日期")  # fmt: skip


def take(path: Path, *rows: Any, **options: Any) -> service.Outcome:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = path / "file.csv"
    file.write_text(text.getvalue(), encoding="utf-8")
    return service.run(file, actor="test", **options)


def fact(shop: Subject, *cells: str, **changed: str) -> list[str]:
    told = dict(zip(HEAD[2:], cells, strict=False))
    row = {HEAD[0]: shop.code, HEAD[1]: shop.name, "数据来源单位": "演示局", **told, **changed}
    return [row.get(name, "") for name in HEAD]


def findings() -> list[tuple[int, str, str]]:
    rows = db.session.scalars(select(QuarantinedRow).order_by(QuarantinedRow.row_number))
    return [(row.row_number, row.field, row.rule) for row in rows]


@pytest.mark.parametrize("slug", rulebook.SLUGS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_form_of_every_scenario_can_be_filled_in_and_taken(
    app: Flask, tmp_path: Path, slug: str, form: str
) -> None:
    shop = make_subject()
    file = tmp_path / f"form.{form}"
    blank = scenarios.blank(slug, form)
    assert blank is not None
    if form == "csv":
        filled = blank.decode("utf-8-sig").replace("（18位代码）", shop.code)
        file.write_text(filled.replace("（与登记一致）", shop.name), encoding="utf-8")
    else:
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(blank))
        for row in book.worksheets[0].iter_rows(min_row=2):
            row[0].value, row[1].value = shop.code, shop.name
        book.save(file)
    outcome = service.run(file, actor="test")
    assert (outcome.kind, outcome.quarantined) == ("fact", 0)
    assert outcome.added == len(rulebook.load()[slug].facts) + 1
    found = scenarios.explain(shop.code, slug)
    assert found is not None
    assert {row.key for row in found.facts} <= {each.key for each in rulebook.load()[slug].facts}
    again = service.run(file, actor="test")
    assert (again.added, again.changed, again.unchanged) == (0, 0, outcome.added)


def test_whoever_has_a_fact_is_on_the_list_until_a_row_says_otherwise(
    app: Flask, tmp_path: Path
) -> None:
    shop = make_subject()
    outcome = take(tmp_path, HEAD, fact(shop, "牛肉汤产业", "后厨", "明厨亮灶", "2026-11-01"))
    assert (outcome.added, outcome.quarantined) == (1, 0)
    listed = db.session.scalars(select(ScenarioListing)).one()
    assert listed.since.isoformat() == "2026-11-01"
    left = fact(shop, "beef-soup", "列入名录", "", "2026-11-01", "2026-11-19")
    assert take(tmp_path, HEAD, left).changed == 1
    assert scenarios.find("beef-soup").total == 0


def test_a_row_that_no_rule_knows_stays_out_and_says_why(app: Flask, tmp_path: Path) -> None:
    shop = make_subject()
    outcome = take(
        tmp_path,
        HEAD,
        fact(shop, "信用+咖啡", "后厨", "明厨亮灶", "2026-11-01"),
        fact(shop, "信用+牛肉汤产业", "味道", "好", "2026-11-01"),
        fact(shop, "信用+牛肉汤产业", "后厨", "漂亮", "2026-11-01"),
        fact(shop, "信用+牛肉汤产业", "后厨", "", "2026-11-02"),
        fact(shop, "信用+牛肉汤产业", "后厨", "明厨亮灶", "2026-11-03", "2026-11-01"),
        fact(shop, "信用+牛肉汤产业", "后厨", "明厨亮灶", "2026-11-04", 主体名称="别的店"),
        fact(shop, "信用+牛肉汤产业", "后厨", "明厨亮灶", "2026-11-05",
             统一社会信用代码="92340499MA9999999X"),
        fact(shop, "信用+牛肉汤产业", "抽样检验", "合格", "2026-11-06"),
        fact(shop, "信用+牛肉汤产业", "抽样检验", "合格", "2026-11-06"),
        fact(shop, "信用+牛肉汤产业", "抽样检验", "不合格", "2026-11-06"),
    )  # fmt: skip
    rules = {number: rule for number, _field, rule in findings()}
    assert rules[2] == "scenario"
    assert [rules[number] for number in (3, 4, 5, 6, 7)] == [
        "fact_unknown", "fact_value", "blank_required", "period", "another_name",
    ]  # fmt: skip
    assert 8 in rules
    assert rules[11] == "contradiction"
    assert (outcome.added, outcome.unchanged) == (1, 1)


def test_agents_and_sanctions_come_in_without_any_number_of_a_person(
    app: Flask, tmp_path: Path
) -> None:
    agency = make_subject("虚构县安居房产经纪有限公司")
    row = (agency.code, agency.name, "YS1", "演小明", "经纪人", "在职", "2025-01-01", "",
           "2027-12-31", "13800000000")  # fmt: skip
    outcome = take(tmp_path, AGENTS, row, (*row[:4], "大师", "休息", *row[6:]))
    assert (outcome.kind, outcome.added, outcome.quarantined) == ("agent", 1, 1)
    assert {rule for _number, _field, rule in findings()} == {"agent_class", "agent_state"}
    sanction = (agency.code, agency.name, "YS1", "演罚1号", "隐瞒抵押", "《办法》第一条", "演示局",
                "2026-03-01", "2027-03-01")  # fmt: skip
    strange = (*sanction[:2], "YS2", "演罚2号", *sanction[4:])
    outcome = take(tmp_path, SANCTIONS, sanction, strange)
    assert (outcome.kind, outcome.added, outcome.quarantined) == ("sanction", 1, 1)
    assert findings()[-1][2] == "agent_unknown"
    assert take(tmp_path, AGENTS, row, kind="agent").unchanged == 1
    found = scenarios.agent("YS1")
    assert [one.document for one in found.sanctions] == ["演罚1号"]


def test_a_register_that_changes_a_name_moves_it_in_the_lists(app: Flask, tmp_path: Path) -> None:
    shop = make_subject("虚构县甲牛肉汤馆")
    take(tmp_path, HEAD, fact(shop, "beef-soup", "后厨", "明厨亮灶", "2026-11-01"))
    register = ("企业名称", "统一社会信用代码", "注册地址")
    take(tmp_path, register, ("虚构县新甲牛肉汤馆", shop.code, "淮南市寿县寿春镇虚构路1号"))
    (entry,) = scenarios.find("beef-soup").entries
    assert entry.name == "虚构县新甲牛肉汤馆"
    assert scenarios.find("beef-soup").facets.areas[entry.area_code] == 1


def test_the_command_writes_a_list_or_its_form(own_app: Flask) -> None:
    run = own_app.test_cli_runner().invoke
    assert "统一社会信用代码" in run(args=["portal", "export", "beef-soup"]).output
    assert '"total": 0' in run(args=["portal", "export", "beef-soup", "--format", "json"]).output
    assert "列入名录" in run(args=["portal", "export", "training", "--template"]).output
    refused = run(args=["portal", "export", "coffee"])
    assert refused.exit_code == 1
    assert "beef-soup" in refused.output
