"""What many records cost on PostgreSQL: `python -m bench.scale 1000000 4000000`.

Fills the portal's own table with invented rows, beside it the same one in a partition for each year
of decision, and prints sizes, times of the queries that pages ask, midnight, dropping and copying.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import data
from bench.cluster.parts import accepts, initialise, postgres
from bench.figures import median, percentile
from bench.servers import free_port

YEARS = range(2019, 2027)
TODAY = "2026-11-24"
SETTINGS = (
    "shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "jit=off",
    "autovacuum=off",
)  # fmt: skip
# Three in five rows are licences that stay; of the others most have ended.
ROWS = """
INSERT INTO {table} (id, subject_id, kind, key, number, title, summary, details, decided_on,
    public_from, public_until, record_class, class_basis, override_authority, override_reason,
    is_disputed, authority, authority_code, source_unit, source_code, updated_at, fingerprint)
SELECT n, 1 + (n * 7919) % {subjects}, CASE WHEN n % 5 < 3 THEN 'licence' ELSE 'penalty' END,
    '虚构市监罚〔' || extract(year FROM day) || '〕' || n || '号 虚构县市场监督管理局',
    '虚构市监罚〔' || extract(year FROM day) || '〕' || n || '号', '未按规定公示食品经营许可',
    '当事人未在显著位置公示许可证。',
    '[["处罚类别","罚款"],["处罚内容","罚款5100元"],["处罚依据","虚构依据"]]',
    day, day + 7, CASE WHEN n % 5 < 3 THEN NULL ELSE day + 7 + (90 + n % 275)::int END,
    CASE WHEN n % 5 < 3 THEN NULL ELSE 'general' END, '', '', '', false, '虚构县市场监督管理局',
    '11340499MB1234567X', '演示数据', '11340499MB1234567X', day + time '09:00', md5(n::text)
FROM (SELECT n, date '2019-01-01' + (n * 104729 % 2880)::int AS day
      FROM generate_series({first}::bigint, {last}) AS n) AS made
