"""Writers of one SQLite file take turns in the order in which they came."""

from collections import deque
from threading import Lock


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
