"""Names cut into parts from every place, and the first names of frequent parts."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAMES = sa.text(
    "SELECT n.rank, n.normalised, n.initials, n.pinyin, s.area_code, s.kind "
    "FROM subject_name n JOIN subject s ON s.id = n.subject_id"
)


def upgrade() -> None:
    op.create_table(
        "frequent_part",
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_frequent_part")),
    )
    op.create_table(
        "name_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("build", sa.String(length=16), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_count")),
    )
    op.execute(
        "INSERT INTO name_count (id, build, names, added, removed) "
        "SELECT 1, '', 0, count(*), 0 FROM subject_name"
    )
    op.drop_index("ix_subject_name_normalised", table_name="subject_name")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO name_index (name_index) VALUES ('delete-all')")
        _index()
    else:
        op.execute('ALTER TABLE subject_name ALTER normalised TYPE varchar(200) COLLATE "default"')
        op.execute("DROP INDEX ix_name_index_tokens")
        op.execute("TRUNCATE name_index")
        _index()
        op.execute("CREATE INDEX ix_name_index_tokens ON name_index USING gin (tokens)")


def _index() -> None:
    """Index every name anew, which takes two minutes for a million."""
    connection = op.get_bind()
    rows = connection.execute(NAMES.execution_options(yield_per=5000))
    for some in rows.partitions():
        _write(connection, [(rank, [*_tokens(*columns)]) for rank, *columns in some])


def _write(connection: Connection, rows: list[tuple[int, list[str]]]) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(
            "INSERT INTO name_index (rowid, tokens) VALUES (?, ?)",
            ((rank, " ".join(tokens)) for rank, tokens in rows),
        )
        return
    with (
        driver.cursor() as cursor,
        cursor.copy("COPY name_index (rank, tokens) FROM STDIN") as copy,
    ):
        for rank, tokens in rows:
            copy.write_row((rank, " ".join(f"'{token}'" for token in tokens)))


def _tokens(
    written: str, initials: str, pinyin: str, area_code: str | None, kind: str
) -> Iterator[str]:
    """The parts of a name from every place, the pairs it is written in, its county and kind."""
    yield from {
        "‹" + written[:8],
        *(written[place : place + 8] for place in range(len(written))),
        *("ⁱ" + initials[place : place + 8] for place in range(len(initials) - 1)),
        *("ᵖ" + pinyin[place : place + 8] for place in range(len(pinyin) - 2)),
        *(written[place : place + 2] for place in range(len(written) - 1)),
    }
    if area_code:
        county = area_code[:6] if area_code[:1].isdigit() else area_code
        yield _narrowing("county" + county)
    yield _narrowing("kind" + kind)


def _narrowing(token: str) -> str:
    return "§" + "".join(filter(str.isalnum, token)).lower()


def downgrade() -> None:
    raise NotImplementedError("the names would have to be indexed by rules that are gone")
