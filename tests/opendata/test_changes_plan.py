"""What changed since a day is read by indexes, also among very many records."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from portal.core import db
from portal.opendata.service.changes import _changed
from tests.factories import TODAY, make_record, make_subject

# A database of its own: what others counted in the one that tests share would change the plan.
pytestmark = pytest.mark.usefixtures("own_app")


def plan() -> str:
    connection = db.session.connection()
    asked = _changed(TODAY - timedelta(days=7), TODAY).params(today=TODAY)
    compiled: Any = asked.compile(connection, compile_kwargs={"literal_binds": True})
    if db.is_sqlite():
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return "\n".join(row.detail for row in rows)
    # With so few records PostgreSQL would rather read them all.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN {compiled}").scalars())


def test_each_of_the_three_ways_to_change_is_read_by_its_index() -> None:
    make_record(make_subject())
    told = plan()
    for index in ("ix_record_updated_at", "ix_record_begins_later", "ix_record_ends_later"):
        assert index in told
