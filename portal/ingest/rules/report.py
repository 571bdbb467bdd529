"""The report file: a table that a spreadsheet opens and that carries no formulas."""

from collections.abc import Sequence

from portal.ingest.rules.findings import Finding

COLUMNS = ("行号", "结果", "字段", "规则", "问题", "值", "说明")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def report_row(row_number: int, finding: Finding) -> Sequence[str]:
    """A finding as a row of the report."""
    result = "已收，请留意" if finding.is_notice else "未收"
    cells = (finding.field, finding.rule, finding.name, finding.value, finding.message)
    return (str(row_number), result, *map(defuse, cells))


def defuse(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
