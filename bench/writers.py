"""Goal 9: eight writers beside one on a SQLite file, each with its entry in the audit trail."""

import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import data
from bench.figures import Figure, percentile
from bench.pages import interleaved
from bench.servers import ROOT

WRITERS = 8
# A web server, a worker and somebody's command.
PROCESSES, THREADS = 3, 4


def run(seconds: float, rounds: int) -> list[Figure]:
    """Commits a second and the longest wait, portal against bare `busy_timeout`."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        path = Path(folder) / "writers.sqlite"
        data.migrate(data.url(path))
        from portal.core import db

        db.start(data.url(path))
        waits: dict[str, list[float]] = {"portal": [], "bare": []}
        rates = interleaved(
            {
                "one": lambda: _rate(1, seconds, _portal_commit, []),
                "eight": lambda: _rate(WRITERS, seconds, _portal_commit, waits["portal"]),
                "eight, audit left out": lambda: _rate(WRITERS, seconds, _plain_commit, []),
                "bare": lambda: _rate(WRITERS, seconds, _bare(path), waits["bare"]),
            },
            rounds,
        )
        data.let_go()
        apart: dict[str, list[float]] = {"portal": [], "bare": []}
        for _round in range(rounds):
            for kind, found in apart.items():
                found += _apart(path, kind, seconds)
    return [*_figures(rates, waits), *_apart_figures(apart, seconds * rounds)]


def _figures(rates: dict[str, float], waits: dict[str, list[float]]) -> list[Figure]:
    worst, bare = max(waits["portal"]), max(waits["bare"])
    audit = rates["eight, audit left out"] / rates["eight"]
    return [
        Figure("commits by one writer", rates["one"], "commits/s"),
        Figure("commits by eight writers", rates["eight"], "commits/s"),
        Figure("eight writers against one", rates["eight"] / rates["one"], "x", ">= 0.6"),
        Figure("wait for a commit, eight writers, p99", percentile(waits["portal"], 0.99), "ms"),
        Figure("wait for a commit, eight writers, worst", worst, "ms"),
        Figure("wait for a commit, busy_timeout alone, worst", bare, "ms"),
        Figure("worst wait against busy_timeout alone", worst / bare, "x", "<= 0.05"),
        Figure("a commit with its audit entry against one without", audit, "x", "<= 1.3"),
    ]


def _apart_figures(waits: dict[str, list[float]], seconds: float) -> Iterator[Figure]:
    who = f"{PROCESSES} processes of {THREADS} writers"
    worst, bare = max(waits["portal"]), max(waits["bare"])
    yield Figure(f"commits by {who}", len(waits["portal"]) / seconds, "commits/s")
    yield Figure(f"wait for a commit, {who}, p99", percentile(waits["portal"], 0.99), "ms")
    yield Figure(f"wait for a commit, {who}, worst", worst, "ms")
    yield Figure(f"wait for a commit, {who}, busy_timeout alone, worst", bare, "ms")
    yield Figure(f"worst wait of {who} against busy_timeout alone", worst / bare, "x", "<= 0.05")


def _apart(path: Path, kind: str, seconds: float) -> list[float]:
    """How long each commit took where several processes write, once all of them are warm."""
    command = [sys.executable, "-m", "bench.writers", str(path), kind, str(seconds)]
    pipe = subprocess.PIPE
    writing = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for _process in range(PROCESSES)
    ]
    for process in writing:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writing:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [wait for process in writing for wait in json.loads(process.communicate()[0])]


def _one_of_them(path: Path, kind: str, seconds: float) -> None:
    from portal.core import db

    db.start(data.url(path))
    commit = _portal_commit if kind == "portal" else _bare(path)
    _rate(THREADS, 0.2, commit, [])
    print("ready", flush=True)
    sys.stdin.readline()
    waits: list[float] = []
    _rate(THREADS, seconds, commit, waits)
    print(json.dumps(waits))


def _rate(writers: int, seconds: float, commit: Any, waits: list[float]) -> float:
    """Commits a second of so many threads together."""
    counts = [0] * writers
    until = time.perf_counter() + seconds

    def write(place: int) -> None:
        while (begun := time.perf_counter()) < until:
            commit(place)
            waits.append((time.perf_counter() - begun) * 1000)
            counts[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(writers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def _portal_commit(place: int) -> None:
    """What a report of a wrong sticker does: a row and an entry in the audit trail."""
    from portal.core import audit, db, revision

    revision.bump()
    audit.record("bench.write", "writer", place, "bench")
    db.session.commit()
    db.session.remove()


def _plain_commit(_place: int) -> None:
    from portal.core import db, revision

    revision.bump()
    db.session.commit()
    db.session.remove()


def _bare(path: Path) -> Any:
    """The same row changed by connections that have nothing but SQLite's own waiting."""
    local = threading.local()

    def commit(_place: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            local.connection.execute("PRAGMA synchronous = FULL")
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute("UPDATE revision SET value = value + 1")
        local.connection.execute("COMMIT")

    return commit


if __name__ == "__main__":
    _one_of_them(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
