"""Goals 4, 5 and 12: finding by any part of a name, on both databases."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import data
from bench.figures import Figure, median, percentile
from bench.postgres import Server
from bench.servers import seconds

SCANS = 12
# Results that the portal shows before it says "more than".
COUNTED = 499


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of processor time of one kind of question on one database."""

    queries: dict[str, list[float]]
    keys: list[float]
    scans: list[float]

    def of(self, group: str) -> list[float]:
        """The questions of every length of one group: characters, initials or pinyin."""
        return [v for kind, values in self.queries.items() if kind.endswith(group) for v in values]


def questions(city: Path, each: int) -> dict[str, list[str]]:
    """Parts of names of every length 1 to 8, of initials and of pinyin 2 to 8, from all over."""
    choose = random.Random(4)
    source = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    (size,) = source.execute("SELECT max(id) FROM subject").fetchone()
    ids = [choose.randint(1, size) for _ in range(each * 3)]
    marks = ", ".join("?" * len(ids))
    rows = source.execute(
        "SELECT normalised, initials, pinyin FROM subject_name "
        f"WHERE subject_id IN ({marks}) ORDER BY rank",
        ids,
    ).fetchall()
    source.close()
    kinds = {f"{length} characters": (0, length) for length in range(1, 9)}
    kinds |= {f"{length} initials": (1, length) for length in range(2, 9)}
    kinds |= {f"{length} letters of pinyin": (2, length) for length in range(3, 9)}
    return {kind: _parts(rows, *place, each, choose) for kind, place in kinds.items()}


def _parts(
    rows: Sequence[Any], column: int, length: int, each: int, choose: random.Random
) -> list[str]:
    found: list[str] = []
    while len(found) < each:
        text = choose.choice(rows)[column]
        start = choose.randint(0, max(len(text) - length, 0))
        part = text[start : start + length]
        # Letters beyond ASCII have no initials; such a name is found as written.
        if len(part) == length and (column == 0 or part.isascii() and part.isalpha()):
            found.append(part)
    return found


def run(city: Path, subjects: int, *, each: int, postgres: Server | None) -> list[Figure]:
    """Goal 4 on SQLite and, where there is one, on PostgreSQL."""
    asked = questions(city, each)
    urls = {"SQLite": data.url(city)}
    if postgres:
        postgres.fill(city)
        urls["PostgreSQL"] = postgres.url
    measured, lists = {}, {}
    for kind, url in urls.items():
        measured[kind], lists[kind] = _measure(url, asked)
    figures = []
    for kind, found in measured.items():
        figures += list(_figures(f"search in {subjects:,}, {kind}", kind, found))
    figures.append(_recall(city, subjects, asked))
    if len(lists) == 2:
        pairs = zip(lists["SQLite"], lists["PostgreSQL"], strict=True)
        different = sum(one != two for one, two in pairs)
        title = f"lists that differ between databases, of {len(lists['SQLite']):,}"
        figures.append(Figure(title, different, "", "== 0"))
    return figures


def _figures(title: str, kind: str, found: Measured) -> Iterator[Figure]:
    for name, values in found.queries.items():
        yield Figure(f"{title}, {name}, p99", percentile(values, 0.99), "ms")
    key, scan = median(found.keys), median(found.scans)
    yield Figure(f"{title}, primary key read, p50", key, "ms")
    yield Figure(f"{title}, LIKE scan, p50", scan, "ms")
    for group in ("characters", "initials", "pinyin"):
        values = found.of(group)
        for share in (50, 95, 99):
            yield Figure(f"{title}, {group}, p{share}", percentile(values, share / 100), "ms")
        worst = percentile(values, 0.99)
        yield Figure(f"{title}, {group}, p99 against LIKE scan", worst / scan, "x", "<= 0.02")
        goal = "<= 150" if kind == "SQLite" else "<= 20"
        yield Figure(f"{title}, {group}, p99 against primary key read", worst / key, "x", goal)


