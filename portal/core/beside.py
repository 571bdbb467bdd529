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
from pathlib import Path
from typing import Any, TypeVar

from portal.core import db

Result = TypeVar("Result")
# As much as Linux gives everybody, so that a copy need not wait for its reader at every page.
PIPE_BYTES = 1 << 20
# Where Linux tells which groups a process is in, and what each may use.
OWN_GROUPS, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
QUOTA = ("quota", "period")
RESULT, END, ERROR = b"r", b"e", b"!"


class Died(Exception):
    """A process beside this one ended in the middle of its work."""


def cores() -> int:
    """How many processors this process may use, at least one.

    A container is often not held to some processors but to a share of all their time; part of a
    processor does not count as one (man cgroups: cpu.max; cpu.cfs_quota_us of version 1).
    """
    return max(1, min(len(os.sched_getaffinity(0)), *map(int, _shares())))


def _shares() -> Iterator[float]:
    """How many processors' time every group that this process is in may use, as far as told."""
    yield float(os.cpu_count() or 1)
    with suppress(OSError):
        for line in OWN_GROUPS.read_text().splitlines():
            _number, controllers, path = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            inside = Path(path.strip("/"))
            for place in (inside, *inside.parents):
                yield from _share(GROUPS / controllers / place)


def _share(group: Path) -> Iterator[float]:
    with suppress(OSError, ValueError):
        quota, period = map(int, (group / "cpu.max").read_text().split())
        yield quota / period
    with suppress(OSError, ValueError):
        quota, period = (int((group / f"cpu.cfs_{name}_us").read_text()) for name in QUOTA)
        if quota > 0:
            yield quota / period


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
            told = pickle.loads(memoryview(message)[1:])  # noqa: S301 - from a copy of ourselves
            if message[:1] == ERROR:
                raise told
            yield told


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
