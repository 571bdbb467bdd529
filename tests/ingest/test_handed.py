"""Large files of the desk: kept, taken in by a worker once, and said on a page of their own."""

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.core import audit, beside, db, jobs, storage
from portal.core.errors import Refused
from portal.ingest.models import HandedFile, ImportBatch, QuarantinedRow
from portal.ingest.service import desk, handed
from portal.records.models import Record
from tests.browser import Browser, Page
from tests.conftest import Clock
from tests.desk.test_reviews import hand_in
from tests.factories import make_staff, make_subject
from tests.ingest import files

PREFIXES = ("", "/en")


@pytest.fixture
def editor(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Every file is large, and the process that takes it in is this one."""
    monkeypatch.setattr(handed, "LARGE_BYTES", 1)

    def here(*words: str) -> None:
        app.test_cli_runner().invoke(args=["portal", *words], catch_exceptions=False)

    monkeypatch.setattr(beside, "command", here)
    return make_staff("editor", "publisher", body="development-reform")


@pytest.fixture
def clerk(editor: Account, browser: Browser) -> Browser:
    return browser.sign_in(editor)


def penalties(*, bad: int = 0) -> str:
    subject = make_subject("虚构县张记牛肉汤馆")
    good = {"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name}
    db.session.commit()
    return files.penalties(good, *({"CF_XDR_SHXYM": "12345", "CF_WSH": f"{n}"} for n in range(bad)))


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def work() -> None:
    while jobs.run_due():
        pass


def break_down(*_arguments: Any, **_named: Any) -> None:
    db.session.add(audit.Seal())
    raise RuntimeError("out of order")


def is_kept() -> bool:
    return db.session.scalars(select(HandedFile.storage_key)).one() in set(storage.keys())


def polled(browser: Browser, page: Page) -> Any:
    return browser.client.get(page.address, headers={"HX-Request": "true"})


def test_a_large_file_waits_and_its_page_leads_to_what_became_of_it(
    clerk: Browser, editor: Account
) -> None:
    page = clerk.follow(hand_in(clerk, penalties(bad=1)))
    assert "排队等候" in page.main
    assert page.links()["看看好了没有"] == page.address
    assert count(Record) == count(ImportBatch) == 0
    assert "排队等候" in clerk.get("/desk/imports").main
    assert 'id="progress"' in polled(clerk, page).get_data(as_text=True)
    work()
    answer = polled(clerk, page)
    batch_id = db.session.scalars(select(ImportBatch.id)).one()
    target = f"/desk/imports/{batch_id}"
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    done = clerk.follow(clerk.get(page.address, status=303))
    assert done.address == target
    assert "新增1" in done.main
    assert "未收1" in done.main
    assert (count(Record), count(QuarantinedRow)) == (1, 1)
    assert "排队" not in clerk.get("/desk/imports").main
    told = db.session.execute(
        select(audit.Event.actor).where(audit.Event.action.in_(("ingest.hand_in", "ingest.import")))
    ).all()
    assert len(told) == 2
    assert len({each.actor for each in told}) == 1
    assert str(editor.id) in told[0].actor
    assert not is_kept()


def test_the_same_large_file_twice_is_taken_once_and_said(clerk: Browser) -> None:
    content = penalties()
    first = clerk.follow(hand_in(clerk, content))
    second = clerk.follow(hand_in(clerk, content))
    work()
    assert "新增1" in clerk.follow(clerk.get(first.address, status=303)).main
    again = clerk.follow(clerk.get(second.address, status=303)).main
    assert "以前导入过" in again
    assert "新增0" in again
    assert count(Record) == 1


def test_a_job_that_runs_again_takes_nothing_twice(clerk: Browser) -> None:
    hand_in(clerk, penalties())
    waiting = db.session.scalars(select(HandedFile)).one()
    handed.take_in(waiting.id)
    handed.take_in(waiting.id)
    assert (count(ImportBatch), count(Record)) == (1, 1)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_large_file_that_is_only_checked_leaves_nothing(clerk: Browser, prefix: str) -> None:
    page = clerk.follow(hand_in(clerk, penalties(bad=2), dry_run="y"))
    work()
    done = clerk.get(prefix + page.address)
    assert len(done.all("(//main//table)[1]//tbody/tr")) == 2
    assert count(Record) == count(ImportBatch) == count(QuarantinedRow) == 0
    assert ("检查完了" if not prefix else "Checked") in done.main


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_large_file_that_cannot_be_read_is_refused_on_its_page(
    clerk: Browser, prefix: str
) -> None:
    page = clerk.follow(hand_in(clerk, "甲,乙\n1,2\n"))
    work()
    told = clerk.get(prefix + page.address)
    assert told.words("//main//*[@lang='zh'][.='甲、乙']") if prefix else "甲、乙" in told.main
    assert not told.all("//*[@data-hx-get]")
    assert count(ImportBatch) == 0
    assert not is_kept()


def test_a_job_that_breaks_off_leaves_nothing_and_says_so(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    page = clerk.follow(hand_in(clerk, penalties()))
    with monkeypatch.context() as patch:
        patch.setattr(handed, "store", break_down)
        work()
        assert "中断" in clerk.get(page.address).main
        assert "再试一次" in clerk.get(page.address).main
        for _attempt in range(jobs.ATTEMPTS):
            clock.move(days=1)
            work()
    clerk.sign_in(make_staff("editor", body="development-reform"))
    told = clerk.get(page.address)
    assert "什么都没有入库" in told.main
    assert not told.all("//*[@data-hx-get]")
    assert count(Record) == count(ImportBatch) == 0
    assert jobs.retry_failed() == 1
    db.session.commit()
    work()
    assert (count(Record), count(ImportBatch)) == (1, 1)


def test_a_worker_that_comes_second_finds_it_done(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(clerk, penalties())
    waiting = db.session.scalars(select(HandedFile)).one()
    check = handed.check_alone

    def after_another(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(handed, "check_alone", check)
        checked = check(*arguments, **named)
        handed.take_in(waiting.id)
        return checked

    monkeypatch.setattr(handed, "check_alone", after_another)
    handed.take_in(waiting.id)
    assert (count(ImportBatch), count(Record)) == (1, 1)


def test_a_helper_that_dies_is_no_fault_of_the_file(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = clerk.follow(hand_in(clerk, penalties()))

    def die(*_arguments: Any, **_named: Any) -> None:
        raise Refused("helper_died")

    with monkeypatch.context() as patch:
        patch.setattr(handed, "check_alone", die)
        work()
    told = clerk.get(page.address)
    assert "再试一次" in told.main
    assert told.all("//*[@data-hx-get]")
    assert is_kept()


def test_a_file_under_way_says_so(clerk: Browser) -> None:
    page = clerk.follow(hand_in(clerk, penalties()))
    assert jobs._lease() is not None
    for prefix in PREFIXES:
        assert clerk.get(prefix + page.address).all("//*[@data-hx-get]")
    assert "正在处理" in clerk.get(page.address).main


def test_a_file_that_the_store_lost_is_refused(clerk: Browser) -> None:
    page = clerk.follow(hand_in(clerk, penalties()))
    storage.delete(db.session.scalars(select(HandedFile.storage_key)).one())
    work()
    assert "请再交一次" in clerk.get(page.address).main


def test_a_file_that_cannot_be_kept_is_refused_at_once(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> str:
        raise storage.Full

    monkeypatch.setattr(storage, "put", full)
    assert "现在存不了文件" in hand_in(clerk, penalties(), status=422).main
    assert count(HandedFile) == 0


def test_only_a_page_that_a_script_keeps_asking_says_that_it_updates_itself(
    clerk: Browser,
) -> None:
    page = clerk.follow(hand_in(clerk, penalties()))
    for prefix, words in (("", "这一页会自己更新"), ("/en", "updates itself")):
        whole = clerk.get(prefix + page.address)
        assert words not in whole.main
        assert whole.links()["看看好了没有" if not prefix else "See if it is ready"]
        headers = {"HX-Request": "true"}
        part = clerk.client.get(prefix + page.address, headers=headers).get_data(as_text=True)
        assert words in part
        # The part that takes its place does not ask at once again.
        assert whole.all("//*[contains(@data-hx-trigger, 'load')]")
        assert "load" not in part


def test_what_was_handed_in_is_forgotten_after_a_month(
    clerk: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = clerk.follow(hand_in(clerk, penalties()))
    checked = clerk.follow(hand_in(clerk, penalties(bad=1), dry_run="y"))
    work()
    assert "2026年12月20日" in clerk.get(checked.address).main
    batch = clerk.follow(clerk.get(done.address, status=303)).address
    with monkeypatch.context() as patch:
        patch.setattr(handed, "store", break_down)
        hand_in(clerk, penalties(bad=2))
        for _attempt in range(jobs.ATTEMPTS):
            clock.move(days=1)
            work()
    clock.move(days=29 - jobs.ATTEMPTS)
    work()
    assert count(HandedFile) == 3
    assert key() in set(storage.keys())
    lost = key()
    clock.move(days=2)
    work()
    assert count(HandedFile) == 0
    assert lost not in set(storage.keys())
    assert jobs.failed() == []
    clerk.sign_in(make_staff("editor", body="development-reform"))
    assert "新增1" in clerk.get(batch).main
    clerk.get(checked.address, status=404)


def key() -> str:
    """Of the file that was handed in last."""
    newest = select(HandedFile.storage_key).order_by(HandedFile.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def test_a_file_that_is_being_taken_in_is_not_forgotten(clerk: Browser, clock: Clock) -> None:
    hand_in(clerk, penalties())
    clock.move(days=40)
    assert jobs._lease() is not None
    handed.purge()
    assert count(HandedFile) == 1


def test_the_list_of_findings_speaks_the_language_it_is_asked_for(clerk: Browser) -> None:
    subject = make_subject("虚构县李记牛肉汤馆")
    row = {"CF_XDR_SHXYM": subject.code, "CF_XDR_MC": subject.name, "CF_JDRQ": "2027/01/02"}
    good = row | {"CF_JDRQ": "2026/09/01", "CF_NR_FK": ""}
    page = clerk.follow(hand_in(clerk, files.penalties(row, {"CF_XDR_SHXYM": "12345"}, good)))
    work()
    address = clerk.follow(clerk.get(page.address, status=303)).address + "/findings.csv"
    told = {}
    for prefix in PREFIXES:
        text = clerk.client.get(prefix + address).get_data(as_text=True).removeprefix("\ufeff")
        told[prefix] = list(csv.DictReader(io.StringIO(text)))
    chinese, english = told[""], told["/en"]
    assert list(english[0]) == ["Row", "Result", "Field", "Rule", "What is wrong", "Value", "Note"]
    found = {row["规则"]: row for row in chinese}
    put = {row["Rule"]: row for row in english}
    assert found.keys() == put.keys() == {"future_date", "code_misplaced", "fine_missing"}
    assert found["future_date"]["问题"] == "日期晚于今天"
    assert "不能晚于今天" in found["future_date"]["说明"]
    for row in english:
        # What the file says itself, and the names of its columns, stay what they are.
        said = {name: cell for name, cell in row.items() if name not in {"Field", "Value"}}
        said["Note"] = said["Note"].replace(row["Field"], "")
        assert not re.search("[\u4e00-\u9fff]", "".join(said.values())), said


def test_what_lies_in_the_store_cannot_be_read_there(clerk: Browser) -> None:
    hand_in(clerk, penalties())
    key = db.session.scalars(select(HandedFile.storage_key)).one()
    assert "牛肉汤".encode() not in storage.get(key)


def test_bytes_lines_or_a_packed_workbook_make_a_file_large() -> None:
    assert not handed.is_large(b"x\n" * handed.LARGE_LINES)
    assert handed.is_large(b"x\n" * (handed.LARGE_LINES + 1))
    assert handed.is_large(b"x" * handed.LARGE_BYTES)
    assert not handed.is_large(handed.PACKED + b"x" * 1000)
    assert handed.is_large(handed.PACKED + b"x" * (handed.LARGE_BYTES // handed.PACKING))
    assert not handed.is_large(b"x" * (desk.LARGEST + 1))


def test_no_name_is_no_file(app: Flask) -> None:
    with pytest.raises(Refused, match="file_missing"):
        handed.hand_in("", b"x", kind=None, is_dry_run=False, actor="staff")


def test_a_file_that_is_not_there_has_no_page(clerk: Browser) -> None:
    clerk.get("/desk/imports/handed/999", status=404)
