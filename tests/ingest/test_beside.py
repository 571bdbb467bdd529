"""Large files: prepared in processes beside the one that writes, with the same result."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from portal.core import beside, db
from portal.core.errors import Refused
from portal.ingest import reading, service
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.reading import Source
from portal.ingest.rules.findings import Finding
from portal.ingest.service import storing
from portal.ingest.service.prepare import Preparer
from portal.records.models import Record, RecordChange, RecordOriginal
from portal.subjects.models import Subject, SubjectName
from tests.factories import make_code, make_subject
from tests.ingest import files
from tests.ingest.files import FIRM

STORED = (Record, RecordOriginal, RecordChange, Subject, SubjectName, QuarantinedRow)
# Ids that PostgreSQL does not give again after a rollback.
NOT_COMPARED = {(RecordOriginal, "batch_id"), (QuarantinedRow, "batch_id"), (QuarantinedRow, "id"),
                (RecordChange, "id")}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_pieces(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even these files are large, and there are processors for all."""
    monkeypatch.setattr(service, "PIECE", 3)
    monkeypatch.setattr(service, "WORTH_HELP", 10)
    monkeypatch.setattr(beside, "cores", lambda: 3)
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")


def penalties() -> str:
    """Rows of every fate: good, with a notice, faulty, repeated, contradicting, of nobody."""
    good = [{"CF_WSH": f"虚〔2026〕{number}号"} for number in range(20)]
    return files.penalties(
        *good[:7],
        {"CF_WSH": "电话13912345678"},
        {"CF_WSH": "大额", "CF_NR_FK": "900", "CF_NR": "罚款九百万元"},
        {"CF_WSH": "无额", "CF_NR_FK": ""},
        good[2],
        {**good[3], "CF_NR": "罚款6000元"},
        {"CF_WSH": "生人", "CF_XDR_SHXYM": make_code("91")},
        {"CF_WSH": "别名", "CF_XDR_MC": "虚构县别家公司"},
        *good[7:],
        good[19],
    )


def penalties_with_quotes() -> str:
    """Cells that go over lines, quotes in the wrong place, and empty rows for whole pieces."""
    rows = files.penalties(
        *({"CF_WSH": f"{number}", "CF_SY": "当事人\n说"} for number in range(20))
    )
    lines = rows.split("\r\n")
    lines[4] = lines[4].replace("当事人", '当"事"人', 1)
    return "\r\n".join([*lines[:9], *[""] * 11, *lines[9:]])


def penalties_between_empty_rows() -> str:
    lines = penalties().split("\r\n")
    return "\r\n".join([*lines[:9], *[""] * 11, *lines[9:]])


def enterprises() -> str:
    rows = [{"统一社会信用代码": make_code("91"), "企业名称": f"虚构县第{number}公司"}
            for number in range(15)]  # fmt: skip
    return files.enterprises(*rows, {"统一社会信用代码": "9134"}, rows[4])


def licences() -> str:
    return files.licences(*({"XK_WSH": f"{number}", "XK_ZT": "2" if number % 3 else "1"}
                            for number in range(15)))  # fmt: skip


def outcome_of(path: Path, *, may_fork: bool) -> Any:
    """All that an import leaves and tells, without keeping it."""
    report: list[tuple[int, Finding]] = []
    progress: list[tuple[int, int]] = []
    outcome = service.run(
        path, actor="test", may_fork=may_fork, report=lambda *told: report.append(told),
        progress=lambda *told: progress.append(told),
    )  # fmt: skip
    outcome.batch_id = 0
    stored = [rows_of(table) for table in STORED]
    again = service.run(path, actor="test", may_fork=may_fork)
    db.session.rollback()
    return outcome, report, progress, stored, (again.added, again.changed, again.unchanged)


def rows_of(table: Any) -> list[tuple[Any, ...]]:
    key = inspect(table).primary_key
    compared = [column for column in table.__table__.c
                if (table, column.name) not in NOT_COMPARED]  # fmt: skip
    return [tuple(row) for row in db.session.execute(select(*compared).order_by(*key))]


