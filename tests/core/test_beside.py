"""Work in processes beside this one: in turn, with every error, and never for longer than wanted."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core import beside, db
from portal.core.errors import Refused


def test_results_come_one_of_each_in_turn() -> None:
    def count(number: int) -> Iterator[tuple[int, int]]:
        for place in range(number, 7, 2):
            yield place, os.getpid()

    found = list(beside.results(count, 2))
    assert [place for place, _process in found] == list(range(7))
    assert len({process for _place, process in found} | {os.getpid()}) == 3


def test_a_refusal_beside_is_a_refusal_here() -> None:
    def refuse(_number: int) -> Iterator[int]:
        yield 1
        raise Refused("quote_not_closed", line=7)

    results = beside.results(refuse, 1)
    assert next(results) == 1
    with pytest.raises(Refused, match="quote_not_closed") as refused:
        next(results)
    assert refused.value.data == {"line": 7}
    assert "raise Refused" in "".join(refused.value.__notes__)


def test_an_error_that_cannot_be_sent_is_told_in_words() -> None:
    class OnlyHereError(Exception):
        pass

    def fail(_number: int) -> Iterator[int]:
        raise OnlyHereError("gone wrong")
        yield

    with pytest.raises(RuntimeError, match="OnlyHereError.*gone wrong"):
        list(beside.results(fail, 1))


def test_a_process_that_is_killed_is_missed() -> None:
    def die(number: int) -> Iterator[int]:
        yield number
        if number:
            os.kill(os.getpid(), signal.SIGKILL)
        yield number

    with pytest.raises(beside.Died):
        list(beside.results(die, 2))


class Deadly:
    """It cannot be sent: the process that tries ends."""

    def __reduce__(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


def test_a_process_that_is_killed_in_the_middle_of_a_result_is_missed() -> None:
    def die(_number: int) -> Iterator[object]:
        yield "x" * 300_000, Deadly()

    with pytest.raises(beside.Died):
        list(beside.results(die, 1))


def test_a_result_larger_than_the_pipe_arrives_whole() -> None:
    def much(_number: int) -> Iterator[list[bytes]]:
        yield [bytes([number]) * 1000 for number in range(250)] * 20

    (found,) = beside.results(much, 1)
    assert found == next(much(0))


def test_nobody_works_on_when_nobody_listens() -> None:
    def for_ever(_number: int) -> Iterator[int]:
        while True:
            yield os.getpid()

    results = beside.results(for_ever, 2)
    processes = [next(results), next(results)]
    results.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_copy_leaves_the_database_to_its_parent(app: object) -> None:
    before = db.session.connection()

    def ask(_number: int) -> Iterator[int]:
        yield db.session.connection().exec_driver_sql("SELECT 1").scalar_one()

    with pytest.raises(RuntimeError, match="no database"):
        list(beside.results(ask, 1))
    assert db.session.connection() is before
    assert before.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_there_is_a_processor_to_use() -> None:
    assert beside.cores() >= 1


FREE = {"cpu.max": "max 100000"}
ONE = {"cpu.max": "100000 100000"}
OLD = {"cpu,cpuacct/docker/a1/cpu.cfs_period_us": "100000"}


@pytest.mark.parametrize(
    ("own", "files", "count"),
    [
        ("0::/\n", ONE, 1),
        ("0::/\n", FREE, 4),
        ("0::/\n", {}, 4),
        ("0::/\n", {"cpu.max": "250000 100000"}, 2),
        ("0::/\n", {"cpu.max": "50000 100000"}, 1),
        ("0::/\n", {"cpu.max": "800000 100000"}, 4),
        ("0::/app/web\n", {"cpu.max": "max 100000", "app/cpu.max": "200000 100000"}, 2),
        ("0::/app/web\n", ONE, 1),
        ("4:cpu,cpuacct:/docker/a1\n",
         {**OLD, "cpu,cpuacct/docker/a1/cpu.cfs_quota_us": "100000"}, 1),
        ("4:cpu,cpuacct:/docker/a1\n", {**OLD, "cpu,cpuacct/docker/a1/cpu.cfs_quota_us": "-1"}, 4),
        ("4:cpu:/docker/a1\n",
         {"cpu/cpu.cfs_period_us": "50000", "cpu/cpu.cfs_quota_us": "100000"}, 2),
        ("5:cpuset:/\n3:memory:/\n", {"cpuset/cpu.max": "1 1", "memory/cpu.max": "1 1"}, 4),
        (None, ONE, 4),
    ],
)  # fmt: skip
def test_a_container_held_to_a_share_of_the_time_counts_whole_processors(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: str | None,
    files: dict[str, str],
    count: int,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(4)))
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(beside, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(beside, "GROUPS", tmp_path / "groups")
    if own is not None:
        (tmp_path / "own").write_text(own)
    for name, text in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert beside.cores() == count
