"""Import of penalty rows: the portal's rate, and its ratio to the importer anyone writes first."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete

from bench import naive_import, penalty_files
from bench.figures import Figure
from portal import create_app
from portal.core import db
from portal.ingest import service as ingest
from portal.records.models import Record, RecordOriginal
from portal.subjects import service as subject_service

NAIVE_ROWS = 3000
ROWS_A_SUBJECT = 5


def run(rows: int = 100_000, url: str | None = None) -> list[Figure]:
    """Measure on an empty database at `url`, by default a fresh SQLite file."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        here = Path(folder)
        url = url or f"sqlite:///{here / 'portal.sqlite'}"
        subjects = max(rows // ROWS_A_SUBJECT, 1)
        small, large = here / "naive.csv", here / "penalties.csv"
        penalty_files.write_penalties(small, NAIVE_ROWS, subjects)
        penalty_files.write_penalties(large, rows, subjects)
        _prepare(url, subjects)
        naive = _naive(small, url)
        first = _portal(large, rows)
        again = _portal(large, rows)
        _forget()
        waited = _beside_others(large)
        book, rows_of_book = here / "penalties.xlsx", max(rows // 4, 1)
        penalty_files.write_workbook(book, large, rows_of_book)
        _forget()
        from_book = _portal(book, rows_of_book)
    against = "against row by row"
    return [
        Figure("import, row by row through the ORM", round(naive), "rows/s"),
        Figure("import, first time", round(first), "rows/s"),
        Figure(f"import, {against}", round(first / naive, 1), "x", ">= 30"),
        Figure("import beside others, of which they wait for", round(waited, 2), "of its time"),
        Figure("import, unchanged again", round(again / first, 2), "x the first", ">= 1.4"),
        Figure(f"import of a workbook, {against}", round(from_book / naive, 1), "x", ">= 10"),
    ]


def _prepare(url: str, subjects: int) -> None:
    os.environ["DATABASE_URL"] = url
    app = create_app()
    app.test_cli_runner().invoke(args=["portal", "migrate"], catch_exceptions=False)
    subject_service.store(penalty_files.subjects(subjects))
    db.session.commit()
    db.session.remove()


def _naive(path: Path, url: str) -> float:
    begun = time.perf_counter()
    naive_import.run(path, db.normalise_url(url))
    taken = time.perf_counter() - begun
    _forget()
    return NAIVE_ROWS / taken


def _forget() -> None:
    for table in (RecordOriginal, Record):
        db.session.execute(delete(table))
    db.session.commit()


def _portal(path: Path, rows: int) -> float:
    begun = time.perf_counter()
    outcome = ingest.run(path, actor="bench", may_fork=True)
    db.session.commit()
    taken = time.perf_counter() - begun
    assert outcome.rows == rows
    assert outcome.quarantined == -(-rows // 50), outcome
    db.session.remove()
    return rows / taken


def _beside_others(path: Path) -> float:
    """The share of processor time in which nobody else can write."""
    begun = time.process_time()
    checked = ingest.check_alone(path, actor="bench")
    ready = time.process_time()
    ingest.store(checked)
    db.session.commit()
    done = time.process_time()
    db.session.remove()
    return (done - ready) / (done - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", help="a database that may be filled; default a fresh SQLite file")
    given = parser.parse_args()
    for figure in run(given.rows, given.url):
        print(figure, flush=True)


if __name__ == "__main__":
    main()
