"""The empty form on which departments report the facts of a scenario, with its dictionary."""

import csv
import io
from collections.abc import Iterator

from portal.scenarios import rulebook
from portal.scenarios.rules import FactKind, Rule

HEAD = ("统一社会信用代码", "主体名称", "场景名称", "事实名称", "事实内容", "起始日期", "截止日期",
        "数据来源单位")  # fmt: skip
DICTIONARY = ("事实名称", "字段代码", "可以填写", "一般有效（月）", "是否公开")
LISTED = "列入名录"
WHOSE = ("（18位代码）", "（与登记一致）")
UNIT = "（报送单位）"
ANY = "文字"


def blank(slug: str, form: str) -> bytes | None:
    """The form as CSV or XLSX, one example row for each fact; None without such a scenario."""
    rule = rulebook.load().get(slug)
    if rule is None:
        return None
    return _xlsx(rule) if form == "xlsx" else _csv(rule)


def _csv(rule: Rule) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_examples(rule))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rule: Rule) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheets = [book.active, book.create_sheet()]
    titles = ("报送", "填写说明")
    rows = ([HEAD, *_examples(rule)], [DICTIONARY, *_dictionary(rule)])
    for sheet, title, lines in zip(sheets, titles, rows, strict=True):
        sheet.title = title
        for line in lines:
            sheet.append(line)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in "ABCDEFGH"[: len(lines[0])]:
            sheet.column_dimensions[column].width = 24
            # Codes and dates stay what was typed.
            for cell in sheet[column]:
                cell.number_format = "@"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _examples(rule: Rule) -> Iterator[tuple[str, ...]]:
    start = rule.effective_from.isoformat()
    yield (*WHOSE, rule.zh, LISTED, "", start, "", UNIT)
    for fact in rule.facts:
        yield (*WHOSE, rule.zh, fact.zh, _first(fact), start, "", UNIT)


def _first(fact: FactKind) -> str:
    return next((words[0] for words in fact.values.values()), "") or next(iter(fact.examples), "")


def _dictionary(rule: Rule) -> Iterator[tuple[str, ...]]:
    for fact in rule.facts:
        words = "／".join(words[0] for words in fact.values.values())
        examples = f"{ANY}，例如：{'、'.join(fact.examples)}"
        months = str(fact.valid_months or "长期")
        yield fact.zh, fact.key, words or examples, months, "公开" if fact.public else "不公开"
