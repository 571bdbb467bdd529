"""Which records are in repair."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_in_repair",
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_in_repair_record_id_record")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_in_repair")),
    )


def downgrade() -> None:
    op.drop_table("record_in_repair")
