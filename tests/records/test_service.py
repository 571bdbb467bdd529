"""Storing records, and what the public may read of them on a day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.core import audit, db, revision
from portal.core.errors import Refused
from portal.records import service
from portal.records.models import RecordOriginal
from portal.records.service import storing
from tests.factories import PENALTY, TODAY, make_record, make_subject

pytestmark = pytest.mark.usefixtures("app")


def public(subject_id: int, day: date = TODAY) -> list[str]:
    return [row.title for row in service.public_page(subject_id, day)]


def test_a_record_is_stored_once_and_counted_as_unchanged_after() -> None:
    row = PENALTY._replace(subject_code=make_subject().code)
    assert service.store([row]) == service.Counts(added=1)
    assert service.store([row]) == service.Counts(unchanged=1)


def test_many_records_are_stored_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "CHUNK", 2)
    code = make_subject().code
    rows = [PENALTY._replace(subject_code=code, number=str(number)) for number in range(5)]
    assert service.store(rows) == service.Counts(added=5)
    assert service.store([*rows, *rows]) == service.Counts(unchanged=10)
    assert service.store([]) == service.Counts()


def test_what_is_stored_exactly_so_is_known() -> None:
    row = PENALTY._replace(subject_code=make_subject().code)
    other = row._replace(title="另一标题")
    ready, ready_other = (service.ready_rows([each], TODAY) for each in (row, other))
    assert not service.Storing().is_taken(ready)
    service.store([row])
    assert service.Storing().is_taken(ready)
    assert not service.Storing().is_taken(ready_other)


def test_a_row_that_moved_inside_its_file_is_unchanged() -> None:
    row = PENALTY._replace(subject_code=make_subject().code, row_number=2)
    service.store([row])
    assert service.store([row._replace(row_number=9)]) == service.Counts(unchanged=1)


def test_a_changed_record_is_updated_with_its_original() -> None:
    row = PENALTY._replace(subject_code=make_subject().code, original='{"a": 1}')
    service.store([row])
    counts = service.store([row._replace(title="改过的标题", original='{"a": 2}')])
    assert counts == service.Counts(changed=1)
    assert db.session.scalars(select(RecordOriginal.row)).all() == ['{"a": 2}']


def test_a_record_of_a_subject_not_on_file_is_counted_as_a_stranger() -> None:
    stranger = PENALTY._replace(subject_code="92340499MA0000000X")
    assert service.store([stranger]) == service.Counts(strangers=[stranger])


def test_storing_bumps_the_version_of_public_data() -> None:
    subject = make_subject()
    before = revision.current()
    make_record(subject)
    assert revision.current() > before


def test_free_text_is_masked_when_stored_and_kept_verbatim_apart() -> None:
    subject = make_subject()
    record = make_record(
        subject,
        title="电话13912345678",
        summary="经营者身份证340403199001011234",
        details=(("备注", "请拨13912345678"),),
        original="13912345678",
    )
    assert "139" not in record.title + record.summary + record.details[0][1]
    assert db.session.scalars(select(RecordOriginal.row)).all() == ["13912345678"]


def test_a_general_penalty_is_public_for_a_year_and_gone_at_midnight() -> None:
    subject = make_subject()
    make_record(subject, decided_on=date(2025, 11, 21), title="将要到期", record_class="general")
    assert public(subject.id, date(2026, 11, 20)) == ["将要到期"]
    assert public(subject.id, date(2026, 11, 21)) == []


def test_a_minor_penalty_is_not_public_unless_its_authority_says_so() -> None:
    subject = make_subject()
    make_record(subject, record_class="minor", title="轻微", decided_on=date(2026, 10, 1))
    make_record(
        subject,
        record_class="minor",
        title="确有必要",
        decided_on=date(2026, 10, 1),
        override_authority="虚构县市场监督管理局",
        override_reason="社会关注",
        override_until=date(2026, 12, 1),
    )
    assert public(subject.id) == ["确有必要"]
    assert public(subject.id, date(2026, 12, 1)) == []


def test_a_repaired_record_is_gone_from_that_day_and_leaves_a_trail_for_auditors() -> None:
    subject = make_subject()
    record = make_record(subject)
    version = revision.current()
    service.repair(record.id, on=TODAY, actor="desk")
    assert public(subject.id) == []
    assert service.public_counts(subject.id, TODAY) == {}
    assert revision.current() == version + 1
    event = db.session.query(audit.Event).filter_by(action="records.repair").one()
    assert (event.thing_id, event.actor) == (str(record.id), "desk")


def test_a_withdrawn_record_is_gone_and_its_reason_kept() -> None:
    subject = make_subject()
    record = make_record(subject)
    service.withdraw(record.id, on=TODAY, reason="复议撤销", actor="desk")
    assert public(subject.id) == []
    event = db.session.query(audit.Event).filter_by(action="records.withdraw").one()
    assert event.data["reason"] == "复议撤销"


def test_ending_a_record_later_than_its_period_does_not_lengthen_it() -> None:
    subject = make_subject()
    record = make_record(subject, decided_on=date(2025, 11, 21))
    service.repair(record.id, on=date(2026, 12, 24), actor="desk")
    assert public(subject.id, date(2026, 11, 21)) == []


def test_what_is_not_on_file_cannot_be_ended() -> None:
    with pytest.raises(Refused, match="no_such_record"):
        service.repair(404, on=TODAY, actor="desk")


def test_records_come_newest_first_by_kind_and_page() -> None:
    subject = make_subject()
    for days in range(25):
        make_record(
            subject,
            kind="licence",
            record_class=None,
            title=f"许可{days}",
            decided_on=TODAY - timedelta(days),
        )
    make_record(subject, title="处罚", decided_on=TODAY)
    assert service.public_counts(subject.id, TODAY) == {"licence": 25, "penalty": 1}
    assert public(subject.id)[:2] == ["处罚", "许可0"]
    second = service.public_page(subject.id, TODAY, kind="licence", page=2)
    assert [row.title for row in second] == [f"许可{days}" for days in range(20, 25)]


def test_only_adverse_records_that_are_public_are_counted_as_such() -> None:
    subject = make_subject()
    make_record(subject, kind="licence", record_class=None)
    make_record(subject)
    make_record(subject, record_class="minor")
    assert service.outline(subject.id, TODAY).adverse == 1


def test_more_records_than_a_chunk_are_stored() -> None:
    code = make_subject().code
    rows = [
        PENALTY._replace(subject_code=code, number=f"{number}号", row_number=number)
        for number in range(1203)
    ]
    assert service.store(rows).added == 1203
    assert service.store(rows).unchanged == 1203


def test_the_same_decision_twice_in_one_file_is_one_record() -> None:
    row = PENALTY._replace(subject_code=make_subject().code)
    assert service.store([row, row._replace(title="后一行为准")]).added == 1


def test_a_repair_that_was_revoked_lets_the_record_be_public_again() -> None:
    subject = make_subject()
    record = make_record(subject)
    until = record.public_until
    service.repair(record.id, on=TODAY, actor="desk")
    service.reinstate(record.id, on=TODAY + timedelta(10), reason="材料不实", actor="desk")
    again = service.get(record.id)
    assert again is not None
    assert again.repaired_on is None
    assert again.public_until == until + timedelta(10)  # type: ignore[operator]
    told = db.session.scalars(
        select(audit.Event).where(audit.Event.action == "records.reinstate")
    ).one()
    assert told.data == {"repaired_on": TODAY.isoformat(), "reason": "材料不实"}


def test_a_screened_record_is_hidden_until_the_plan_ends() -> None:
    subject = make_subject()
    record = make_record(subject)
    service.screen(record.id, until=date(2026, 12, 1), reason="重整计划", actor="desk")
    assert service.public_page(subject.id, TODAY) == []
    assert len(service.public_page(subject.id, date(2026, 12, 1))) == 1
    service.reinstate(record.id, on=TODAY, reason="材料不实", actor="desk")
    assert len(service.public_page(subject.id, TODAY)) == 1


def test_the_mark_of_a_dispute_comes_and_goes() -> None:
    subject = make_subject()
    record = make_record(subject)
    service.mark_disputed(record.id, disputed=True, actor="desk")
    assert service.public_page(subject.id, TODAY)[0].is_disputed
    service.mark_disputed(record.id, disputed=False, actor="desk")
    assert not service.public_page(subject.id, TODAY)[0].is_disputed


def test_a_correction_keeps_what_stood_there_in_the_audit_trail() -> None:
    subject = make_subject()
    record = make_record(subject)
    service.correct(
        record.id,
        {"title": "改正，电话13800000000", "decided_on": date(2026, 9, 2)},
        reason="日期写错",
        actor="desk",
    )
    row = service.public_page(subject.id, TODAY)[0]
    assert row.title == "改正，电话［手机号码已隐去］"
    assert row.public_until == date(2027, 9, 2)
    event = db.session.query(audit.Event).filter_by(action="records.correct").one()
    assert event.data["before"] == {"title": record.title, "decided_on": "2026-09-01"}
    with pytest.raises(Refused, match="field_not_correctable"):
        service.correct(record.id, {"is_disputed": True}, reason="x", actor="desk")


def test_the_owner_sees_records_that_are_not_public() -> None:
    subject = make_subject()
    make_record(subject, record_class="minor")
    assert service.public_page(subject.id, TODAY) == []
    assert [each.record_class for each in service.of_subject(subject.id)] == ["minor"]
