"""Work that is done later: once after a commit, again after a failure, never without one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.core import db, jobs
from tests.conftest import Clock

done: list[Any] = []


def note(**arguments: Any) -> None:
    done.append(arguments)


def break_down() -> None:
    db.session.add(jobs.JobSlot(name="half done", slot="x"))
    raise ValueError("a sentence that somebody wrote")


DAILY = jobs.Schedule("note", time(3, 30))
MODULE = SimpleNamespace(HANDLERS={"note": note, "break": break_down})


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """What the capabilities registered is there again for whatever is tested next."""
    before = jobs._handlers.copy(), jobs._schedules.copy(), jobs._sweeps.copy()
    yield
    for present, kept in zip((jobs._schedules, jobs._sweeps), before[1:], strict=True):
        present[:] = kept  # type: ignore[index]
    jobs._handlers.clear()
    jobs._handlers.update(before[0])


@pytest.fixture
def handlers(app: Flask, kept: None) -> None:
    done.clear()
    jobs.start([MODULE])


def waiting() -> int:
    return db.session.scalar(select(func.count()).select_from(jobs.Job)) or 0


def test_a_job_runs_once_with_what_it_was_given(handlers: None) -> None:
    jobs.enqueue("note", subject_id=7)
    db.session.commit()
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert done == [{"subject_id": 7}]
    assert waiting() == 0


def test_a_change_that_is_rolled_back_leaves_no_job(handlers: None) -> None:
    jobs.enqueue("note")
    db.session.rollback()
    assert jobs.run_due() == 0


def test_a_job_of_the_same_key_waits_only_once(handlers: None) -> None:
    for _again in range(3):
        jobs.enqueue("note", key="one")
    jobs.enqueue("note")
    jobs.enqueue("note")
    db.session.commit()
    assert jobs.run_due() == 3


def test_nobody_can_enqueue_what_nobody_handles(handlers: None) -> None:
    with pytest.raises(KeyError):
        jobs.enqueue("nothing")


def test_a_job_for_later_waits_for_its_time(handlers: None, clock: Clock) -> None:
    jobs.enqueue("note", at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    db.session.commit()
    assert jobs.run_due() == 0
    clock.move(hours=1)
    assert jobs.run_due() == 1


def test_a_failed_job_is_undone_and_tried_again_later_and_then_kept_for_the_operator(
    handlers: None, clock: Clock
) -> None:
    jobs.enqueue("break")
    db.session.commit()
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert db.session.get(jobs.JobSlot, "half done") is None
    for _again in range(jobs.ATTEMPTS):
        clock.move(days=3)
        jobs.run_due()
    (job,) = jobs.failed()
    assert (job.attempts, job.error) == (jobs.ATTEMPTS, "ValueError")
    assert jobs.retry_failed() == 1
    assert jobs.failed() == []
    assert jobs.run_due() == 1


def test_the_command_has_failed_jobs_tried_again(own_app: Flask) -> None:
    with own_app.app_context():
        jobs.start([MODULE])
        jobs.enqueue("break")
        db.session.execute(update(jobs.Job).values(attempts=jobs.ATTEMPTS))
        db.session.commit()
        assert len(jobs.failed()) == 1
    told = own_app.test_cli_runner().invoke(args=["portal", "retry-failed"])
    assert told.output == "jobs to be tried again: 1\n"
    with own_app.app_context():
        assert jobs.failed() == []


def test_what_a_dead_worker_had_leased_is_begun_again(handlers: None, clock: Clock) -> None:
    jobs.enqueue("note")
    db.session.commit()
    assert jobs._lease() is not None
    assert jobs.run_due() == 0
    clock.move(minutes=11)
    assert jobs.run_due() == 1


def test_of_two_workers_that_see_the_first_turn_one_takes_it(own_app: Flask) -> None:
    taken: list[bool] = []

    def take() -> None:
        taken.append(jobs._take("note", "2026-11-20"))
        db.session.commit()
        db.session.remove()

    with own_app.app_context():
        taken.append(jobs._take("note", "2026-11-20"))
        other = threading.Thread(target=take)
        other.start()
        # The other has seen no turn by now and waits for this transaction to end.
        other.join(0.3)
        db.session.commit()
        other.join()
    assert taken == [True, False]


def test_a_schedule_runs_once_a_day_whoever_asks_how_often(handlers: None, clock: Clock) -> None:
    jobs.start([SimpleNamespace(HANDLERS={"note": note}, SCHEDULES=(DAILY,))])
    while jobs.run_due():
        pass
    assert len(done) == 1
    clock.move(hours=17)  # three at night
    assert jobs.run_due() == 0
    clock.move(hours=1)
    while jobs.run_due():
        pass
    assert len(done) == 2
    assert not jobs._take("note", "2026-11-21")


@pytest.mark.parametrize(
    ("day", "at", "slot"),
    [
        (None, datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "2026-11-20"),
        (None, datetime(2026, 11, 19, 19, 0, tzinfo=UTC), "2026-11-19"),
        (5, datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "2026-11-05"),
        (25, datetime(2026, 1, 20, 1, 0, tzinfo=UTC), "2025-12-25"),
    ],
)
def test_the_slot_is_the_newest_turn_that_has_come(
    day: int | None, at: datetime, slot: str
) -> None:
    assert jobs.Schedule("note", time(3, 30), day).slot(at) == slot


def test_a_sweep_that_fails_does_not_stop_the_others(handlers: None) -> None:
    found = iter([2])

    def broken() -> int:
        raise RuntimeError

    jobs.start([SimpleNamespace(SWEEPS=(broken, lambda: next(found, 0)))])
    assert jobs.run_due() == 2


def test_a_worker_in_the_background_begins_at_once(own_app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(jobs, "IDLE_SECONDS", 60)
    begun = threading.Event()
    jobs.start([SimpleNamespace(HANDLERS={"begin": begun.set})], own_app.app_context)
    end = jobs.work_in_background()
    jobs.enqueue("begin")
    db.session.commit()
    assert begun.wait(10)
    end()


def test_a_worker_that_is_told_to_stop_finishes_the_job_in_hand_and_begins_no_other(
    app: Flask,
) -> None:
    stop, ran = threading.Event(), []

    def run(number: int) -> None:
        ran.append(number)
        stop.set()

    jobs.start([SimpleNamespace(HANDLERS={"run": run})])
    for number in range(3):
        jobs.enqueue("run", number=number)
    db.session.commit()
    jobs.work(stop)
    assert ran == [0]
    assert waiting() == 2
