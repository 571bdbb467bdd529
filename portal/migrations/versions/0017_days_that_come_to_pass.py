"""Days of publication are indexed only where they come after the record was stored.

The version before reads what changed since a day more slowly until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# The day on which a record was stored or altered, as each database can index it.
STORED_ON = {
    "sqlite": "substr(updated_at, 1, 10)",
    "postgresql": "(updated_at AT TIME ZONE 'UTC')::date",
}


def upgrade() -> None:
    for name, day in (("begins", "public_from"), ("ends", "public_until")):
        later = {
            f"{dialect}_where": sa.text(f"{day} > {stored}")
            for dialect, stored in STORED_ON.items()
        }
        op.create_index(f"ix_record_{name}_later", "record", [day], **later)
        op.drop_index(f"ix_record_{day}", table_name="record")


def downgrade() -> None:
    for name, day in (("begins", "public_from"), ("ends", "public_until")):
        op.create_index(f"ix_record_{day}", "record", [day])
        op.drop_index(f"ix_record_{name}_later", table_name="record")
