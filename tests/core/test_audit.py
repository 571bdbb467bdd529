"""The audit trail: nothing is changed or taken away without being found."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.core import audit, db


def say(count: int = 1) -> None:
    for number in range(count):
        audit.record("test.act", "thing", number, "somebody", old=None, new={"字": number})
    db.session.flush()


def break_append_only(statement: str) -> None:
    """Do what only somebody with the database's own rights can: past the guard."""
    if db.is_sqlite():
        for verb in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER audit_event_no_{verb}"))
    else:
        db.session.execute(text("DROP TRIGGER audit_event_append_only ON audit_event"))
    db.session.execute(text(statement))
    db.session.expire_all()


@pytest.mark.usefixtures("app")
def test_events_are_sealed_in_batches_that_continue_one_another() -> None:
    say(3)
    assert audit.seal() == 3
    say(2)
    assert audit.seal() == 2
    assert audit.seal() == 0
    result = audit.verify()
    assert (result.problems, result.sealed, result.unsealed) == ((), 5, 0)
    assert result.head != audit.GENESIS


@pytest.mark.usefixtures("app")
def test_the_tail_not_yet_sealed_is_counted() -> None:
    say(2)
    assert audit.verify().unsealed == 2


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"]
)
def test_the_database_refuses_to_change_the_trail(statement: str) -> None:
    say()
    db.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_event SET actor = 'another'", "an event was altered"),
        ("DELETE FROM audit_event WHERE thing_id = '1'", "covers 3 events, 2 are there"),
        ("UPDATE audit_seal SET root = 'x'", "an event was altered"),
        (
            "UPDATE audit_seal SET previous = 'x' WHERE id = (SELECT max(id) FROM audit_seal)",
            "does not continue",
        ),
        (
            "UPDATE audit_seal SET hash = 'x' WHERE id = (SELECT min(id) FROM audit_seal)",
            "its own hash does not fit",
        ),
    ],
)
@pytest.mark.usefixtures("app")
def test_every_change_past_the_guard_is_found(statement: str, problem: str) -> None:
    say(3)
    audit.seal()
    say(3)
    audit.seal()
    break_append_only(statement)
    assert any(problem in found for found in audit.verify().problems)


def test_the_commands_seal_and_verify(own_app: Flask) -> None:
    say(3)
    db.session.commit()
    run = own_app.test_cli_runner().invoke
    assert run(args=["portal", "work", "--once"]).exit_code == 0
    result = run(args=["portal", "verify-audit"])
    assert result.exit_code == 0
    assert "not yet sealed: 0" in result.output
    break_append_only("UPDATE audit_event SET actor = 'another'")
    db.session.commit()
    assert run(args=["portal", "verify-audit"]).exit_code == 1
