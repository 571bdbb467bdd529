"""The command that takes in files, as an operator meets it; and what a killed one leaves behind."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from portal.core import audit, db
from portal.ingest import command
from portal.ingest.models import ImportBatch, QuarantinedRow
from portal.ingest.rules.refusals import SENTENCES
from portal.records.models import Record, RecordOriginal
from portal.subjects.models import Subject
from tests.conftest import SECRET, engine_of
from tests.factories import make_subject
from tests.ingest import files
from tests.ingest.files import FIRM

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data"
DEFECTS = DATA / "anhui_enterprise_rows_with_defects.csv"
needs_data = pytest.mark.skipif(
    not DEFECTS.exists(), reason="needs ../shared/data, which is not here"
)


def portal(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["portal", "ingest", *map(str, arguments)])


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def rows_of(report: Path) -> list[dict[str, str]]:
    with report.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_goes_in_and_the_report_names_what_stayed_out(
    own_app: Flask, tmp_path: Path
) -> None:
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    rows = [{}, {"CF_WSH": "=1+1", "CF_NR_FK": ""}]
    path = files.save(tmp_path, files.penalties(*rows, {"CF_WSH": "3", "办案人员": "王五"}))
    report = tmp_path / "findings.csv"
    result = portal(own_app, path, "--report", report)
    assert result.exit_code == 0, result.output
    assert "共 3 行" in result.output
    assert "新增 2，更新 0，未变 0，未收 1，提示 0" in result.output
    assert "缺罚款金额：1" in result.output
    assert "办案人员" in result.output
    assert rows_of(report) == [
        {
            "行号": "3", "结果": "未收", "字段": "罚款金额（万元）", "规则": "fine_missing",
            "问题": "缺罚款金额", "值": "", "说明": "处罚类别有罚款，请填写罚款金额（万元）。",
        }
    ]  # fmt: skip
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    assert (count(Record), count(QuarantinedRow), count(ImportBatch)) == (2, 1, 1)


def test_a_dry_run_says_the_same_and_stores_nothing(own_app: Flask, tmp_path: Path) -> None:
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    path = files.save(tmp_path, files.penalties({}, {"CF_WSH": ""}))
    dry = portal(own_app, path, "--dry-run")
    assert dry.exit_code == 0
    assert (count(Record), count(QuarantinedRow), count(ImportBatch)) == (0, 0, 0)
    real = portal(own_app, path)
    assert dry.output == real.output + "试运行：没有写入任何数据。\n"


def test_required_columns_that_are_not_there_are_named(own_app: Flask, tmp_path: Path) -> None:
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    header = [code for code in files.codes_of("penalty") if code != "CF_YXQ"]
    row = {name: cell for name, cell in files.PENALTY.items() if name != "CF_YXQ"}
    result = portal(own_app, files.save(tmp_path, files.csv_text([row], header)))
    assert result.exit_code == 0
    assert "处罚有效期" in result.output


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("", (), "文件是空的"),
        ("甲,乙\n", (), "认不出表头（甲、乙）"),
        ("甲,乙\n", ("--kind", "penalty"), "认不出表头"),
        (
            "行政相对人名称,处罚类别,处罚机关,处罚决定日期\n",
            ("--kind", "penalty"),
            "缺少这些列：行政相对人代码_1(统一社会信用代码)、行政处罚决定书文号",
        ),
        (files.records({}), (), "请指明种类"),
        (files.penalties({}) + '"', (), "引号没有闭合"),
    ],
)
def test_a_file_that_cannot_be_taken_ends_with_a_sentence(
    own_app: Flask, tmp_path: Path, content: str, arguments: tuple[str, ...], sentence: str
) -> None:
    report = tmp_path / "findings.csv"
    result = portal(own_app, files.save(tmp_path, content), *arguments, "--report", report)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.glob("findings*")) == []
    assert count(ImportBatch) == 0


def test_every_refusal_has_a_sentence() -> None:
    sources = (ROOT / "portal/ingest").rglob("*.py")
    raised = {
        reason
        for source in sources
        for reason in re.findall(r'Refused\(\s*"(\w+)"', source.read_text("utf-8"))
    }
    assert raised == set(SENTENCES)


def test_wrong_arguments_end_with_two_and_help_has_an_example(own_app: Flask) -> None:
    assert portal(own_app).exit_code == 2
    assert portal(own_app, "file.csv", "--kind", "rumour").exit_code == 2
    helped = portal(own_app, "--help")
    assert helped.exit_code == 0
    assert "Example: flask --app wsgi portal ingest" in helped.output


def test_a_report_that_cannot_be_written_ends_with_a_sentence(
    own_app: Flask, tmp_path: Path
) -> None:
    path = files.save(tmp_path, files.enterprises({}))
    result = portal(own_app, path, "--report", tmp_path / "missing" / "findings.csv")
    assert result.exit_code == 1
    assert "No such file" in result.output
    assert count(Subject) == 0


def test_on_a_terminal_a_bar_shows_how_far_it_is(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        written = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.written += text

        def flush(self) -> None:
            pass

    terminal = Terminal()
    monkeypatch.setattr(command.sys, "stderr", terminal)
    with command._progress(tmp_path / "file.csv") as show:
        assert show is not None
        show(1, 2)
        show(2, 2)
    assert "file.csv" in terminal.written
    assert "100%" in terminal.written


@needs_data
def test_the_real_register_goes_in_completely_and_once(own_app: Flask) -> None:
    path = DATA / "huainan_enterprises_1978_2004.csv"
    first = portal(own_app, path)
    assert "新增 1931，更新 0，未变 0，未收 0" in first.output
    assert count(Subject) == 1931
    assert "新增 0，更新 0，未变 1931，未收 0" in portal(own_app, path).output


@needs_data
def test_each_defect_of_the_real_rows_is_named_for_what_it_is(
    own_app: Flask, tmp_path: Path
) -> None:
    report = tmp_path / "findings.csv"
    result = portal(own_app, DEFECTS, "--report", report)
    assert "新增 1，更新 0，未变 0，未收 26，提示 1" in result.output
    named: dict[str, set[str]] = {}
    for row in rows_of(report):
        named.setdefault(row["行号"], set()).add(row["问题"])
    expected = {
        row["row"]: set(row["defect"].split("；"))
        for row in rows_of(DATA / "anhui_enterprise_rows_with_defects_expected.csv")
    }
    # The list gives row 2 only its wrong 18th digit; its 17th is wrong as well.
    expected["2"].add("主体标识码(第9-17位)校验错")
    assert named == expected


# Killed in the middle


@pytest.fixture
def environment(own_app: Flask) -> dict[str, str]:
    url = engine_of(own_app).url.render_as_string(hide_password=False)
    return {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET}


def start(path: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "ingest", str(path)],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_until_it_writes(app: Flask, process: "subprocess.Popen[str]") -> None:
    """On PostgreSQL the file of records grows; on SQLite nobody else can begin to write."""
    engine = create_engine(engine_of(app).url)
    try:
        while process.poll() is None and not any(_is_writing(engine)):
            time.sleep(0.01)
    finally:
        engine.dispose()


def _is_writing(engine: Any) -> Iterator[bool]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            yield bool(connection.scalar(text("SELECT pg_relation_size('record')")))
            return
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except Exception as error:
            yield "locked" in str(error)
        else:
            connection.exec_driver_sql("ROLLBACK")


def beside_others(path: Path) -> list[str]:
    """The processes that work on this file."""
    commands = Path("/proc").glob("[0-9]*/cmdline")
    return [each.parent.name for each in commands if str(path).encode() in read_quietly(each)]


def read_quietly(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def wait_for(ask: Callable[[], list[str]], *, seconds: float) -> list[str]:
    """What is left when there has been time for nothing to be left."""
    until = time.monotonic() + seconds
    while (left := ask()) and time.monotonic() < until:
        time.sleep(0.05)
    return left


@pytest.mark.limit(120)
@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_a_killed_import_leaves_nothing_and_can_be_run_again(
    own_app: Flask, tmp_path: Path, environment: dict[str, str], moment: str
) -> None:
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    db.session.commit()
    db.session.remove()
    rows = 20_000
    changes = [{"CF_WSH": f"虚市监罚〔2026〕{number}号"} for number in range(rows)]
    path = files.save(tmp_path, files.penalties(*changes))
    killed = start(path, environment)
    if moment == "writing":
        wait_until_it_writes(own_app, killed)
    else:
        assert wait_for(lambda: [""] * (len(beside_others(path)) < 2), seconds=30) == []
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    killed.communicate()
    assert not wait_for(lambda: beside_others(path), seconds=10), "a process went on by itself"
    stored = (Record, RecordOriginal, ImportBatch, QuarantinedRow, audit.Event)
    assert [count(table) for table in stored] == [0] * len(stored)
    db.session.remove()
    again = start(path, environment)
    output, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert f"新增 {rows}，" in output
    assert count(Record) == rows
    assert audit.verify().problems == ()
