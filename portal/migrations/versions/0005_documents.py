"""Sealed documents, the keys that verify them, and who may see which report."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("failure", sa.String(length=20), nullable=False),
        sa.Column("ready_at", UTCDateTime(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("unsealed_sha256", sa.String(length=64), nullable=False),
        sa.Column("superseded_by", BIG, nullable=True),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("superseded_reason", sa.String(length=200), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_document_subject_id_subject")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["document.id"], name=op.f("fk_document_superseded_by_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", name=op.f("uq_document_code")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
    )
    op.create_index("ix_document_account", "document", ["account_id", "issued_at"], unique=False)
    op.create_index("ix_document_sha256", "document", ["sha256"], unique=False)
    op.create_index("ix_document_subject", "document", ["subject_id", "issued_at"], unique=False)
    op.create_table(
        "published_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_key")),
        sa.UniqueConstraint("kind", "fingerprint", name=op.f("uq_published_key_kind_fingerprint")),
    )
    _reports()


def _reports() -> None:
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
    op.drop_table("published_key")
    op.drop_table("document")
