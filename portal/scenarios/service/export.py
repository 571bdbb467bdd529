"""Exactly the filtered list of a scenario as CSV or JSON, with its day and its licence."""

import csv
import io
import json

from portal.bodies import service as bodies
from portal.scenarios.rules import GRADES
from portal.scenarios.service.listing import Entry, Listing, find
from portal.subjects.service import STATUSES

MOST = 1_000_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LICENCE = "可以自由使用，请注明来源“信用淮南”和数据日期；等级以页面当天为准。"
COLUMNS = ("统一社会信用代码", "名称", "招牌", "地区", "登记状态", "等级", "有异议", "数据日期")


def export(
    slug: str, form: str, *, site_url: str, area_code: str = "", grade: str = "", query: str = ""
) -> str | None:
    """The list as text, or None when there is no such scenario."""
    found = find(slug, area_code=area_code, grade=grade, query=query, size=MOST)
    if found is None:
        return None
    return _json(found, site_url) if form == "json" else _csv(found, site_url)


def _csv(found: Listing, site_url: str) -> str:
    text = io.StringIO()
    # Spreadsheets take a file for UTF-8 only when it begins with this mark.
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in found.entries:
        row = (entry.code, entry.name, "、".join(entry.signs), bodies.area_path(entry.area_code),
               STATUSES[entry.status], GRADES[entry.grade] if found.rule.is_rated else "不评级",
               "是" if entry.is_disputed else "", found.today.isoformat())  # fmt: skip
        writer.writerow([_defused(cell) for cell in row])
    source = f"{site_url}/scenarios/{found.rule.slug}"
    writer.writerow([f"# {LICENCE}", source, found.rule.notice_zh])
    return text.getvalue()


def _defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _json(found: Listing, site_url: str) -> str:
    rule = found.rule
    told = {
        "scenario": rule.slug,
        "name": rule.zh,
        "source": f"{site_url}/scenarios/{rule.slug}",
        "rule_version": rule.version,
        "notice": rule.notice_zh,
        "date": found.today.isoformat(),
        "licence": LICENCE,
        "total": found.total,
        "entries": [_entry(entry, is_rated=rule.is_rated) for entry in found.entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _entry(entry: Entry, *, is_rated: bool) -> dict[str, object]:
    return {
        "code": entry.code,
        "name": entry.name,
        "signs": entry.signs,
        "area": entry.area_code,
        "status": entry.status,
        "grade": entry.grade if is_rated else None,
        "disputed": entry.is_disputed,
    }
