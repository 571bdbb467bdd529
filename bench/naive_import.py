"""The importer that anyone would write first, with the same result: csv, stdnum, select and add.

It stores the same record with the same publication, masking and original row as the portal's own,
and uses the same rules for them; only it does so one row after the other through the ORM.
"""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from portal.core.clock import today
from portal.core.masking import mask_text
from portal.records import law, rules
from portal.records.models import Record, RecordOriginal
from portal.subjects.models import Subject

SHOWN = {
    "CF_SY": "违法事实",
    "CF_YJ": "处罚依据",
    "CF_CFLB": "处罚类别",
    "CF_NR_FK": "罚款金额（万元）",
    "CF_NR_WFFF": "没收违法所得、没收非法财物的金额（万元）",
}
NEEDED = ("CF_XDR_MC", "CF_XDR_LB", "CF_FRDB", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB",
          "CF_NR", "CF_JDRQ", "CF_YXQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")  # fmt: skip


def run(path: Path, url: str) -> int:
    """Import the file row by row, committing once; returns how many rows went in."""
    taken = 0
    with path.open(encoding="utf-8", newline="") as file, Session(create_engine(url)) as session:
        for number, row in enumerate(csv.DictReader(file), 2):
            if _is_good(row):
                _take(session, row, number)
                taken += 1
        session.commit()
    return taken


def _is_good(row: dict[str, str]) -> bool:
    codes = ("CF_XDR_SHXYM", "CF_CFJGDM", "CF_SJLYDM")
    return all(row[name] for name in NEEDED) and all(uscc.is_valid(row[name]) for name in codes)


def _take(session: Session, row: dict[str, str], number: int) -> None:
    subject = session.scalars(select(Subject).where(Subject.code == row["CF_XDR_SHXYM"])).one()
    key = f"{row['CF_WSH']}|{row['CF_CFJGDM']}"
    record = session.scalars(
        select(Record).where(
            Record.subject_id == subject.id, Record.kind == "penalty", Record.key == key
        )
    ).one_or_none()
    if record is None:
        record = Record(subject_id=subject.id, kind="penalty", key=key)
        session.add(record)
    _fill(record, row)
    session.flush()
    original = session.get(RecordOriginal, record.id)
    if original is None:
        original = RecordOriginal(record_id=record.id)
        session.add(original)
    original.row = json.dumps(row, ensure_ascii=False)
    original.row_number = number


def _fill(record: Record, row: dict[str, str]) -> None:
    fine_fen = int(Decimal(row["CF_NR_FK"] or 0) * 1_000_000)
    found = rules.classify(row["CF_CFLB"], law=law.load(), fine_fen=fine_fen)
    decided_on = _date(row["CF_JDRQ"])
    public = rules.publication(
        "penalty", found.record_class, decided_on, law=law.load(), today=today(),
        publish_until=_date(row["CF_GSJZQ"]),
    )  # fmt: skip
    record.number = row["CF_WSH"]
    record.title = mask_text(row["CF_WFXW"])
    record.summary = mask_text(row["CF_NR"])
    record.details = [[label, mask_text(row[name])] for name, label in SHOWN.items() if row[name]]
    record.decided_on = decided_on
    record.valid_until = _date(row["CF_YXQ"])
    record.fine_fen = fine_fen
    record.record_class = public.record_class
    record.class_basis = found.basis
    record.earliest_repair_on = public.earliest_repair_on
    record.public_from = public.public_from
    record.public_until = public.public_until
    record.authority = row["CF_CFJG"]
    record.authority_code = row["CF_CFJGDM"]
    record.source_unit = row["CF_SJLY"]
    record.source_code = row["CF_SJLYDM"]
    record.updated_at = datetime.now(UTC)  # noqa: TID251


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y/%m/%d").date()  # noqa: DTZ007
