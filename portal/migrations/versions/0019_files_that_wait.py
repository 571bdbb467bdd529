"""Large files that were handed in and wait for a worker."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "handed_file",
        sa.Column("id", number, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("handed_at", UTCDateTime(), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("batch_id", number, nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_handed_file_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_file")),
    )


def downgrade() -> None:
    op.drop_table("handed_file")
