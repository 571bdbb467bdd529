"""Files as departments send them, made up for tests."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from portal.ingest import content
from tests.factories import make_code

OFFICE = make_code("11")
FIRM = "91340400MA2HNXA137"

PENALTY = {
    "CF_XDR_MC": "虚构县商贸有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": FIRM,
    "CF_FRDB": "张三",
    "CF_WSH": "虚市监罚〔2026〕1号",
    "CF_WFXW": "销售超过保质期食品",
    "CF_SY": "当事人销售超过保质期的面包。",
    "CF_YJ": "虚构依据",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款5000元",
    "CF_NR_FK": "0.5",
    "CF_JDRQ": "2026/09/01",
    "CF_YXQ": "2027/09/01",
    "CF_CFJG": "虚构县市场监督管理局",
    "CF_CFJGDM": OFFICE,
    "CF_SJLY": "虚构县市场监督管理局",
    "CF_SJLYDM": OFFICE,
}
LICENCE = {
    "XK_XDR_MC": "虚构县商贸有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_XDR_SHXYM": FIRM,
    "XK_FRDB": "张三",
    "XK_XKWS": "准予行政许可决定书",
    "XK_WSH": "虚许〔2026〕1号",
    "XK_XKLB": "普通",
    "XK_XKZS": "食品经营许可证",
    "XK_XKBH": "JY1",
    "XK_NR": "预包装食品销售",
    "XK_JDRQ": "2026/03/01",
    "XK_YXQZ": "2026/03/01",
    "XK_YXQZI": "2099/12/31",
    "XK_XKJG": "虚构县市场监督管理局",
    "XK_XKJGDM": OFFICE,
    "XK_ZT": "1",
    "XK_LYDW": "虚构县市场监督管理局",
    "XK_LYDWDM": OFFICE,
}
ENTERPRISE = {
    "企业名称": "虚构县商贸有限公司",
    "统一社会信用代码": FIRM,
    "注册日期": "2004-03-31",
    "企业类型": "N/A",
    "法人代表": "(略)",
    "注册资金": "1,000(万元)",
    "经营范围": "化肥零售。",
    "所在省份": "安徽",
    "地区": "淮南",
    "注册地址": "淮南市田家庵区国庆中路",
}
RECORD = {
    "主体名称": "虚构县商贸有限公司",
    "统一社会信用代码": FIRM,
    "文书号": "虚奖〔2026〕1号",
    "事项名称": "质量奖",
    "决定日期": "2026年3月5日",
    "决定机关": "虚构县人民政府",
}


def codes_of(kind: str) -> list[str]:
    """The codes of the official form, without this portal's own columns."""
    own = {"CF_CFLB2", "CF_SXLB", "CF_CFCX", "DQZT"}
    return [each.code for each in content.forms()[kind].fields if each.code not in own]


def csv_text(rows: Iterable[Mapping[str, str]], header: Iterable[str] | None = None) -> str:
    rows = list(rows)
    columns = list(header or rows[0])
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def penalties(*changes: Mapping[str, str]) -> str:
    """A penalty file in its 30 columns; each change makes a row."""
    rows = [{**PENALTY, **change} for change in changes]
    return csv_text(rows, [*codes_of("penalty"), *_extra(rows, "penalty")])


def licences(*changes: Mapping[str, str]) -> str:
    rows = [{**LICENCE, **change} for change in changes]
    return csv_text(rows, [*codes_of("licence"), *_extra(rows, "licence")])


def enterprises(*changes: Mapping[str, str]) -> str:
    rows = [{**ENTERPRISE, **change} for change in changes]
    return csv_text(rows, dict.fromkeys(name for row in rows for name in row))


def records(*changes: Mapping[str, str]) -> str:
    rows = [{**RECORD, **change} for change in changes]
    return csv_text(rows, dict.fromkeys(name for row in rows for name in row))


def _extra(rows: list[dict[str, str]], kind: str) -> list[str]:
    known = set(codes_of(kind))
    return list(dict.fromkeys(name for row in rows for name in row if name not in known))


def save(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def save_workbook(folder: Path, rows: Iterable[Iterable[Any]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    path = folder / "file.xlsx"
    book.save(path)
    return path
