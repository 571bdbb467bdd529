"""Scenarios, their facts and grades, and which subjects' records changed."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grade_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("points_before", sa.Integer(), nullable=False),
        sa.Column("points_after", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_grade_change_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_change")),
    )
    op.create_index(
        "ix_grade_change_subject_scenario", "grade_change", ["subject_id", "scenario"], unique=False
    )
    op.create_table(
        "record_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_record_change_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_change")),
    )
    op.create_index(
        op.f("ix_record_change_subject_id"), "record_change", ["subject_id"], unique=False
    )
    op.create_table(
        "scenario_fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source_unit", sa.String(length=200), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_scenario_fact_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_fact")),
        sa.UniqueConstraint(
            "subject_id",
            "scenario",
            "key",
            "from_on",
            name=op.f("uq_scenario_fact_subject_id_scenario_key_from_on"),
        ),
    )
    op.create_table(
        "scenario_listing",
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source_unit", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_scenario_listing_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("scenario", "subject_id", name=op.f("pk_scenario_listing")),
    )
    op.create_index(
        op.f("ix_scenario_listing_subject_id"), "scenario_listing", ["subject_id"], unique=False
    )
    op.create_table(
        "stored_grade",
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_stored_grade_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("scenario", "subject_id", name=op.f("pk_stored_grade")),
    )
    op.create_index(
        "ix_stored_grade_scenario_changes_on",
        "stored_grade",
        ["scenario", "changes_on"],
        unique=False,
    )
    op.create_index(
        "ix_stored_grade_scenario_grade", "stored_grade", ["scenario", "grade"], unique=False
    )
    op.create_index(
        op.f("ix_stored_grade_subject_id"), "stored_grade", ["subject_id"], unique=False
    )


def downgrade() -> None:

    op.drop_index(op.f("ix_stored_grade_subject_id"), table_name="stored_grade")
    op.drop_index("ix_stored_grade_scenario_grade", table_name="stored_grade")
    op.drop_index("ix_stored_grade_scenario_changes_on", table_name="stored_grade")
    op.drop_table("stored_grade")
    op.drop_index(op.f("ix_scenario_listing_subject_id"), table_name="scenario_listing")
    op.drop_table("scenario_listing")
    op.drop_table("scenario_fact")
    op.drop_index(op.f("ix_record_change_subject_id"), table_name="record_change")
    op.drop_table("record_change")
    op.drop_index("ix_grade_change_subject_scenario", table_name="grade_change")
    op.drop_table("grade_change")
