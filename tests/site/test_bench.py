"""The benchmarks still run, with small numbers, and say what they must."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.conftest import ROOT

FIGURES = (
    "list of 300, SQLite: page behind", "grades of one scenario",
    "scan page, warm, against hello", "subject page, fresh, against hello",
    "stale answers in 40 reads and writes, sqlite", "lists that differ between databases",
    "code check in batch against stdnum", "eight writers against one",
    "second start to first answer", "style, gz", "import, against row by row",
    "scan page while ten are printed, against not", "A5 sheet of a door",
)  # fmt: skip
# These hold on any machine and at any size.
ALWAYS = ("stale answers", "lists that differ", "recall against", "style, gz")


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, dict[str, object]]]:
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    # PostgreSQL runs as a user of its own and has to reach its files.
    folder.chmod(0o755)
    yield _run(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path) -> dict[str, dict[str, object]]:
    path = folder / "results.json"
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--results", str(path)],
        cwd=ROOT, env={**os.environ, "BENCH_FOLDER": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    assert all(f"{figure['name']}: " in ran.stdout for figure in figures)
    return {figure["name"]: figure for figure in figures}


@pytest.mark.parametrize("name", FIGURES)
def test_a_quick_run_measures_it(results: dict[str, dict[str, object]], name: str) -> None:
    assert [figure for each, figure in results.items() if each.startswith(name)]


@pytest.mark.parametrize("name", ALWAYS)
def test_a_quick_run_meets_what_does_not_depend_on_speed(
    results: dict[str, dict[str, object]], name: str
) -> None:
    assert all(figure["met"] for each, figure in results.items() if name in each)
