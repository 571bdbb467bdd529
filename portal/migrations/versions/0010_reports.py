"""Who may see which report, and who looked up whom."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_share",
        sa.Column("id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_report_share_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_report_share_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_share")),
        sa.UniqueConstraint("digest", name=op.f("uq_report_share_digest")),
    )
    op.create_index(op.f("ix_report_share_document_id"), "report_share", ["document_id"])
    op.create_table(
        "report_grant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("grantee_contact", sa.String(length=200), nullable=True),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("product", sa.String(length=16), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("uses_allowed", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_report_grant_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_report_grant_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_grant")),
        sa.UniqueConstraint("digest", name=op.f("uq_report_grant_digest")),
    )
    op.create_index(op.f("ix_report_grant_grantee_contact"), "report_grant", ["grantee_contact"])
    op.create_index(op.f("ix_report_grant_subject_id"), "report_grant", ["subject_id"])
    op.create_table(
        "report_opening",
        sa.Column("id", BIG, nullable=False),
        sa.Column("share_id", BIG, nullable=True),
        sa.Column("grant_id", BIG, nullable=True),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_report_opening_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["report_grant.id"], name=op.f("fk_report_opening_grant_id_report_grant")
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["report_share.id"], name=op.f("fk_report_opening_share_id_report_share")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_opening")),
        sa.UniqueConstraint("digest", name=op.f("uq_report_opening_digest")),
    )
    op.create_index(op.f("ix_report_opening_grant_id"), "report_opening", ["grant_id"])
    op.create_index(op.f("ix_report_opening_share_id"), "report_opening", ["share_id"])
    op.create_table(
        "look_up",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_look_up_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_look_up_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_look_up_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_up")),
    )
    op.create_index("ix_look_up_subject_at", "look_up", ["subject_id", "at"])


def downgrade() -> None:
    for table in ("look_up", "report_opening", "report_grant", "report_share"):
        op.drop_table(table)
