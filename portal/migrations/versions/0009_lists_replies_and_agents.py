"""Lines of lists that can be paged and counted, replies to grades, property agents."""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ORDERED = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
LINE = (
    ("is_listed", sa.Boolean()),
    ("name", ORDERED),
    ("names", sa.String(length=1000)),
    ("area_code", sa.String(length=12)),
    ("licence", sa.String(length=8)),
    ("titles", sa.String(length=120)),
)
INDEXES = {
    "ix_stored_grade_name": ["scenario", "name", "subject_id"],
    "ix_stored_grade_grade": ["scenario", "grade", "name", "subject_id"],
    "ix_stored_grade_area": ["scenario", "area_code", "name", "subject_id"],
    "ix_stored_grade_titles": ["scenario", "titles"],
    "ix_stored_grade_rule_version": ["scenario", "rule_version"],
}


def upgrade() -> None:
    # Stored grades can be computed anew from facts at any time; `portal recompute --all` does.
    op.execute("DELETE FROM stored_grade")
    op.drop_index("ix_stored_grade_scenario_grade", table_name="stored_grade")
    with op.batch_alter_table("stored_grade") as table:
        for name, kind in LINE:
            table.add_column(sa.Column(name, kind, nullable=False))
    for name, columns in INDEXES.items():
        op.create_index(name, "stored_grade", columns, unique=False)
    op.create_table(
        "listing_count",
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("licence", sa.String(length=8), nullable=False),
        sa.Column("titles", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "scenario", "area_code", "grade", "licence", "titles", name=op.f("pk_listing_count")
        ),
    )
    op.bulk_insert(
        sa.table("id_block", sa.column("name"), sa.column("next")),
        [{"name": "stored_grade", "next": 1}],
    )
    _replies()
    _agents()


def _replies() -> None:
    op.create_table(
        "reply",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_reply_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index("ix_reply_subject_scenario", "reply", ["subject_id", "scenario"], unique=False)
    op.create_index("ix_reply_state", "reply", ["state", "id"], unique=False)


def _agents() -> None:
    op.create_table(
        "agent",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("agent_class", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("commendations", sa.String(length=300), nullable=False),
        sa.Column("source_unit", sa.String(length=200), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agent")),
    )
    op.create_table(
        "agent_post",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("subject_id", ID, autoincrement=False, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"], ["agent.number"], name=op.f("fk_agent_post_number_agent")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_agent_post_subject_id_subject")
        ),
        sa.PrimaryKeyConstraint("number", "subject_id", "from_on", name=op.f("pk_agent_post")),
    )
    op.create_index(op.f("ix_agent_post_subject_id"), "agent_post", ["subject_id"], unique=False)
    op.create_table(
        "agent_sanction",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=128), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("public_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["agent.number"], name=op.f("fk_agent_sanction_number_agent")
        ),
        sa.PrimaryKeyConstraint("number", "document", name=op.f("pk_agent_sanction")),
    )


def downgrade() -> None:
    op.drop_table("agent_sanction")
    op.drop_index(op.f("ix_agent_post_subject_id"), table_name="agent_post")
    op.drop_table("agent_post")
    op.drop_table("agent")
    op.drop_index("ix_reply_state", table_name="reply")
    op.drop_index("ix_reply_subject_scenario", table_name="reply")
    op.drop_table("reply")
    op.execute("DELETE FROM id_block WHERE name = 'stored_grade'")
    op.drop_table("listing_count")
    for name in INDEXES:
        op.drop_index(name, table_name="stored_grade")
    with op.batch_alter_table("stored_grade") as table:
        for name, _kind in LINE:
            table.drop_column(name)
    op.create_index(
        "ix_stored_grade_scenario_grade", "stored_grade", ["scenario", "grade"], unique=False
    )
