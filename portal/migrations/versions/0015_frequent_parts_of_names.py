"""Names cut into parts from every place, and the first names of frequent parts."""

import sqlalchemy as sa
from alembic import op

from portal.subjects.rules.names import NameColumns
from portal.subjects.service import register

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
        register.index_names(
            connection,
            [
                (rank, register.tokens(NameColumns(*columns), area_code, kind))
                for rank, *columns, area_code, kind in some
            ],
        )


def downgrade() -> None:
    raise NotImplementedError("the names would have to be indexed by rules that are gone")
