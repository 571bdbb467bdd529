"""Days of publication are indexed only where they come after the record was stored.

The version before reads what changed since a day more slowly until it is replaced.
"""

from alembic import op

from portal.records.models import afterwards

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, day in (("begins", "public_from"), ("ends", "public_until")):
        op.create_index(f"ix_record_{name}_later", "record", [day], **afterwards(day))
        op.drop_index(f"ix_record_{day}", table_name="record")


def downgrade() -> None:
    for name, day in (("begins", "public_from"), ("ends", "public_until")):
        op.create_index(f"ix_record_{day}", "record", [day])
        op.drop_index(f"ix_record_{name}_later", table_name="record")