"""
INDEXES = """
CREATE UNIQUE INDEX {table}_key ON {table} (key, subject_id, kind{more});
CREATE INDEX {table}_subject ON {table} (subject_id, public_from, public_until);
CREATE INDEX {table}_updated ON {table} (updated_at);
CREATE INDEX {table}_from ON {table} (public_from);
CREATE INDEX {table}_until ON {table} (public_until)
"""
IS_PUBLIC = f"public_from <= '{TODAY}' AND (public_until IS NULL OR public_until > '{TODAY}')"
PAGE = (
    f"SELECT kind, count(*) FROM {{table}} WHERE subject_id = %s AND {IS_PUBLIC} GROUP BY kind",
    f"SELECT * FROM {{table}} WHERE subject_id = %s AND {IS_PUBLIC} "
    "ORDER BY decided_on DESC, id DESC LIMIT 20",
)
MIDNIGHT = (f"SELECT subject_id FROM {{table}} WHERE public_from = '{TODAY}'",
            f"SELECT subject_id FROM {{table}} WHERE public_until = '{TODAY}'")  # fmt: skip


@contextmanager
def server() -> Iterator[Any]:
    """A durable PostgreSQL with the portal's schema."""
    with tempfile.TemporaryDirectory(prefix="portal-scale-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        store = folder / "data"
        initialise(store)
        with (store / "postgresql.conf").open("a") as file:
            file.write("\n".join(SETTINGS) + "\n")
        port = free_port()
        part = postgres("scale", store, port, folder / "log")
        try:
            accepts(port)
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            data.migrate(url)
            with psycopg.connect(url, autocommit=True) as connection:
                yield connection
        finally:
            part.kill()


def fill(connection: Any, table: str, rows: int) -> None:
    is_split = table == "split"
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    by = "PARTITION BY RANGE (decided_on)" if is_split else ""
    connection.execute(f"CREATE TABLE {table} (LIKE record INCLUDING DEFAULTS) {by}")
    for year in YEARS if is_split else ():
        connection.execute(
            f"CREATE TABLE split_{year} PARTITION OF split "
            f"FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
        )
    begun = time.perf_counter()
    for first in range(1, rows + 1, 500_000):
        last = min(first + 499_999, rows)
        connection.execute(
            ROWS.format(table=table, first=first, last=last, subjects=max(rows // 10, 1))
        )
    taken = time.perf_counter() - begun
    begun = time.perf_counter()
    for statement in INDEXES.format(table=table, more=", decided_on" if is_split else "").split(
        ";"
    ):
        connection.execute(statement)
    told(table, rows, "rows put in, per second", rows / taken)
    told(table, rows, "five indexes built, s", time.perf_counter() - begun)
    connection.execute(f"ANALYZE {table}")


def told(table: str, rows: int, what: str, value: float) -> None:
    print(f"{'by year' if table == 'split' else 'one table'}, {rows:,} rows: {what}: {value:,.2f}",
          flush=True)  # fmt: skip


def sizes(connection: Any, table: str, rows: int) -> None:
    parts = connection.execute(
        "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)) FROM pg_partition_tree(%s)",
        (table,),
    ).fetchone()
    if parts[0] is None:
        parts = connection.execute(
            "SELECT pg_table_size(%s), pg_indexes_size(%s)", (table, table)
        ).fetchone()
    told(table, rows, "bytes a row, table", float(parts[0]) / rows)
    told(table, rows, "bytes a row, indexes", float(parts[1]) / rows)


def queries(connection: Any, table: str, rows: int) -> None:
    random.seed(7)
    for name, statements, times in (("a subject's page", PAGE, 400), ("midnight", MIDNIGHT, 5)):
        taken = []
        for _time in range(times):
            begun = time.perf_counter()
            for statement in statements:
                values = (random.randint(1, rows // 10),) if "%s" in statement else None
                connection.execute(statement.format(table=table), values).fetchall()
            taken.append((time.perf_counter() - begun) * 1000)
        told(table, rows, f"{name}, median ms", median(taken))
        told(table, rows, f"{name}, p99 ms", percentile(taken, 0.99))


def partial(connection: Any, rows: int) -> None:
    """An index of what is public from a day on, beside the whole one."""
    begun = time.perf_counter()
    connection.execute(
        f"CREATE INDEX whole_public ON whole (subject_id, decided_on) WHERE {IS_PUBLIC}"
    )
    taken = time.perf_counter() - begun
    for name in ("whole_public", "whole_subject"):
        size = connection.execute("SELECT pg_relation_size(%s)", (name,)).fetchone()[0]
        told("whole", rows, f"index {name}, bytes a row of the table", size / rows)
    told("whole", rows, "index whole_public built, s", taken)
    connection.execute("DROP INDEX whole_public")


def copying(connection: Any, table: str, rows: int) -> None:
    begun, size = time.perf_counter(), 0
    with connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
        for piece in copy:
            size += len(piece)
    taken = time.perf_counter() - begun
    told(table, rows, "copied out, MB per second", size / taken / 1e6)
    told(table, rows, "copied out, s", taken)


def dropping(connection: Any, rows: int) -> None:
    """The oldest year goes: rows deleted one by one, or its partition put aside."""
    begun = time.perf_counter()
    connection.execute("DELETE FROM whole WHERE decided_on < '2020-01-01'")
    told("whole", rows, "oldest year deleted, s", time.perf_counter() - begun)
    begun = time.perf_counter()
    connection.execute("ALTER TABLE split DETACH PARTITION split_2019")
    told("split", rows, "oldest year put aside, s", time.perf_counter() - begun)
    connection.execute("DROP TABLE split_2019")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("rows", nargs="+", type=int)
    given = parser.parse_args()
    with server() as connection:
        for rows in given.rows:
            for table in ("whole", "split"):
                fill(connection, table, rows)
                sizes(connection, table, rows)
                queries(connection, table, rows)
                copying(connection, table, rows)
            partial(connection, rows)
            dropping(connection, rows)


if __name__ == "__main__":
    main()
