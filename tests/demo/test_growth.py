"""Filling an empty database in one transaction does not leave PostgreSQL with plans for nothing."""

from flask import Flask
from sqlalchemy import text

from portal.core import bulk, db
from portal.demo import service


def test_statistics_follow_a_table_that_grows_within_one_transaction(own_app: Flask) -> None:
    with own_app.app_context():
        service.build(bulk.FIRST_LOOK, seed=1, progress=lambda _more: None)
        if not db.is_sqlite():
            told = db.session.scalar(
                text("SELECT reltuples FROM pg_class WHERE relname = 'subject'")
            )
            assert told == bulk.FIRST_LOOK
        db.session.rollback()
        assert service.is_empty()
