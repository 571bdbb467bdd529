"""Applications that Credit China's acceptance window handles: handed over, and results taken in."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from portal.cases import service as cases
from portal.cases.service import By
from portal.core.db import session
from portal.core.errors import Refused
from portal.repair.models import Repair
from portal.repair.service import on_file

COLUMNS = (
    "本站办件编号",
    "行政相对人名称",
    "统一社会信用代码",
    "决定书文号",
    "认定单位",
    "履行日期",
    "信用中国受理号",
)


def handover_rows() -> list[dict[str, str]]:
    """Applications that wait at Credit China, for the file of its acceptance window."""
    waiting = session.scalars(
        select(Repair).where(Repair.state == "handed_over").order_by(Repair.opened_at, Repair.id)
    )
    rows = []
    for case in waiting:
        found = on_file(case.about_record)
        values = (
            case.reference,
            found.subject.name,
            found.subject.code,
            found.record.number,
            found.record.authority,
            case.performed_on.isoformat() if case.performed_on else "",
            case.outside_receipt,
        )
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


RESULTS = {"准予修复": "granted_outside", "不予修复": "refused_outside"}


def import_results(rows: Iterable[Mapping[str, str]], *, by: By) -> list[str]:
    """Take over results of the acceptance window; returns a sentence for every bad row.

    A row has 本站办件编号, 结果 (准予修复 or 不予修复), 信用中国受理号 and, for a refusal, 原因.
    """
    problems = []
    for place, row in enumerate(rows, 2):
        reference, result = (row.get(name) or "" for name in ("本站办件编号", "结果"))
        case = session.scalar(select(Repair).where(Repair.reference == reference.strip()))
        if case is None:
            problems.append(f"第{place}行：没有编号为“{reference}”的申请")
            continue
        if result.strip() not in RESULTS:
            problems.append(f"第{place}行：结果“{result}”应写“准予修复”或“不予修复”")
            continue
        try:
            with session.begin_nested():
                cases.act(
                    case,
                    RESULTS[result.strip()],
                    by=by,
                    note=(row.get("原因") or "").strip(),
                    outside_receipt=(row.get("信用中国受理号") or "").strip(),
                )
        except Refused as refused:
            problems.append(f"第{place}行：{IMPORT_PROBLEMS[refused.reason]}")
    return problems


IMPORT_PROBLEMS = {
    "step_not_possible": "这件申请没有在信用中国办理，或者已经有结果",
    "receipt_missing": "缺少信用中国受理号",
    "note_needed": "不予修复要写明原因",
}
