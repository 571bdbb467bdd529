"""Import of penalty rows: the portal's rate, and its ratio to the importer anyone writes first."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from bench import naive_import, penalty_files
from portal.core.db import normalise_url

Figure = tuple[str, float, str, str]

NAIVE_ROWS = 3000
ROWS_A_SUBJECT = 5


def run(rows: int = 100_000, url: str | None = None) -> list[Figure]:
    """Measure on a database at `url`, by default a fresh SQLite file."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        here = Path(folder)
        url = url or f"sqlite:///{here / 'portal.sqlite'}"
        subjects = max(rows // ROWS_A_SUBJECT, 1)
        small, large = here / "naive.csv", here / "penalties.csv"
        penalty_files.write_penalties(small, NAIVE_ROWS, subjects)
        penalty_files.write_penalties(large, rows, subjects)
        naive = _naive(small, _naive_url(url, here), subjects)
        first, again = _portal(large, url, rows, subjects)
    return [
        ("import, naive", round(naive), "rows/s", "for comparison"),
        ("import, first time", round(first), "rows/s", "for comparison"),
        ("import against naive", round(first / naive, 1), "x", ">= 30"),
        ("import again, unchanged", round(again / first, 2), "x the first", ">= 1.4"),
    ]


def _naive_url(url: str, here: Path) -> str:
    if url.startswith("sqlite"):
        return f"sqlite:///{here / 'naive.sqlite'}"
    return url


def _naive(path: Path, url: str, subjects: int) -> float:
    codes = [penalty_files.subject_code(number) for number in range(subjects)]
    naive_import.prepare(normalise_url(url), codes)
    begun = time.perf_counter()
    naive_import.run(path, normalise_url(url))
    return NAIVE_ROWS / (time.perf_counter() - begun)


def _portal(path: Path, url: str, rows: int, subjects: int) -> tuple[float, float]:
    os.environ["DATABASE_URL"] = url
    from portal import create_app
    from portal.core import db
    from portal.ingest import service
    from portal.subjects import service as subject_service

    app = create_app()
    app.test_cli_runner().invoke(args=["portal", "migrate"], catch_exceptions=False)
    rates = []
    with app.app_context():
        subject_service.store(penalty_files.subjects(subjects))
        db.session.commit()
        for _ in range(2):
            begun = time.perf_counter()
            outcome = service.run(path, actor="bench")
            db.session.commit()
            rates.append(rows / (time.perf_counter() - begun))
            assert outcome.rows == rows
            assert outcome.quarantined == -(-rows // 50), outcome
        db.session.remove()
    return rates[0], rates[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", help="a database that may be filled; default a fresh SQLite file")
    given = parser.parse_args()
    for name, value, unit, goal in run(given.rows, given.url):
        print(f"{name}: {value} {unit} ({goal})", flush=True)


if __name__ == "__main__":
    main()
