"""Files for the provincial site, and the receipts that come back."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from portal.cases.models import CaseEvent
from portal.commitments import service as promised
from portal.commitments.models import Commitment
from portal.core import audit, clock
from portal.core.cells import defused
from portal.core.db import session
from portal.core.errors import Refused
from portal.ingest.content import forms
from portal.ingest.models import UploadFile
from portal.records.models import Record, RecordOriginal
from portal.records.service import is_public_on
from portal.repair.models import Repair
from portal.subjects.models import Subject

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
REPAIR_COLUMNS = ("统一社会信用代码", "名称", "文书号", "处罚机关", "处罚决定日期", "修复日期",
                  "本站受理号", "信用中国受理号", "结果")  # fmt: skip
RESULTS = {"granted": "准予修复", "refused": "不予修复", "revoked": "撤销修复"}


def double_publicity(kind: str, *, actor: str) -> tuple[UploadFile, str]:
    """Licences or penalties stored since the last file of this kind, on the national form.

    Only what is public today goes up, as it came in: the row of the source, numbers of persons
    masked.
    """
    begin = _through(f"double-publicity {kind}")
    form = forms()[kind]
    columns = [field.code for field in form.fields]
    labels = [field.label for field in form.fields]
    rows = session.execute(
        select(Record, RecordOriginal.row, Subject.code, Subject.name)
        .join(Subject, Subject.id == Record.subject_id)
        .outerjoin(RecordOriginal, RecordOriginal.record_id == Record.id)
        .where(Record.kind == kind, Record.updated_at > begin, is_public_on())
        .order_by(Record.id),
        {"today": clock.today()},
    )
    told = [_on_form(columns, form.fields, *row) for row in rows]
    return _write(f"double-publicity {kind}", [labels, *told], actor)


def _on_form(
    columns: Sequence[str], fields: Sequence[Any], record: Record, row: str | None, code: str,
    name: str,
) -> list[str]:  # fmt: skip
    given = json.loads(row) if row else {}
    known = {
        "name": name,
        "code": code,
        "number": record.number,
        "document": record.title,
        "decided_on": record.decided_on.isoformat(),
        "authority": record.authority,
        "source_unit": record.source_unit,
    }
    found = zip(columns, fields, strict=True)
    return [str(given.get(column) or known.get(field.to, "")) for column, field in found]


def repair_results(*, actor: str) -> tuple[UploadFile, str]:
    """What was decided of applications for repair since the last file."""
    rows = session.execute(
        select(CaseEvent.state, Repair, Record, Subject.code, Subject.name)
        .join(Repair, Repair.id == CaseEvent.case_id)
        .join(Record, Record.id == Repair.record_id)
        .join(Subject, Subject.id == Record.subject_id)
        .where(CaseEvent.state.in_(RESULTS), CaseEvent.at > _through("repair-results"))
        .order_by(CaseEvent.id)
    )
    # A case says its result once, whatever is noted on it later.
    told = {(row[0], row[1].id): _result(*row) for row in rows}
    return _write("repair-results", [list(REPAIR_COLUMNS), *told.values()], actor)


def _result(state: str, case: Repair, record: Record, code: str, name: str) -> list[str]:
    return [
        code, name, record.number, record.authority, record.decided_on.isoformat(),
        record.repaired_on.isoformat() if record.repaired_on else "",
        case.reference, case.outside_receipt, RESULTS[state],
    ]  # fmt: skip


COMMITMENT_COLUMNS = (
    "承诺人名称", "统一社会信用代码", "承诺类型", "承诺事由", "承诺作出日期", "承诺书文件",
    "受理单位", "受理单位代码", "违诺责任", "履行状态", "公示开始日期", "公示截止日期", "承诺编号",
)  # fmt: skip


def commitments(*, site_url: str, actor: str) -> tuple[UploadFile, str]:
    """Public commitments of businesses that are new or stand otherwise since the last file."""
    words = promised.state_words()
    rows = [
        _commitment(each, words, site_url)
        for each in promised.changed_since(_through("commitments"))
    ]
    return _write("commitments", [list(COMMITMENT_COLUMNS), *rows], actor)


def _commitment(row: Commitment, words: Mapping[str, str], site_url: str) -> list[str]:
    """On the province's form; no credit code of a body is on file, so none is made up."""
    subject = row.subject
    return [
        row.shown_name, subject.code if subject else "", promised.UPLOAD_KINDS[row.kind],
        row.content["matter"]["zh"], row.signed_on.isoformat(),
        f"{site_url}/commitments/{row.number}", row.content["receiver"], "",
        "；".join(each["zh"] for each in row.content["consequences"]),
        words[row.standing], row.listed_from.astimezone(clock.CITY).date().isoformat(),
        # The register shows it for as long as it stands there: no last day is set.
        "", row.number or "",
    ]  # fmt: skip


def _through(kind: str) -> datetime:
    found = session.scalar(select(func.max(UploadFile.through)).where(UploadFile.kind == kind))
    return found or LONG_AGO


def _write(kind: str, rows: Sequence[Sequence[str]], actor: str) -> tuple[UploadFile, str]:
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(map(defused, row) for row in rows)
    body = text.getvalue()
    upload = UploadFile(
        kind=kind,
        made_at=clock.now(),
        through=clock.now(),
        rows=len(rows) - 1,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
    )
    session.add(upload)
    session.flush()  # its number is told
    audit.record("ingest.export", "upload_file", upload.id, actor, kind=kind, rows=upload.rows)
    return upload, body


def record_receipt(upload_id: int, receipt: str, *, actor: str) -> UploadFile:
    """Note the receipt that the provincial site gave for a file; raises Refused."""
    upload = session.get(UploadFile, upload_id)
    if upload is None:
        raise Refused("no_such_upload")
    if upload.receipt:
        raise Refused("receipt_known", receipt=upload.receipt)
    upload.receipt, upload.receipt_on = receipt[:100], clock.today()
    audit.record("ingest.receipt", "upload_file", upload.id, actor, receipt=upload.receipt)
    return upload


def uploads() -> Sequence[UploadFile]:
    """Every file that was written, the newest first."""
    return session.scalars(select(UploadFile).order_by(UploadFile.id.desc())).all()
