"""The operator's commands for keys and door codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from portal.badges import service
from portal.badges.models import DoorCode
from portal.core import db
from portal.core.db import session
from tests.factories import make_door_code, make_subject


class Operator:
    """Runs `portal …` and keeps what it printed."""

    def __init__(self, app: Flask) -> None:
        self.runner = app.test_cli_runner()

    def __call__(self, *words: Any, code: int = 0) -> str:
        result: Result = self.runner.invoke(args=["portal", *map(str, words)])
        assert result.exit_code == code, result.output
        return result.output


@pytest.fixture
def portal(app: Flask) -> Operator:
    return Operator(app)


@pytest.fixture
def door(app: Flask) -> str:
    return make_door_code(make_subject())


def test_a_subject_gets_a_door_code_and_its_address(portal: Operator) -> None:
    subject = make_subject()
    output = portal("door-codes", "issue", subject.code)
    id_ = output.strip().rpartition("/")[2]
    assert service.scan(id_).state == "valid"


def test_nothing_is_issued_when_one_subject_is_unknown(portal: Operator) -> None:
    subject = make_subject()
    output = portal("door-codes", "issue", subject.code, "9" * 18, code=1)
    assert "9" * 18 in output
    assert session.scalar(select(func.count()).select_from(DoorCode)) == 0


def test_a_code_is_replaced_and_revoked(portal: Operator, door: str) -> None:
    new = portal("door-codes", "replace", door).strip().rpartition(" ")[2]
    assert service.scan(door).replaced_by == new
    portal("door-codes", "revoke", new, "--reason", "店铺搬迁")
    assert service.scan(new).state == "revoked"


def test_what_does_not_exist_is_said_in_a_sentence(portal: Operator) -> None:
    assert "no door code" in portal("door-codes", "replace", "0000000000", code=1)
    assert "no key" in portal("keys", "revoke", "99", code=1)
    portal("door-codes", "revoke", "0000000000", code=2)


def test_reports_of_wrong_doors_are_listed(portal: Operator, door: str) -> None:
    service.report_wrong_door(door)
    db.session.commit()
    assert f"{door}  1 reports, last on 2026-11-20" in portal("door-codes", "reports")


def test_a_signed_code_is_verified_with_the_published_keys(
    portal: Operator, door: str, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": service.published_keys()}))
    address = f"HTTPS://HOST/Q/{service.token(door)}"
    assert door in portal("door-codes", "verify", address, "--keys", file)
    assert door in portal("door-codes", "verify", address)
    portal("keys", "revoke", service.published_keys()[0]["id"])
    assert "no code signed" in portal("door-codes", "verify", address, code=1)
    assert "no code signed" in portal("door-codes", "verify", "NOTHING", code=1)


def test_keys_are_made_and_listed(portal: Operator) -> None:
    assert len(portal("keys", "new").strip()) >= 32
    assert "in force" in portal("keys", "list")
    portal("keys", "revoke", service.published_keys()[0]["id"])
    assert "revoked 2026-11-20" in portal("keys", "list")


def test_content_is_checked(portal: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "areas: 109" in portal("check-content")
    from portal.core import content

    def broken() -> None:
        raise content.ContentError("content/law/terms.toml: key 'terms' is missing")

    monkeypatch.setattr("portal.core.terms.load", broken)
    assert "key 'terms' is missing" in portal("check-content", code=1)


def test_one_command_brings_the_schema_up_and_looks_after_the_city(own_app: Flask) -> None:
    make_subject()
    output = Operator(own_app)("migrate", "--with-demo")
    assert "schema: current" in output
    assert "nothing to do" in output
