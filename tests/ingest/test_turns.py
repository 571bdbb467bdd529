"""A large file takes its turn to write when all of it is ready, so that nobody waits for long."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select

from portal.core import beside, db, jobs
from portal.ingest import service
from portal.ingest.models import HandedFile, ImportBatch, QuarantinedRow
from portal.ingest.service import handed
from portal.ingest.service.prepare import Preparer
from portal.records.models import Record
from tests.conftest import FILES, SECRET, engine_of
from tests.factories import make_staff, make_subject
from tests.ingest import files, test_beside
from tests.ingest.files import FIRM
from tests.ingest.test_beside import STORED, rows_of

# A word of every form that tells nobody apart.
CHANGES = re.compile("当事人|食品销售|化肥")
TEXTS = (
    test_beside.penalties,
    test_beside.penalties_with_quotes,
    test_beside.enterprises,
    test_beside.licences,
)


@pytest.fixture(autouse=True)
def _small_pieces(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PIECE", 3)
    make_subject("虚构县商贸有限公司", code=FIRM, kind="enterprise")
    db.session.commit()


def beside_others(path: Path, **told: Any) -> service.Outcome:
    return service.store(service.check_alone(path, **told))


def what_becomes(path: Path, text: str, take: Callable[..., service.Outcome]) -> list[Any]:
    """What imports tell and leave: of a file, of the same again, and of it with changes."""
    found: list[Any] = []
    for content in (text, text, CHANGES.sub("改了", text)):
        path.write_text(content, encoding="utf-8")
        report: list[Any] = []
        outcome = take(path, actor="test", report=lambda *told, to=report: to.append(told))
        outcome.batch_id = 0
        found += [outcome, report, [rows_of(table) for table in STORED]]
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_leaves_and_tells_the_same_when_it_is_looked_up_before_its_turn(
    tmp_path: Path, text: Callable[[], str]
) -> None:
    words, path = text(), tmp_path / "file.csv"
    in_turn = what_becomes(path, words, service.run)
    db.session.rollback()
    assert what_becomes(path, words, beside_others) == in_turn
    assert in_turn[0].added > 10
    assert in_turn[6].changed


def test_others_write_while_a_file_is_read_and_see_nothing_of_it(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_engine(engine_of(own_app).url)
    seen: list[int] = []
    prepare = Preparer.prepare

    def beside_somebody(preparer: Preparer, piece: Any) -> Any:
        with other.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            else:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            connection.exec_driver_sql("UPDATE revision SET value = value + 1")
            connection.exec_driver_sql("UPDATE id_block SET next = next WHERE name = 'record'")
            found = connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
            seen.append(found)
        return prepare(preparer, piece)

    monkeypatch.setattr(Preparer, "prepare", beside_somebody)
    path = files.save(tmp_path, files.penalties(*({"CF_WSH": f"{n}"} for n in range(9))))
    checked = service.check_alone(path, actor="test")
    assert seen == [0] * 4
    assert service.store(checked).added == 9
    db.session.commit()
    other.dispose()
    assert len(rows_of(Record)) == 9


def test_what_others_put_on_file_meanwhile_is_not_there_twice(tmp_path: Path) -> None:
    path = files.save(
        tmp_path, files.penalties({"CF_WSH": "甲"}, {"CF_WSH": "乙"}, {"CF_WSH": "丙"})
    )
    checked = service.check_alone(path, actor="test")
    assert checked.outcome.added == 3
    meanwhile = files.penalties({"CF_WSH": "甲"}, {"CF_WSH": "乙", "CF_NR": "罚款6000元"})
    (tmp_path / "other").mkdir()
    service.run(files.save(tmp_path / "other", meanwhile), actor="test")
    db.session.commit()
    outcome = service.store(checked)
    db.session.commit()
    assert (outcome.added, outcome.changed, outcome.unchanged) == (1, 1, 1)
    batch = db.session.get_one(ImportBatch, outcome.batch_id)
    assert (batch.added, batch.changed, batch.unchanged) == (1, 1, 1)
    found = db.session.execute(select(Record.number, Record.summary).order_by(Record.number)).all()
    assert sorted(number for number, _summary in found) == ["丙", "乙", "甲"]
    again = beside_others(path, actor="test")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)


def test_a_dry_run_takes_no_turn_and_leaves_nothing(own_app: Flask, tmp_path: Path) -> None:
    path = files.save(tmp_path, files.penalties({"CF_WSH": "甲"}, {"CF_XDR_SHXYM": "1"}))
    outcome = service.tried(service.check_alone(path, actor="test"))
    assert (outcome.added, outcome.quarantined, outcome.batch_id) == (1, 1, 0)
    db.session.rollback()
    assert rows_of(Record) == rows_of(QuarantinedRow) == []


@pytest.mark.parametrize("option", [[], ["--at-once"]])
def test_the_command_stores_the_same_at_once_or_not(
    own_app: Flask, tmp_path: Path, option: list[str]
) -> None:
    path = files.save(tmp_path, test_beside.penalties())
    result = own_app.test_cli_runner().invoke(args=["portal", "ingest", str(path), *option])
    assert "新增 21，更新 0，未变 2，未收 5" in result.output, result.output
    assert len(rows_of(Record)) == 21


@pytest.mark.limit(60)
def test_a_worker_has_a_process_of_its_own_take_in_a_large_file(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = make_staff("editor", body="development-reform")
    waiting = handed.hand_in(
        "file.csv", test_beside.penalties().encode(), kind=None, is_dry_run=False,
        actor=f"staff {clerk.id}",
    )  # fmt: skip
    db.session.commit()
    handed_id = waiting.id
    db.session.remove()
    settings = {
        "DATABASE_URL": engine_of(own_app).url.render_as_string(hide_password=False),
        "STORAGE_URL": f"file://{FILES / 'files'}",
        "SECRET_KEY": SECRET,
        "QR_KEY": SECRET,
        "PORTAL_ENV": "development",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delattr(handed, "take_in")
    jobs.run_due()
    found = db.session.get_one(HandedFile, handed_id)
    assert db.session.get_one(ImportBatch, found.batch_id).added == 21
    assert len(rows_of(Record)) == 21


def test_a_command_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "COMMAND_SECONDS", 30)
    with pytest.raises(Exception, match="exit status 2"):
        beside.command("no-such-command")