def _measure(
    url: str, asked: dict[str, list[str]]
) -> tuple[Measured, list[list[tuple[str, str, str]]]]:
    """Every question in turns with reads by key and scans; and what was found."""
    from portal.core import db
    from portal.subjects import service

    db.start(url)
    db.reads_only.set(True)
    cost = _stopwatch()
    found = Measured({kind: [] for kind in asked}, [], [])
    lists = []
    for number, batch in enumerate(zip(*asked.values(), strict=True)):
        for kind, query in zip(asked, batch, strict=True):
            service.search(query)  # once to bring it into memory
            spent, results = cost(partial(service.search, query))
            found.queries[kind].append(spent)
            lists.append([(hit.code, hit.matched_text, hit.matched_by) for hit in results.hits])
        codes = [code for each in lists[-3:] for code, _text, _by in each]
        found.keys.extend(cost(partial(_by_key, code))[0] for code in codes[:20])
        if number < SCANS:
            found.scans.append(cost(partial(_scan, batch[1]))[0])
    data.let_go()
    return found, lists


def spent(cities: Sequence[Path], each: int) -> list[list[tuple[float, int]]]:
    """Milliseconds of every question by characters or initials in each city, asked in turns, and
    how many results it shows.
    """
    from portal.core import db
    from portal.subjects import service

    asked = [questions(city, each) for city in cities]
    engines = [db.start(data.url(city)) for city in cities]
    db.reads_only.set(True)
    found: list[list[tuple[float, int]]] = [[] for _city in cities]
    for number in range(each):
        for engine, kinds, costs in zip(engines, asked, found, strict=True):
            db.session.remove()
            db.session.configure(bind=engine)
            cost = _stopwatch()
            for kind, queries in kinds.items():
                if not kind.endswith("pinyin"):
                    service.search(queries[number])  # once to bring it into memory
                    spent, told = cost(partial(service.search, queries[number]))
                    costs.append((spent, len(told.hits)))
    db.session.remove()
    for engine in engines:
        engine.dispose()
    return found


def _driver() -> Any:
    from portal.core import db

    return db.session.connection().connection.driver_connection


def _by_key(code: str) -> Any:
    mark = "%s" if _is_postgresql() else "?"
    return _driver().execute(f"SELECT * FROM subject WHERE code = {mark}", (code,)).fetchone()


def _scan(query: str) -> Any:
    mark = "%s" if _is_postgresql() else "?"
    statement = (
        f"SELECT rank, text FROM subject_name WHERE normalised LIKE {mark} "
        "ORDER BY length(text), rank LIMIT 100"
    )
    return _driver().execute(statement, (f"%{query}%",)).fetchall()


def _is_postgresql() -> bool:
    from portal.core import db

    return not db.is_sqlite()


def _stopwatch() -> Callable[[Callable[[], Any]], tuple[float, Any]]:
    """Milliseconds of processor time of a call, the database server's included."""
    backend = _driver().info.backend_pid if _is_postgresql() else None
    if backend:
        # The scan that it is compared with shall not hide in other processes.
        _driver().execute("SET max_parallel_workers_per_gather = 0")

    def cost(work: Callable[[], Any]) -> tuple[float, Any]:
        there = seconds(backend) if backend else 0.0
        begun = time.thread_time()
        result = work()
        here = time.thread_time() - begun
        there = (seconds(backend) if backend else 0.0) - there
        return (here + there) * 1000, result

    return cost


def _recall(city: Path, subjects: int, asked: dict[str, list[str]]) -> Figure:
    """What share of the subjects that a full scan finds are found, for rare enough parts."""
    from portal.core import db

    names = data.rows(city, "SELECT subject_id, normalised, initials, pinyin FROM subject_name")
    codes = dict(data.rows(city, "SELECT id, code FROM subject"))
    db.start(data.url(city))
    db.reads_only.set(True)
    wanted = found = 0
    for kind, queries in asked.items():
        column = 3 if "pinyin" in kind else 2 if "initials" in kind else 1
        for query in queries[: max(200_000 // subjects, 2)]:
            matching = [row[0] for row in names if query in row[column]]
            if len(matching) > COUNTED:
                continue
            expected = {codes[subject_id] for subject_id in matching}
            hits = _all_hits(query)
            wanted += len(expected)
            found += len(expected & hits)
    data.let_go()
    return Figure(f"search in {subjects:,}, recall against a full scan of {wanted:,} results",
                  found / max(wanted, 1), "", "== 1")  # fmt: skip


def _all_hits(query: str) -> set[str]:
    from portal.subjects import service

    first = service.search(query)
    pages = [service.search(query, page=page) for page in range(2, first.pages + 1)]
    return {hit.code for results in (first, *pages) for hit in results.hits}
