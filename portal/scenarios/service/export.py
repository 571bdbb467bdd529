"""Exactly the filtered list of a scenario as CSV or JSON, with its day and its licence."""

import csv
import io
import json

from portal.bodies import service as bodies
from portal.core.cells import defused
from portal.scenarios.rules import GRADES, Rule
from portal.scenarios.service.lines import Filters
from portal.scenarios.service.listing import Entry, every_entry, find
from portal.subjects.service import STATUSES

LICENCE = "可以自由使用，请注明来源“信用淮南”和数据日期；等级以页面当天为准。"
COLUMNS = ("统一社会信用代码", "名称", "招牌", "地区", "登记状态", "等级", "有异议", "证照状态",
           "称号", "主体的说明", "数据日期")  # fmt: skip
LICENCE_WORDS = {"valid": "有效", "expired": "已到期", "none": "没有报送"}


def export(slug: str, form: str, *, site_url: str, filters: Filters | None = None) -> str | None:
    """The list as text, or None when there is no such scenario."""
    wanted = filters or Filters()
    found = find(slug, filters=wanted, size=1)
    if found is None:
        return None
    entries = list(every_entry(slug, wanted))
    day = found.today.isoformat()
    make = _json if form == "json" else _csv
    return make(found.rule, entries, day, f"{site_url}/scenarios/{slug}")


def _csv(rule: Rule, entries: list[Entry], day: str, source: str) -> str:
    text = io.StringIO()
    # Spreadsheets take a file for UTF-8 only when it begins with this mark.
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    titles = {fact.key: fact.zh for fact in rule.facts}
    for entry in entries:
        row = (entry.code, entry.name, "、".join(entry.signs), bodies.area_path(entry.area_code),
               STATUSES[entry.status], GRADES[entry.grade] if rule.is_rated else "不评级",
               "是" if entry.is_disputed else "",
               LICENCE_WORDS[entry.licence] if rule.licence else "",
               "、".join(titles[title] for title in entry.titles), entry.reply, day)  # fmt: skip
        writer.writerow([defused(cell) for cell in row])
    writer.writerow([f"# {LICENCE}", source, rule.notice_zh])
    return text.getvalue()


def _json(rule: Rule, entries: list[Entry], day: str, source: str) -> str:
    told = {
        "scenario": rule.slug,
        "name": rule.zh,
        "source": source,
        "rule_version": rule.version,
        "notice": rule.notice_zh,
        "date": day,
        "licence": LICENCE,
        "total": len(entries),
        "entries": [_entry(entry, is_rated=rule.is_rated) for entry in entries],
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
        "licence_state": entry.licence,
        "titles": entry.titles,
        "reply": entry.reply,
    }