@pytest.mark.parametrize(
    "text",
    [penalties, penalties_with_quotes, penalties_between_empty_rows, enterprises, licences],
)
def test_prepared_beside_a_file_leaves_and_tells_the_same(
    tmp_path: Path, text: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.save(tmp_path, text())
    alone = outcome_of(path, may_fork=False)
    assert alone[0].added > 10
    # Also the second time, when hardly a row is left.
    monkeypatch.setattr(service, "WORTH_HELP", 0)
    monkeypatch.setattr(Preparer, "prepare", not_here(Preparer.prepare))
    assert outcome_of(path, may_fork=True) == alone


def not_here(prepare: Any) -> Any:
    """Preparing that fails in this process."""
    here = os.getpid()

    def elsewhere(preparer: Preparer, piece: Any) -> Any:
        assert os.getpid() != here
        return prepare(preparer, piece)

    return elsewhere


def test_a_workbook_is_read_once_and_prepared_beside(tmp_path: Path) -> None:
    rows = [{**files.RECORD, "信息类别": "行政奖励", "文书号": str(number)} for number in range(15)]
    path = files.save_workbook(tmp_path, [list(rows[0]), *(row.values() for row in rows)])
    assert outcome_of(path, may_fork=True) == outcome_of(path, may_fork=False)


def test_a_quote_that_is_never_closed_refuses_the_whole_file(tmp_path: Path) -> None:
    path = files.save(tmp_path, penalties() + '"')
    for may_fork in (True, False):
        with pytest.raises(Refused, match="quote_not_closed") as refused:
            service.run(path, actor="test", may_fork=may_fork)
        assert refused.value.data == {"line": 30}
        db.session.rollback()
    assert rows_of(ImportBatch) == []


def test_a_cell_that_is_too_long_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_CELL", 100)
    rows = [{"CF_WSH": f"{number}"} for number in range(15)]
    path = files.save(tmp_path, files.penalties(*rows, {"CF_SY": "长" * 101}))
    for may_fork in (True, False):
        with pytest.raises(Refused, match="quote_not_closed") as refused:
            service.run(path, actor="test", may_fork=may_fork)
        assert refused.value.data == {"line": 17}
        db.session.rollback()


def test_a_helper_that_is_killed_ends_the_import_with_a_sentence_and_nothing_stored(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Preparer.prepare

    def die_late(preparer: Preparer, piece: Any) -> Any:
        if piece.numbers[0] > 12:
            os.kill(os.getpid(), signal.SIGKILL)
        return prepare(preparer, piece)

    monkeypatch.setattr(Preparer, "prepare", die_late)
    path = files.save(tmp_path, penalties())
    result = own_app.test_cli_runner().invoke(args=["portal", "ingest", str(path)])
    assert result.exit_code == 1
    assert "读取文件的进程意外结束" in result.output
    assert [rows_of(table) for table in (Record, QuarantinedRow, ImportBatch)] == [[], [], []]


@pytest.mark.parametrize(
    ("lines", "cores", "encoding", "count"),
    [
        (9, 8, "utf-8-sig", 0),
        (10, 1, "utf-8-sig", 0),
        (10, 2, "utf-8-sig", 1),
        (10, 3, "utf-8-sig", 2),
        (10, 8, "gb18030", 2),
        (10, 8, "", 1),
    ],
)
def test_help_is_called_for_large_files_where_there_is_a_second_processor(
    lines: int, cores: int, encoding: str, count: int
) -> None:
    source = Source(Path("file"), "", lines, is_suspicious=False, encoding=encoding)
    assert service.helpers(source, lines, cores) == count


def test_more_subjects_than_are_remembered_are_looked_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = [make_subject(f"虚构县第{number}公司", code=make_code("91"), kind="enterprise")
             for number in range(4)]  # fmt: skip
    rows = [{"CF_XDR_MC": shop.name, "CF_XDR_SHXYM": shop.code, "CF_WSH": f"{time}"}
            for time in range(3) for shop in shops]  # fmt: skip
    path = files.save(tmp_path, files.penalties(*rows))
    remembered = outcome_of(path, may_fork=False)
    monkeypatch.setattr(storing, "MOST", 2)
    assert outcome_of(path, may_fork=False)[0] == remembered[0]
    assert remembered[0].added == 12
