"""`make bench`: every goal, one line each, and bench/results.json."""

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from bench import (
    codes,
    data,
    grades,
    growth,
    ingest,
    listing,
    pages,
    pdf,
    printing,
    process,
    search,
    sizes,
    truth,
    writers,
)
from bench.figures import Figure
from bench.postgres import Server

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    subjects: int
    rows: int
    requests: int
    calls: int
    rounds: int
    questions: int
    operations: int
    codes: int
    seconds: float
    mixed: int
    process_subjects: int
    is_quick: bool


FULL = Scale(subjects=1_000_000, rows=100_000, requests=6400, calls=150, rounds=9, questions=60,
             operations=10_000, codes=200_000, seconds=2.0, mixed=100_000,
             process_subjects=20_000, is_quick=False)  # fmt: skip
QUICK = Scale(subjects=300, rows=1000, requests=256, calls=5, rounds=2, questions=2,
              operations=40, codes=2000, seconds=0.2, mixed=300,
              process_subjects=300, is_quick=True)  # fmt: skip

Part = Callable[[], Iterable[Figure]]


def parts(scale: Scale, *, with_postgres: bool) -> dict[str, Part]:
    """What is measured, by name, in the order of the goals."""
    # Made when the first part asks: some parts need neither.
    city = cache(lambda: data.city(scale.subjects))
    server = cache(lambda: Server(scale.subjects) if with_postgres else None)
    found: dict[str, Part] = {
        "sizes": lambda: sizes.run(city()),
        "warm": lambda: pages.warm(city(), count=scale.requests, rounds=scale.rounds),
        "fresh": lambda: pages.fresh(city(), count=scale.calls, rounds=scale.rounds),
        "truth": lambda: truth.run(scale.operations),
        "search": lambda: search.run(
            city(), scale.subjects, each=scale.questions, postgres=server()
        ),
        "codes": lambda: codes.run(scale.codes, scale.rounds),
        "writers": lambda: writers.run(scale.seconds, min(scale.rounds, 5)),
        "process": lambda: process.run(
            data.city(scale.process_subjects),
            requests=scale.mixed,
            starts=1 if scale.is_quick else 3,
        ),
        "listing": lambda: listing.run(scale.subjects, scale.rounds, postgres=server()),
        "grades": lambda: grades.run(min(scale.subjects, 20_000), scale.rounds),
        "import": lambda: ingest.run(scale.rows),
        "pdf": lambda: pdf.run(scale.rounds, is_quick=scale.is_quick),
        "printing": lambda: printing.run(data.city(scale.process_subjects), min(scale.rounds, 4)),
    }
    if not scale.is_quick:
        found["growth"] = lambda: growth.run(scale.subjects, calls=scale.calls)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--subjects", type=int, help="size of the fictional city")
    parser.add_argument("--rows", type=int, help="rows of the file that is taken in")
    parser.add_argument("--quick", action="store_true", help="a few numbers, to see that it runs")
    parser.add_argument("--only", help="parts to measure, with commas between")
    parser.add_argument("--no-postgres", action="store_true", help="SQLite alone")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    given = parser.parse_args()
    chosen = {name: value for name in ("subjects", "rows") if (value := getattr(given, name))}
    scale = replace(QUICK if given.quick else FULL, **chosen)
    begun = time.time()
    figures: list[Figure] = []
    took: dict[str, float] = {}
    for name, part in parts(scale, with_postgres=not given.no_postgres).items():
        if given.only and name not in given.only.split(","):
            continue
        for figure in part():
            figures.append(figure)
            print(figure, flush=True)
        took[name] = round(time.time() - begun - sum(took.values()), 1)
    print(_summary(figures, time.time() - begun))
    given.results.write_text(_as_json(figures, scale, took), encoding="utf-8")


def _summary(figures: Iterable[Figure], seconds: float) -> str:
    goals = [figure for figure in figures if figure.goal]
    met = sum(bool(figure.met) for figure in goals)
    return f"{met} of {len(goals)} goals met, in {seconds:.0f} s"


def _as_json(figures: Iterable[Figure], scale: Scale, took: dict[str, float]) -> str:
    about = {"python": platform.python_version(), "machine": platform.platform()}
    found = {
        "about": about,
        "scale": asdict(scale),
        "seconds": took,
        "figures": [each.as_json() for each in figures],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()
