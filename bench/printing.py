"""Ten reports at once: from click to file, and what readers notice meanwhile."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from bench import data
from bench.figures import Figure, percentile
from bench.pages import paths
from bench.pdf import application, frozen, processor
from bench.servers import ROOT, get, granian
from portal.core import pdf
from portal.core.workers import Pool
from portal.documents import document

REPORTS, RECORDS, PRINTERS = 10, 60, 2
# A reader every twentieth of a second: the server is busy with them for a fraction of the time.
PAUSE, QUIET_SECONDS = 0.05, 6.0


def run(city: Path, rounds: int) -> Iterator[Figure]:
    """Goal 3 of printed documents, and the sheet of a door."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        app = application(data.url(city), folder)
        own, pdf._pool = pdf._pool, Pool("printer.py", size=PRINTERS)
        path = paths(city)["scan page"][0]
        try:
            with granian("wsgi:app", {"DATABASE_URL": data.url(city)}) as server:
                yield from _beside(app, server.port, path, rounds)
        finally:
            pdf.stop()
            pdf._pool = own
        sheet = processor(rounds, lambda: _sheet(app, f"{path}/sheet.pdf"), pdf._pool)
        yield Figure("A5 sheet of a door", sheet * 1000, "ms", "<= 70")


def _beside(app: Flask, port: int, path: str, rounds: int) -> Iterator[Figure]:
    with ThreadPoolExecutor(REPORTS) as people:
        list(people.map(lambda _n: _printed(app, 0.0), range(PRINTERS)))
        quiet, busy, clicks = [], [], []
        for _round in range(rounds):
            with _reader(port, path) as seen:
                time.sleep(QUIET_SECONDS / rounds)
            quiet += seen
            with _reader(port, path) as seen:
                begun = time.perf_counter()
                asked = [people.submit(_printed, app, begun) for _n in range(REPORTS)]
                clicks += [each.result() for each in asked]
            busy += seen
    slower = percentile(busy, 0.95) / percentile(quiet, 0.95)
    yield Figure("scan page while none is printed, p95", percentile(quiet, 0.95) * 1000, "ms")
    yield Figure("scan page while ten are printed, p95", percentile(busy, 0.95) * 1000, "ms")
    yield Figure("scan page while ten are printed, against not, p95", slower, "x", "<= 1.5")
    yield Figure("ten reports at once, click to file, p95", percentile(clicks, 0.95), "s", "<= 3")


def _printed(app: Flask, begun: float) -> float:
    with app.app_context():
        document.make(frozen(RECORDS))
    return time.perf_counter() - begun


def _sheet(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url="http://localhost")
    assert answer.mimetype == "application/pdf", answer.status


@contextmanager
def _reader(port: int, path: str) -> Iterator[list[float]]:
    """A reader in a process of its own; the list is filled when he leaves."""
    seen: list[float] = []
    command = [sys.executable, "-m", "bench.printing", str(port), path]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        yield seen
        told, _nothing = reader.communicate(b"enough")
    seen += json.loads(told)


def _read_on(port: int, path: str) -> None:
    from select import select

    seen = []
    while not select([sys.stdin], [], [], PAUSE)[0]:
        begun = time.perf_counter()
        get(port, path)
        seen.append(time.perf_counter() - begun)
    print(json.dumps(seen))


if __name__ == "__main__":
    _read_on(int(sys.argv[1]), sys.argv[2])
