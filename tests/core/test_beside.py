"""Work in processes beside this one: in turn, with every error, and never for longer than wanted."""

import os
import signal
from collections.abc import Iterator

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
