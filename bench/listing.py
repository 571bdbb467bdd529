"""Goal 5: one list of a million lines, its pages and its counts, on both databases."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import data
from bench.figures import Figure, median, percentile
from bench.postgres import Server

SCENARIO = "beef-soup"
FAR = 0.9
CHUNK = 20_000
TITLES = ("", "", "", "", "", "", "trademark", "trademark white_list")
GRADES = ("excellent", "good", "good", "fair", "poor", "none", "suspended")


def run(lines: int, rounds: int, *, postgres: Server | None) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-listing-") as folder:
        figures += _measure(data.url(Path(folder) / "list.sqlite"), "SQLite", lines, rounds)
    if postgres:
        postgres.make("listing")
        figures += _measure(postgres.uri("listing"), "PostgreSQL", lines, rounds)
    return figures


def _measure(url: str, kind: str, lines: int, rounds: int) -> Iterator[Figure]:
    app = data.migrate(url)
    with app.app_context():
        edge = _fill(lines)
        yield from _figures(f"list of {lines:,}, {kind}", edge, rounds)
        data.let_go()


def _figures(name: str, edge: str, rounds: int) -> Iterator[Figure]:
    from portal.scenarios import service
    from portal.scenarios.service import Filters

    def page(filters: Filters | None = None, after: str = "") -> Callable[[], Any]:
        return lambda: service.find(SCENARIO, filters=filters, after=after)

    first, far = _interleaved([page(), page(after=edge)], rounds)
    yield Figure(f"{name}: page 1", median(first), "ms")
    yield Figure(f"{name}: page behind {FAR:.0%} against page 1", median(far) / median(first),
                 "x", "<= 2")  # fmt: skip
    counts, live = _interleaved([_counts, _live], max(rounds // 2, 2))
    yield Figure(f"{name}: counts against a live GROUP BY", median(live) / median(counts),
                 "x quicker", ">= 50")  # fmt: skip
    chosen = [Filters(area_code="340403"), Filters(area_code="340421100", grade="good"),
              Filters(title="white_list"), Filters(licence="expired", grade="poor"),
              Filters(query="牛肉汤"), Filters(query="00077"),
              Filters(grade="suspended")]  # fmt: skip
    times = _interleaved([page(filters) for filters in chosen], rounds)
    slow = [percentile(each, 0.99) for each in times]
    yield Figure(f"{name}: filtered page, slowest kind", max(slow), "ms")
    yield Figure(f"{name}: filtered page, median kind", median(slow), "ms")


def _counts() -> None:
    from portal.core import db
    from portal.scenarios.models import ListingCount

    table = ListingCount.__table__
    db.session.execute(table.select().where(table.c.scenario == SCENARIO)).all()


def _live() -> None:
    from sqlalchemy import func, select

    from portal.core import db
    from portal.scenarios.models import StoredGrade

    for column in (StoredGrade.grade, StoredGrade.licence, StoredGrade.titles,
                   StoredGrade.area_code):  # fmt: skip
        db.session.execute(
            select(column, func.count()).where(StoredGrade.scenario == SCENARIO).group_by(column)
        ).all()


def _interleaved(works: list[Callable[[], Any]], rounds: int) -> list[list[float]]:
    times: list[list[float]] = [[] for _work in works]
    for _round in range(rounds + 1):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work()
            times[place].append((time.perf_counter() - begun) * 1000)
    # The first round reads from the disk.
    return [each[1:] for each in times]


def _fill(lines: int) -> str:
    """Subjects and their lines, stored as the portal stores them; the code behind `FAR` of them."""
    from portal.bodies import service as bodies
    from portal.core import bulk, clock, db
    from portal.scenarios import rulebook
    from portal.scenarios.models import ScenarioListing, StoredGrade
    from portal.scenarios.rules import NEVER
    from portal.scenarios.service import grading
    from portal.scenarios.service.storing import LISTING_COLUMNS
    from portal.subjects.rules import codes

    choose = random.Random(5)
    towns = [town.code for county in bodies.counties() for town in bodies.towns(county.code)]
    today, version = clock.today(), rulebook.load()[SCENARIO].version
    edge = ""
    for start in range(1, lines + 1, CHUNK):
        ids = range(start, min(start + CHUNK, lines + 1))
        subjects, rows, names = [], [], []
        for id_ in ids:
            code, name = codes.make("92", "340499", f"{id_:08d}"), f"{id_:07d}号牛肉汤馆"
            area = choose.choice(towns)
            edge = code if id_ == int(lines * FAR) else edge
            subjects.append((id_, code, name, "individual_business", "active", area, clock.now()))
            names.append((id_, id_, "registered", name, name, "", ""))
            rows.append(grading.Row(
                SCENARIO, id_, choose.choice(GRADES), 80, False, True, name, name, area,
                choose.choice(("valid", "valid", "expired")), choose.choice(TITLES), version,
                today, NEVER, {},
            ))  # fmt: skip
        _insert_subjects(subjects)
        _insert_names(names)
        bulk.insert(ScenarioListing, LISTING_COLUMNS,
                    [(SCENARIO, row.subject_id, today, None, "") for row in rows])  # fmt: skip
        bulk.insert(StoredGrade, grading.Row._fields, rows)
        grading._count(Counter(map(grading.cell, rows)))
    db.session.commit()
    _analyse()
    return edge


def _insert_subjects(rows: list[tuple[Any, ...]]) -> None:
    from portal.core import bulk
    from portal.subjects.models import Subject

    empty = ("legal_representative", "capital", "scope", "address", "industry", "authority",
             "source_unit", "fingerprint")  # fmt: skip
    columns = ("id", "code", "name", "kind", "status", "area_code", "updated_at", *empty)
    bulk.insert(Subject, columns, [(*row, *[""] * len(empty)) for row in rows])


def _insert_names(rows: list[tuple[Any, ...]]) -> None:
    from portal.core import bulk, db
    from portal.subjects.models import SubjectName
    from portal.subjects.rules import names
    from portal.subjects.service import register

    columns = ("rank", "subject_id", "kind", "text", "normalised", "initials", "pinyin")
    bulk.insert(SubjectName, columns, rows)
    register.index_names(
        db.session.connection(),
        ((row[0], register.tokens(names.NameColumns(row[4], "", ""), None, None)) for row in rows),
    )


def _analyse() -> None:
    from sqlalchemy import text

    from portal.core import db

    if not db.is_sqlite():
        db.session.execute(text("ANALYZE"))
        db.session.commit()
