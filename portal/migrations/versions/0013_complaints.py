"""Concerns, who spoke, promises of the government, and figures of each unit."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "government_promise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_slug", sa.String(length=60), nullable=False),
        sa.Column("area_code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("counterpart", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source_unit", sa.String(length=100), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_government_promise")),
        sa.UniqueConstraint(
            "body_slug", "number", name=op.f("uq_government_promise_body_slug_number")
        ),
    )
    op.create_index(
        op.f("ix_government_promise_body_slug"), "government_promise", ["body_slug"], unique=False
    )
    op.create_table(
        "published_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_event")),
    )
    op.create_index(op.f("ix_published_event_day"), "published_event", ["day"], unique=False)
    op.create_index(op.f("ix_published_event_unit"), "published_event", ["unit"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sort", sa.String(length=12), nullable=False),
        sa.Column("matter", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=16), nullable=False),
        sa.Column(
            "about_subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("further", sa.JSON(), nullable=False),
        sa.Column("protection", sa.String(length=12), nullable=False),
        sa.Column("held_because", sa.String(length=12), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("is_assigned", sa.Boolean(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("extract", sa.Text(), nullable=False),
        sa.Column("extract_at", UTCDateTime(), nullable=True),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column(
            "promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("mark", sa.String(length=1), nullable=False),
        sa.Column("mark_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_subject_id"], ["subject.id"], name=op.f("fk_complaint_about_subject_id_subject")
        ),
        sa.ForeignKeyConstraint(["id"], ["cases.id"], name=op.f("fk_complaint_id_cases")),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["government_promise.id"],
            name=op.f("fk_complaint_promise_id_government_promise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_table(
        "complaint_identity",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_complaint_identity_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_complaint_identity")),
    )
    op.add_column(
        "case_deadline",
        sa.Column("holder", sa.String(length=80), nullable=False, server_default=""),
    )
    op.add_column(
        "case_event", sa.Column("unit", sa.String(length=80), nullable=False, server_default="")
    )
    op.add_column(
        "cases", sa.Column("unit_area", sa.String(length=16), nullable=False, server_default="")
    )
    op.add_column(
        "cases", sa.Column("about_area", sa.String(length=16), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE case_event SET unit = "
        "(SELECT body_slug FROM cases WHERE cases.id = case_event.case_id)"
    )
    op.execute(
        "UPDATE case_deadline SET holder = "
        "(SELECT body_slug FROM cases WHERE cases.id = case_deadline.case_id)"
    )


def downgrade() -> None:
    op.drop_column("cases", "about_area")
    op.drop_column("cases", "unit_area")
    op.drop_column("case_event", "unit")
    op.drop_column("case_deadline", "holder")
    op.drop_table("complaint_identity")
    op.drop_table("complaint")
    op.drop_index(op.f("ix_published_event_unit"), table_name="published_event")
    op.drop_index(op.f("ix_published_event_day"), table_name="published_event")
    op.drop_table("published_event")
    op.drop_index(op.f("ix_government_promise_body_slug"), table_name="government_promise")
    op.drop_table("government_promise")
