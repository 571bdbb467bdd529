"""Writers of one SQLite file are served in the order in which they came."""

import threading
import time
from pathlib import Path

from sqlalchemy import text

from portal.core import db
from portal.core.turns import Turns


def test_who_came_first_is_served_first() -> None:
    turns, served, waiting = Turns(), [], []
    assert turns.take(1)
    for number in range(5):
        thread = threading.Thread(target=lambda n=number: _served(turns, served, n))
        thread.start()
        waiting.append(thread)
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    turns.leave()
    for thread in waiting:
        thread.join()
    assert served == [0, 1, 2, 3, 4]


def _served(turns: Turns, served: list[int], number: int) -> None:
    assert turns.take(5)
    served.append(number)
    turns.leave()


def test_whoever_waited_too_long_is_told_and_no_longer_waits() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.leave()
    assert turns.take(0.01)


def test_a_turn_that_comes_as_waiting_ends_is_taken() -> None:
    turns = Turns()
    assert turns.take(1)

    class Late(list[threading.Lock]):
        """A queue from which the ticket was just called."""

        def append(self, ticket: threading.Lock) -> None:
            assert ticket.locked()

    turns._waiting = Late()  # type: ignore[assignment]
    assert turns.take(0.01)


def test_a_second_writer_waits_and_a_reader_does_not(tmp_path: Path) -> None:
    engine = db.start(f"sqlite:///{tmp_path / 'a.sqlite'}")
    db.reads_only.set(False)
    with engine.begin() as first:
        first.execute(text("CREATE TABLE thing (name TEXT)"))
    order: list[str] = []

    def write() -> None:
        with engine.begin() as second:
            second.execute(text("INSERT INTO thing VALUES ('second')"))
            order.append("second")

    with engine.begin() as first:
        thread = threading.Thread(target=write)
        thread.start()
        token = db.reads_only.set(True)
        with engine.connect() as reader:
            assert reader.scalar(text("SELECT count(*) FROM thing")) == 0
        db.reads_only.reset(token)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    engine.dispose()
