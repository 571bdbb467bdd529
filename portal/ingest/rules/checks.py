"""What fields of a row must say of each other."""

import re
from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any

from portal.core.masking import mask_text
from portal.ingest.rules.forms import Form
from portal.ingest.rules.values import FEN, show_amount

Values = list[Any]
Report = Callable[..., None]
Check = Callable[[Values, Report, list[Any]], None]

# An amount as large as this was perhaps typed in yuan; one of the second size probably.
SUSPICIOUS_FEN, LARGE_FEN = 100 * FEN, 500 * FEN
FINE_NEEDED = "罚款"
INDIVIDUAL_CODE = "92"
PUBLIC_AS_THEY_ARE = (
    "name", "number", "authority", "source_unit", "legal_representative", "former_names", "signs",
    "capital", "industry",
)  # fmt: skip
# Numbers of two cells do not make one together.
BETWEEN_CELLS = "\n\n\n\n"


def not_in_the_future(form: Form, today: date) -> Check | None:
    """The day of a decision or a registration has come."""
    to = "decided_on" if form.place("decided_on") is not None else "registered_on"
    place = form.place(to)
    label = form.fields[place].label if place is not None else ""

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        day = values[place]
        if day and day > today:
            message = f"{label}不能晚于今天（{today}），请核对。"
            report(findings, to, "future_date", message, value=day)

    return check if place is not None else None


def period_runs_forward(form: Form, today: date) -> Check | None:
    """Nothing ends before it begins."""
    starts = form.place("valid_from")
    starts = form.place("decided_on") if starts is None else starts
    ends = [(to, form.place(to)) for to in ("valid_until", "publish_until", "repaired_on")]
    pairs = [(to, place) for to, place in ends if place is not None]

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        start = values[starts]  # type: ignore[index]
        for to, place in pairs:
            end = values[place]
            if start and end and end < start:
                message = f"{form.fields[place].label}早于{form.fields[starts].label}，请核对。"  # type: ignore[index]
                report(findings, to, "period", message, value=end)

    return check if pairs and starts is not None else None


def fine_is_there(form: Form, today: date) -> Check | None:
    """A fine has an amount, in 万元."""
    fine, kinds, summary = map(form.place, ("fine_fen", "penalties", "summary"))
    if fine is None or kinds is None or summary is None:
        return None

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        fen = values[fine]
        if not fen:
            if FINE_NEEDED in values[kinds]:
                report(findings, "fine_fen", "fine_missing", "处罚类别有罚款，请填写罚款金额（万元）。")
        elif fen >= SUSPICIOUS_FEN:
            _large(fen, values[summary], report, findings)

    return check


def _large(fen: int, summary: str, report: Report, findings: list[Any]) -> None:
    amount = show_amount(fen)
    if re.search(rf"(?<![\d.,]){re.escape(amount)}(?:\.0+)? ?元", summary):
        message = f"处罚内容写的是{amount}元，金额栏应以万元为单位，请除以10000后重新导入。"
        report(findings, "fine_fen", "amount_in_yuan", message, value=amount)
    elif fen >= LARGE_FEN:
        message = f"罚款{amount}万元，数额很大；如果原意是{amount}元，请除以10000后重新导入。"
        report(findings, "fine_fen", "amount_large", message, value=amount, is_notice=True)


def old_code_is_the_same_body(form: Form, today: date) -> Check | None:
    """The organisation code is part of the credit code, or one of them is another's."""
    code, organisation = form.place("subject_code"), form.place("organisation_code")
    if code is None or organisation is None:
        return None

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        old = values[organisation]
        if not old:
            return
        plain = old.replace("-", "").upper()
        if len(plain) == 9 and len(values[code]) == 18 and plain != values[code][8:17]:
            message = "组织机构代码与统一社会信用代码第9至17位不同，两者之一属于别的主体，请核对。"
            report(findings, "organisation_code", "organisation_code", message, value=old)

    return check


def category_fits_the_code(form: Form, today: date) -> Check | None:
    """A code that begins with 92 belongs to an individual business, and no other does."""
    code, category = form.place("subject_code"), form.place("category")
    if code is None or category is None:
        return None

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        if not values[category] or not values[code]:
            return
        if (values[code][:2] == INDIVIDUAL_CODE) != (values[category] == "individual"):
            message = "类别与代码不符：92开头的代码是个体工商户，其他不是；已按代码收入，请核对类别。"
            report(findings, "category", "category_mismatch", message, is_notice=True)

    return check


def no_person_in_public_fields(form: Form, today: date) -> Check | None:
    """Fields that are shown as they are hold no citizen's number, mobile or address."""
    places = [(to, form.place(to)) for to in PUBLIC_AS_THEY_ARE]
    found = [(to, place) for to, place in places if place is not None]

    cells = itemgetter(found[0][1], *(place for _, place in found))

    def check(values: Values, report: Report, findings: list[Any]) -> None:
        together = BETWEEN_CELLS.join(cells(values))
        if mask_text(together) is together:
            return
        for to, place in found:
            if mask_text(values[place]) != values[place]:
                message = "此栏会公开，却含有身份号码、手机号码、银行卡号或邮箱，请删去后重新导入。"
                report(findings, to, "personal_data", message, value=values[place])

    return check


CHECKS = (
    not_in_the_future,
    period_runs_forward,
    fine_is_there,
    old_code_is_the_same_body,
    category_fits_the_code,
    no_person_in_public_fields,
)
