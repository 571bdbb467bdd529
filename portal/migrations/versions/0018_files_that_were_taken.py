"""Where the records of a file lie, so that the same file is passed over when it comes again."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_file",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_record", sa.BigInteger(), nullable=False),
        sa.Column("next_record", sa.BigInteger(), nullable=False),
        sa.Column("noticed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_taken_file_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_taken_file")),
    )
    op.create_index(op.f("ix_taken_file_digest"), "taken_file", ["digest"], unique=False)


def downgrade() -> None:
    op.drop_table("taken_file")
