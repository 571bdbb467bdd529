"""The report file: a table that a spreadsheet opens and that carries no formulas."""

from collections.abc import Callable, Sequence

from portal.core.text import N_
from portal.ingest.rules.advice import taken_apart
from portal.ingest.rules.findings import Finding

COLUMNS = (N_("行号"), N_("结果"), N_("字段"), N_("规则"), N_("问题"), N_("值"), N_("说明"))
TAKEN, KEPT_OUT = N_("已收，请留意"), N_("未收")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def in_chinese(message: str, **values: object) -> str:
    """The words as they are written here."""
    return message % values if values else message


def report_row(
    row_number: int, finding: Finding, translate: Callable[..., str] = in_chinese
) -> Sequence[str]:
    """A finding as a row of the report; what the file itself says is never translated."""
    result = translate(TAKEN if finding.is_notice else KEPT_OUT)
    said = translate(finding.message)
    if said == finding.message:
        message, values = taken_apart(said)
        said = translate(message, **values)
    cells = (finding.field, finding.rule, translate(finding.name), finding.value, said)
    return (str(row_number), result, *map(defuse, cells))


def defuse(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
