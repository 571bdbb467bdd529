"""Long work in processes beside this one, each a copy of it (fork): they know all that it knows.

A copy has nothing to do with the database: the connection stays its parent's. It ends when its
work is done, when its parent ends, or when nobody wants its results any more.
"""

import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from portal.core import db

Result = TypeVar("Result")
# As much as Linux gives everybody, so that a copy need not wait for its reader at every page.
PIPE_BYTES = 1 << 20
RESULT, END, ERROR = b"r", b"e", b"!"


class Died(Exception):
    """A process beside this one ended in the middle of its work."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def results(work: Callable[[int], Iterator[Result]], count: int) -> Iterator[Result]:
    """What `work(0)` to `work(count - 1)` yield, each in a process of its own, one of each in turn.

    The first that has nothing more to yield ends it all. An error in one of them is raised here.
    """
    fork = get_context("fork")
    pipes: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for number in range(count):
            reader, writer = fork.Pipe(duplex=False)
            pipes.append(reader)
            with suppress(OSError):
                fcntl(writer.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
            process: BaseProcess = fork.Process(
                target=_run, args=(work, number, writer, pipes), daemon=True
            )
            process.start()
            processes.append(process)
            writer.close()
        yield from _in_turn(pipes)
    finally:
        for process in processes:
            process.kill()
            process.join()
        for pipe in pipes:
            pipe.close()


def _in_turn(pipes: Sequence[Connection]) -> Iterator[Any]:
    while True:
        for pipe in pipes:
            try:
                message = pipe.recv_bytes()
            except (EOFError, OSError) as error:
                raise Died from error
            if message[:1] == END:
                return
            if message[:1] == ERROR:
                raise _told(message)
            yield _told(message)


def _told(message: bytes) -> Any:
    return pickle.loads(memoryview(message)[1:])  # noqa: S301 - from a copy of ourselves


def _run(
    work: Callable[[int], Iterator[Any]],
    number: int,
    writer: Connection,
    readers: Sequence[Connection],
) -> None:
    # A copy that held an end to read from would wait for ever when its parent is gone.
    for reader in readers:
        reader.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    db.leave_to_the_parent()
    with suppress(BrokenPipeError):
        try:
            for result in work(number):
                writer.send_bytes(RESULT + pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
            writer.send_bytes(END)
        except BrokenPipeError:
            raise
        except BaseException as error:
            error.add_note(traceback.format_exc())
            writer.send_bytes(ERROR + _pickled(error))


def _pickled(error: BaseException) -> bytes:
    try:
        return pickle.dumps(error)
    except Exception:
        return pickle.dumps(RuntimeError(repr(error)))
