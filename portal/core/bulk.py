"""Many rows at once, on both databases: reserved ids, COPY or executemany."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    String,
    Table,
    any_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import DropTable
from sqlalchemy.types import TypeEngine

from portal.core.db import Base, is_sqlite, session, to_json
from portal.core.remember import Remembered

# Days and instants as each driver takes them.
_KNOWN: dict[tuple[type, str], Remembered[Any, Any]] = {}

FIRST_LOOK = 2000
MANY = 100


class IdBlock(Base):
    """The next free id of a table; reserving a block also makes writers of that table queue."""

    __tablename__ = "id_block"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next: Mapped[int] = mapped_column(BigInteger)


def reserve(table: str, count: int) -> int:
    """Take `count` ids of a table that has a block for this transaction; returns the first."""
    following = session.execute(
        update(IdBlock)
        .where(IdBlock.name == table)
        .values(next=IdBlock.next + count)
        .returning(IdBlock.next)
    ).scalar_one()
    return following - count


def following(table: str) -> int:
    """The next free id of a table that has a block, for whoever takes none yet."""
    return session.scalars(select(IdBlock.next).where(IdBlock.name == table)).one()


class Waiting:
    """Rows that wait in a table of this connection alone, which takes no lock that others need."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.is_used = False

    def add(self, columns: Mapping[str, Sequence[Any]], *, utf8: Collection[str] = ()) -> None:
        """Add rows given column by column; those of columns that are left out are empty."""
        if not self.is_used:
            # Left by a file that was given up on.
            self.drop()
            self.table.create(session.connection())
            self.is_used = True
        insert_columns(self.table, columns, utf8=utf8)

    def drop(self) -> None:
        """Forget them."""
        session.execute(DropTable(self.table, if_exists=True))
        self.is_used = False


def among(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column is one of thousands of values, which are sent as one."""
    if is_sqlite():
        told = func.json_each(to_json(list(values))).table_valued("value")
        return cast(ColumnElement[bool], column.in_(select(told.c.value)))
    return cast(ColumnElement[bool], column == any_(literal(values, ARRAY(column.type))))


def insert(table: Any, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as tuples in the order of `columns`; every column must be named."""
    if rows:
        insert_columns(table, dict(zip(columns, zip(*rows, strict=True), strict=True)))


def insert_columns(
    table: Any, columns: Mapping[str, Sequence[Any]], *, utf8: Collection[str] = ()
) -> None:
    """Insert rows given column by column, which costs a third of going row by row.

    The cells of the columns named in `utf8` are text in UTF-8, which SQLite keeps as it comes.
    """
    target: Table = table.__table__ if hasattr(table, "__table__") else table
    connection = session.connection()
    # A column that is empty in every row need not be sent.
    given = {name: cells for name, cells in columns.items() if not _are_none(cells)}
    converted = [
        cells if name in utf8 else _converted(target.c[name].type, cells, connection.dialect)
        for name, cells in given.items()
    ]
    driver: Any = connection.connection.driver_connection
    if is_sqlite():
        _insert_into_sqlite(driver, target.name, dict(zip(given, converted, strict=True)), utf8)
        return
    converted = [
        list(map(bytes.decode, cells)) if name in utf8 else cells
        for name, cells in zip(given, converted, strict=True)
    ]
    statement = f"COPY {target.name} ({', '.join(given)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*converted, strict=True):
            copy.write_row(row)
    _refresh_statistics(connection, target.name, len(next(iter(columns.values()))))


def _insert_into_sqlite(
    driver: Any, table: str, columns: Mapping[str, Sequence[Any]], utf8: Collection[str]
) -> None:
    """What many rows have in common is said once in the statement: every parameter costs."""
    common = {name: cells[0] for name, cells in columns.items() if _is_common(cells)}
    marks = dict.fromkeys(columns, "?")
    if common:
        asked = ", ".join(["quote(?)"] * len(common))
        quoted = driver.execute(f"SELECT {asked}", tuple(common.values())).fetchone()
        marks |= zip(common, quoted, strict=True)
    marks |= {name: f"CAST({marks[name]} AS TEXT)" for name in utf8}
    different = [cells for name, cells in columns.items() if name not in common]
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(marks.values())})"  # noqa: S608
    driver.executemany(statement, zip(*different, strict=True))


def _are_none(cells: Sequence[Any]) -> bool:
    return cells[0] is None and cells.count(None) == len(cells)


def _is_common(cells: Sequence[Any]) -> bool:
    if len(cells) < MANY or cells[0] != cells[-1] or isinstance(cells, range):
        return False
    # SQLite quotes a text only as far as a NUL in it.
    return cells.count(cells[0]) == len(cells) and "\0" not in str(cells[0])


def _refresh_statistics(connection: Connection, table: str, added: int) -> None:
    """Let PostgreSQL look anew at a table to which four times as many rows were added.

    It would otherwise keep the plans that it made for an almost empty table and read all of it
    at every look-up; autovacuum sees nothing of a transaction before its commit.
    """
    looks = connection.info.setdefault("looks", {})
    so_far, next_look = looks.get(table, (0, FIRST_LOOK))
    so_far += added
    if so_far >= next_look:
        connection.exec_driver_sql(f"ANALYZE {table}")
        next_look = 4 * so_far
    looks[table] = (so_far, next_look)


def _converted(kind: TypeEngine[Any], cells: Sequence[Any], dialect: Any) -> Sequence[Any]:
    """The cells of one column as the driver takes them; its days and instants repeat."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return cells
    if isinstance(kind, JSON):
        return list(map(convert, cells))
    known = _KNOWN.setdefault((type(kind), dialect.name), Remembered(convert))
    return [None if cell is None else known[cell] for cell in cells]
