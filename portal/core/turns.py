"""Writers of one SQLite file take turns: in one process in the order in which they came."""

import sqlite3
import time
from collections import deque
from threading import Lock

ASK_AGAIN_SECONDS = 0.0005


class Turns:
    """A lock that serves first who came first; with SQLite alone some wait for seconds."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._waiting: deque[Lock] = deque()
        self._is_taken = False

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; False when it did not come in `seconds`."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=seconds):
            return True
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        # The turn came in the moment in which waiting ended.
        return True

    def leave(self) -> None:
        """Hand over to whoever has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


def lock(connection: sqlite3.Connection, seconds: float) -> bool:
    """Begin to write as soon as no other process does; False when that failed for `seconds`.

    SQLite's own waiting sleeps up to a tenth of a second between two looks, so that one who waits
    hardly ever comes between others who write often. Its `busy_timeout` is 0 for this long.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            # The last byte is the kind of failure, the others its circumstances.
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                return False
            time.sleep(ASK_AGAIN_SECONDS)
        else:
            return True
