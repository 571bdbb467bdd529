"""Which sealed document is the report of a month."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "month_report",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "document_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_month_report_document_id_document")
        ),
        sa.PrimaryKeyConstraint("month", "language", name=op.f("pk_month_report")),
    )


def downgrade() -> None:
    op.drop_table("month_report")
