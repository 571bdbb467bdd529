"""Processes that do the heavy and the dangerous work, with limits of time and memory."""

import atexit
import os
import queue
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO

from portal.core.press import frames

PRESS = Path(__file__).with_name("press")
FAREWELL_SECONDS = 2

Process = subprocess.Popen[bytes]


class WorkerError(Exception):
    """The process died, or was stopped because it took too long or too much memory."""


class Pool:
    """Some processes of one program, each doing one thing at a time; a dead one is replaced."""

    def __init__(
        self, program: str, *, size: int = 1, environment: Mapping[str, str] | None = None
    ) -> None:
        self.command = [sys.executable, str(PRESS / program)]
        self.environment = dict(environment or {})
        self.free: queue.LifoQueue[Process | None] = queue.LifoQueue()
        for _place in range(size):
            self.free.put(None)
        atexit.register(self.stop)

    def ask(self, head: frames.Head, body: bytes = b"", *, seconds: float) -> frames.Answer:
        """What the program answers; raises WorkerError when it cannot."""
        process = self.free.get()
        try:
            process = self._running(process)
            # A stuck process is killed; its answer then ends early.
            watch = Timer(seconds, process.kill)
            watch.start()
            try:
                return _asked(process, head, body)
            finally:
                watch.cancel()
        except (OSError, ValueError, WorkerError) as error:
            if process is not None:
                _end(process)
            process = None
            raise WorkerError("the work took too long or too much memory") from error
        finally:
            self.free.put(process)

    def warm(self) -> None:
        """Start every process that does not run yet, without waiting for it."""
        for place in self._take_free():
            self.free.put(self._running(place))

    def stop(self) -> None:
        """End the processes that are free; the next question starts new ones."""
        for process in self._take_free():
            if process is not None:
                _end(process)
            self.free.put(None)

    def _take_free(self) -> list[Process | None]:
        taken: list[Process | None] = []
        while True:
            try:
                taken.append(self.free.get_nowait())
            except queue.Empty:
                return taken

    def _running(self, process: Process | None) -> Process:
        if process is not None and process.poll() is None:
            return process
        return subprocess.Popen(  # noqa: S603  # our own program
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **self.environment},
        )


def _asked(process: Process, head: frames.Head, body: bytes) -> frames.Answer:
    frames.write(_pipe(process.stdin), head, body)
    answer = frames.read(_pipe(process.stdout))
    if answer is None:
        raise WorkerError("the process is gone")
    return answer


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise WorkerError("the process has no pipe")
    return pipe


def _end(process: Process) -> None:
    try:
        process.communicate(timeout=FAREWELL_SECONDS)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
