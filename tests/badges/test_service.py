"""Issuing door codes, what a scan says, and reports of wrong doors."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.badges import rules, service
from portal.core import audit, db, keys
from portal.core.db import session
from portal.core.errors import Refused
from portal.subjects.models import Subject
from tests.conftest import Clock
from tests.factories import TODAY, make_door_code, make_record, make_subject

pytestmark = pytest.mark.usefixtures("app")


def test_a_new_code_is_valid_for_three_years() -> None:
    door = make_door_code(make_subject())
    scan = service.scan(door)
    assert (scan.state, scan.door_code.valid_until) == ("valid", date(2029, 11, 20))


def test_a_code_can_be_typed_with_look_alikes_and_hyphens() -> None:
    door = make_door_code(make_subject())
    typed = (door[:5] + "-" + door[5:]).lower().replace("0", "o").replace("1", "l")
    assert service.scan(typed).id == door


def test_a_code_expires_after_its_last_day(clock: Clock) -> None:
    door = make_door_code(make_subject())
    clock.set(date(2029, 11, 20))
    assert service.scan(door).state == "valid"
    clock.set(date(2029, 11, 21))
    assert service.scan(door).state == "expired"


def test_a_replaced_code_leads_to_the_new_one() -> None:
    old = make_door_code(make_subject())
    new = service.replace(old, actor="test")
    scan = service.scan(old)
    assert (scan.state, scan.replaced_by) == ("replaced", new)
    assert service.scan(new).state == "valid"


def test_a_revoked_code_says_why() -> None:
    door = make_door_code(make_subject())
    service.revoke(door, reason="店铺搬迁", actor="test")
    scan = service.scan(door)
    assert (scan.state, scan.door_code.revoked_reason) == ("revoked", "店铺搬迁")


@pytest.mark.parametrize("verb", [service.replace, service.revoke])
def test_what_was_never_issued_cannot_be_changed(verb: object) -> None:
    arguments = {"reason": "x"} if verb is service.revoke else {}
    with pytest.raises(Refused, match="no_such_door_code"):
        verb("0000000000", actor="test", **arguments)  # type: ignore[operator]


def test_a_scan_shows_licence_inspection_and_how_many_adverse_records() -> None:
    subject = make_subject(signs=("老张牛肉汤",))
    make_record(subject, kind="licence", title="食品经营许可证", record_class=None)
    make_record(subject, kind="inspection", title="日常检查合格", record_class=None)
    make_record(subject)
    make_record(subject, record_class="minor")
    scan = service.scan(make_door_code(subject))
    assert scan.licence.title == "食品经营许可证"
    assert scan.inspection.title == "日常检查合格"
    assert (scan.adverse, scan.sign) == (1, "老张牛肉汤")


def test_an_unknown_code_says_nothing_of_any_subject() -> None:
    scan = service.scan("ABCDEFGHJK")
    assert (scan.state, scan.subject) == ("unknown", None)


def test_only_a_code_that_is_valid_today_is_current() -> None:
    subject = make_subject()
    current = select(service.CURRENT_CODE).where(Subject.id == subject.id).params(today=TODAY)
    assert session.scalar(current) is None
    door = make_door_code(subject)
    assert session.scalar(current) == door
    service.revoke(door, reason="x", actor="test")
    assert session.scalar(current) is None


def test_a_signed_code_is_recognised_and_a_forged_one_is_unknown() -> None:
    door = make_door_code(make_subject())
    token = service.token(door)
    assert (service.scan(token).state, service.scan(token).is_signed) == ("valid", True)
    forged = rules.sign(rules.read(token), keys.private_key("another secret"))  # type: ignore[arg-type]
    assert service.scan(forged).state == "unknown"


def test_a_token_signed_with_a_revoked_or_unknown_key_is_unknown() -> None:
    door = make_door_code(make_subject())
    token = service.token(door)
    service.revoke_key(service.register_key(), actor="test")
    assert service.scan(token).state == "unknown"
    with pytest.raises(Refused, match="no_such_key"):
        service.revoke_key(99, actor="test")


def test_a_key_is_published_once(app: Flask) -> None:
    first = service.register_key()
    assert service.register_key() == first
    keys.start("another secret, long enough for anyone", app.instance_path)  # type: ignore[arg-type]
    try:
        assert service.register_key() != first
    finally:
        keys.start(app.config["PORTAL"].qr_key, app.instance_path)  # type: ignore[arg-type]
    assert len(service.signing_keys()) == 2


def test_reports_of_a_wrong_door_are_counted_by_day_and_name_nobody(clock: Clock) -> None:
    door = make_door_code(make_subject())
    assert service.report_wrong_door(door) == door
    assert service.report_wrong_door(door) == door
    clock.move(days=1)
    service.report_wrong_door(door)
    (row,) = service.wrong_door_reports()
    assert (row.door_code_id, row.total) == (door, 3)
    events = db.session.query(audit.Event).filter_by(action="badges.report_wrong_door").all()
    assert {event.actor for event in events} == {"anyone"}


def test_a_sheet_is_printed_only_for_a_valid_code() -> None:
    door = make_door_code(make_subject(signs=("老张牛肉汤",)))
    sheet = service.sheet(door, "https://credit.example")
    assert sheet is not None
    assert sheet.address_of_code == f"HTTPS://CREDIT.EXAMPLE/Q/{door}"
    assert sheet.number == f"{door[:5]}-{door[5:]}"
    service.revoke(door, reason="x", actor="test")
    assert service.sheet(door, "https://credit.example") is None
    assert service.sheet("nothing", "https://credit.example") is None


def test_issuing_to_nobody_issues_nothing() -> None:
    assert service.issue([], actor="test") == []
