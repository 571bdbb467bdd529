"""A file that comes again: passed over as far as it is on file, and never told otherwise."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import audit, clock, db
from portal.ingest import content, service
from portal.ingest.models import ImportBatch, QuarantinedRow, TakenFile
from portal.ingest.rules.findings import Finding
from portal.ingest.service import desk, passing
from portal.ingest.service.passing import Passed
from portal.ingest.service.prepare import Preparer
from portal.records import service as records
from portal.records.models import Record
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from tests.factories import make_code, make_subject
from tests.ingest import files, test_beside
from tests.ingest.files import FIRM

pytestmark = pytest.mark.limit(5)

STRANGER = make_code("91")
NAME = "虚构县商贸有限公司"
SIGN = "老商贸"


@pytest.fixture(autouse=True)
def _register(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PIECE", 3)
    make_subject(NAME, code=FIRM, kind="enterprise", signs=(SIGN,))


def penalties() -> str:
    """Rows of every fate, two of which another day or another register would change."""
    return files.penalties(
        {},
        {"CF_WSH": "甲"},
        {"CF_WSH": "小写", "CF_XDR_SHXYM": FIRM.lower()},
        {"CF_WSH": "大额", "CF_NR_FK": "900", "CF_NR": "罚款九百万元"},
        {"CF_WSH": "无额", "CF_NR_FK": ""},
        {},
        {"CF_WSH": "甲", "CF_NR": "罚款6000元"},
        {"CF_WSH": "乙", "CF_XDR_MC": SIGN},
        {"CF_WSH": "生人", "CF_XDR_SHXYM": STRANGER},
        {"CF_WSH": "别名", "CF_XDR_MC": "虚构县别家公司"},
        {"CF_WSH": "生人", "CF_XDR_SHXYM": STRANGER, "CF_XDR_MC": "虚构县生人公司"},
        {"CF_WSH": "丙", "CF_NR": "罚款伍仟元"},
    )


def told(path: Path, **options: Any) -> tuple[Any, ...]:
    """All that an import tells and leaves, without keeping it."""
    report: list[tuple[int, Finding]] = []
    progress: list[tuple[int, int]] = []
    outcome = service.run(
        path, actor="test", report=lambda *found: report.append(found),
        progress=lambda *done: progress.append(done), **options,
    )  # fmt: skip
    batch = db.session.get_one(ImportBatch, outcome.batch_id)
    counts = (batch.rows, batch.added, batch.changed, batch.unchanged, batch.quarantined)
    kept = db.session.execute(
        select(QuarantinedRow.row_number, QuarantinedRow.rule, QuarantinedRow.value,
               QuarantinedRow.message)
        .where(QuarantinedRow.batch_id == batch.id).order_by(QuarantinedRow.id)
    ).all()  # fmt: skip
    event = db.session.scalars(select(audit.Event).order_by(audit.Event.id.desc()).limit(1)).one()
    stored = db.session.execute(
        select(Record.number, Record.summary, Record.public_until).order_by(Record.id)
    ).all()
    return replace(outcome, batch_id=0), report, progress, counts, kept, event.data, stored


def both_ways(path: Path, patch: pytest.MonkeyPatch, **options: Any) -> tuple[Any, int]:
    """What an import tells, the same whether rows are passed over or not, and how many were."""
    attempt = db.session.begin_nested()
    with patch.context() as without:
        without.setattr(passing, "find", lambda *_told: Passed())
        whole = told(path, **options)
    attempt.rollback()
    db.session.expire_all()
    prepared: list[int] = []
    prepare = Preparer.prepare

    def counting(preparer: Preparer, piece: Any) -> Any:
        found = prepare(preparer, piece)
        prepared.append(found.passed)
        return found

    with patch.context() as counted:
        counted.setattr(Preparer, "prepare", counting)
        assert told(path, **options) == whole
    return whole[0], sum(prepared)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = files.save(tmp_path, penalties())
    outcome = service.run(path, actor="test")
    assert (outcome.rows, outcome.added, outcome.quarantined, outcome.notices) == (12, 6, 5, 3)
    return path


def test_what_is_on_file_is_passed_over_and_all_else_is_told_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.added, outcome.changed, outcome.unchanged, outcome.quarantined) == (0, 0, 7, 5)
    # The two rows with notices have to be read for them.
    assert (passed, outcome.notices) == (4, 3)
    assert both_ways(path, monkeypatch)[1] == 4


def test_rows_of_every_fate_prepared_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (test_beside.penalties, test_beside.penalties_with_quotes,
                 test_beside.penalties_between_empty_rows, test_beside.licences):  # fmt: skip
        attempt = db.session.begin_nested()
        path = files.save(tmp_path, text())
        service.run(path, actor="test")
        assert both_ways(path, monkeypatch)[1] > 10
        attempt.rollback()


def test_a_workbook_is_passed_over_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**files.RECORD, "信息类别": "行政奖励", "文书号": str(number)} for number in range(5)]
    rows.append({**rows[1], "事项名称": "别的奖"})
    path = files.save_workbook(tmp_path, [list(rows[0]), *(row.values() for row in rows)])
    service.run(path, actor="test")
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.unchanged, outcome.rules, passed) == (5, {"contradiction": 1}, 5)


def test_a_row_that_another_file_changed_goes_the_whole_way(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(files.penalties({"CF_WSH": "丙", "CF_NR": "罚款6000元"}))
    assert service.run(other, actor="test").changed == 1
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.changed, outcome.unchanged, passed) == (1, 6, 3)
    # It stands under the second import of this file now, which did not add it.
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.changed, outcome.unchanged, passed) == (0, 7, 3)


def test_a_record_that_was_repaired_here_stays_so_and_is_passed_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.repair(1, on=date(2026, 11, 20), actor="desk")
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.unchanged, passed) == (7, 4)
    assert db.session.get_one(Record, 1).repaired_on == date(2026, 11, 20)


def later(patch: pytest.MonkeyPatch, **wait: int) -> None:
    now = clock.now() + timedelta(**wait)
    patch.setattr(clock, "source", lambda: now)


def test_a_subject_that_lost_a_name_has_its_rows_compared_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, minutes=1)
    subjects.store([subjects.SubjectFacts(code=FIRM, name=NAME, kind="enterprise")])
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.unchanged, outcome.rules["another_name"], passed) == (6, 2, 0)


def test_a_subject_that_came_on_file_gets_its_records(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_subject(NAME, code=STRANGER, kind="enterprise")
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.added, outcome.unchanged, passed) == (1, 7, 4)
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.added, outcome.unchanged, passed) == (0, 8, 5)


def test_a_day_that_was_in_the_future_comes_and_rules_the_rows_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    path = files.save(
        tmp_path,
        files.penalties({"CF_JDRQ": f"{tomorrow:%Y/%m/%d}"}, {}, {"CF_WSH": "2"}),
    )
    assert service.run(path, actor="test").rules == {"future_date": 1}
    later(monkeypatch, days=1)
    outcome, passed = both_ways(path, monkeypatch)
    # The row of that day comes first, so the one that was taken contradicts it now.
    assert (outcome.changed, outcome.unchanged, outcome.rules) == (1, 1, {"contradiction": 1})
    assert passed == 0


def test_another_way_of_reading_reads_everything(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (records, records.ready):
        monkeypatch.setattr(module, "READING", "2")
    outcome, passed = both_ways(path, monkeypatch)
    assert (outcome.changed, passed) == (6, 0)


def test_other_law_words_or_fields_read_everything(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law, form = records.law_on_file(), content.forms()["penalty"]
    later_law = replace(law, small_fine_fen=law.small_fine_fen + 1)
    words = {**content.all_words(), "long_term": ["永远"]}
    longer = replace(form, fields=(replace(form.fields[0], length=7), *form.fields[1:]))
    others: Iterable[tuple[Any, str, Callable[[], Any]]] = (
        (records, "law_on_file", lambda: later_law),
        (content, "all_words", lambda: words),
        (content, "forms", lambda: {"penalty": longer}),
    )
    for module, name, other in others:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, other)
            attempt = db.session.begin_nested()
            assert both_ways(path, patch)[1] == 0
            attempt.rollback()
    assert both_ways(path, monkeypatch)[1] == 4


def test_the_same_file_as_another_kind_is_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.save(tmp_path, files.records({}, {"文书号": "2"}))
    service.run(path, kind="reward", actor="test")
    outcome, passed = both_ways(path, monkeypatch, kind="honour")
    assert (outcome.added, passed) == (2, 0)
    assert both_ways(path, monkeypatch, kind="reward")[1] == 2


def test_what_was_only_tried_is_not_remembered(tmp_path: Path) -> None:
    data = penalties().encode()
    desk.take_in("file.csv", data, kind=None, is_dry_run=True, actor="test")
    assert db.session.scalars(select(TakenFile)).all() == []
    stored = desk.take_in("file.csv", data, kind=None, is_dry_run=False, actor="test").outcome
    again = desk.take_in("file.csv", data, kind=None, is_dry_run=True, actor="test").outcome
    assert (stored.added, again.added, again.unchanged) == (6, 0, 7)
    assert db.session.scalars(select(TakenFile.batch_id)).all() == [stored.batch_id]


def test_registers_and_facts_are_not_remembered(tmp_path: Path) -> None:
    service.run(files.save(tmp_path, files.enterprises({"注册日期": "2005-03-31"})), actor="test")
    assert db.session.scalars(select(TakenFile)).all() == []


def test_many_rows_are_looked_at_in_steps(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records.storing, "LOOKED_AT", 2)
    assert both_ways(path, monkeypatch)[1] == 4


def test_only_subjects_altered_afterwards_are_left_out(path: Path) -> None:
    batch = db.session.scalars(select(ImportBatch)).one()
    altered: datetime = db.session.scalars(select(Subject.updated_at)).one()
    ids = range(1, 7)
    found = [list(some) for some in records.untouched(batch.id, ids, since=altered)]
    assert found == [[2, 3, 4, 5, 9, 13]]
    before = altered - timedelta(microseconds=1)
    assert list(records.untouched(batch.id, ids, since=before)) == []
    assert list(records.untouched(batch.id + 1, ids, since=altered)) == []
