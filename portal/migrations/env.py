"""What Alembic needs to know of this portal."""

from alembic import context

import portal.models  # noqa: F401
from portal.core.db import Base

NAME_INDEX_PREFIX = "name_index"


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    # SQLite's full-text tables belong to their virtual table, not to the models.
    return not (kind == "table" and name is not None and name.startswith(NAME_INDEX_PREFIX))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=include_name,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
