"""Long work in processes beside this one, each a copy of it (fork): they know all that it knows.

A copy has nothing to do with the database: the connection stays its parent's. It ends when its
work is done, when its parent ends, or when nobody wants its results any more.
"""

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from portal.core import db

Result = TypeVar("Result")
ROOT = Path(__file__).parents[2]
# The most that Linux gives everybody, so that a copy waits less often for its reader.
PIPE_BYTES = 1 << 20
# Where Linux tells which groups a process is in, and what each may use.
OWN_GROUPS, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
QUOTA = ("quota", "period")
RESULT, END, ERROR = range(3)


# Longer than any work takes that one of the portal's own commands does for a worker, and shorter
# than its lease.
COMMAND_SECONDS = 540.0


class Died(Exception):
    """A process beside this one ended in the middle of its work."""


def cores() -> int:
    """How many processors this process may use, at least one.

    A container is often limited not to certain processors but to a share of their time; a part of
    a processor does not count (man cgroups: cpu.max, in version 1 cpu.cfs_quota_us).
    """
    return max(1, min(len(os.sched_getaffinity(0)), *map(int, _shares())))


def _shares() -> Iterator[float]:
    """How many processors this process may use, by the limit of each group that it is in."""
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


def command(*words: str) -> None:
    """Have one of the portal's own commands do something, on the same settings.

    Raises subprocess.SubprocessError when it fails or does not end.
    """
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "flask", "--app", "wsgi", "portal", *words],
        cwd=ROOT, stdin=subprocess.DEVNULL, check=True, timeout=COMMAND_SECONDS,
    )  # fmt: skip


def results(work: Callable[[int], Iterator[Result]], count: int) -> Iterator[Result]:
    """What `work(0)` to `work(count - 1)` yield, each in a process of its own, one of each in turn.

    The first that has nothing more to yield ends it all. An error in one of them is raised here.
    """
    fork = get_context("fork")
    pipes: list[BinaryIO] = []
    processes: list[BaseProcess] = []
    try:
        for number in range(count):
            reader, writer = os.pipe()
            pipes.append(os.fdopen(reader, "rb"))
            with suppress(OSError):
                fcntl(writer, F_SETPIPE_SZ, PIPE_BYTES)
            process: BaseProcess = fork.Process(
                target=_run, args=(work, number, writer, pipes), daemon=True
            )
            process.start()
            processes.append(process)
            os.close(writer)
        yield from _in_turn(pipes)
    finally:
        for process in processes:
            process.kill()
            process.join()
        for pipe in pipes:
            pipe.close()


def _in_turn(pipes: Sequence[BinaryIO]) -> Iterator[Any]:
    while True:
        for pipe in pipes:
            kind, told = _next(pipe)
            if kind == END:
                return
            if kind == ERROR:
                raise told
            yield told


def _next(pipe: BinaryIO) -> Any:
    """Read while the other still writes, so that neither holds a large result twice."""
    try:
        return pickle.load(pipe)  # noqa: S301 - from a copy of ourselves
    except (EOFError, pickle.UnpicklingError) as error:
        raise Died from error


def _run(
    work: Callable[[int], Iterator[Any]], number: int, writer: int, readers: Sequence[BinaryIO]
) -> None:
    # While a copy holds an end to read from, no writer notices that the parent is gone.
    for reader in readers:
        reader.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    db.leave_to_the_parent()
    with suppress(BrokenPipeError), os.fdopen(writer, "wb") as pipe:
        try:
            for result in work(number):
                pickle.dump((RESULT, result), pipe, pickle.HIGHEST_PROTOCOL)
                pipe.flush()
            pickle.dump((END, None), pipe)
        except BrokenPipeError:
            raise
        except BaseException as error:
            error.add_note(traceback.format_exc())
            pipe.write(_pickled(error))


def _pickled(error: BaseException) -> bytes:
    try:
        return pickle.dumps((ERROR, error))
    except Exception:
        return pickle.dumps((ERROR, RuntimeError(repr(error))))
