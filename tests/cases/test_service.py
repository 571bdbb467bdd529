"""Opening a case, moving it, and every clock on the way."""

from datetime import date
from types import SimpleNamespace

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from portal.accounts.models import Message
from portal.cases import jobs, service
from portal.cases.models import Case, CaseFile, Draft
from portal.cases.rules import By
from portal.cases.service import calendars, drafts, files, finding
from portal.core import audit, calendar, clock, db, storage
from portal.core.errors import Refused
from portal.core.units import Unit
from tests.cases.conftest import APPLICANT, CLERK, OTHER, Sample
from tests.conftest import Clock
from tests.core.test_uploads import a_pdf, a_picture
from tests.factories import make_account, make_subject


def due(case: Case) -> dict[str, date]:
    return {each.key: each.due_on for each in case.deadlines if each.is_running}


def actions() -> list[str]:
    return list(db.session.scalars(select(audit.Event.action).order_by(audit.Event.id)))


def told() -> list[str]:
    return list(db.session.scalars(select(Message.key).order_by(Message.id)))


def test_the_clock_starts_when_the_case_is_sent(case: Sample) -> None:
    assert case.reference.startswith("X2611")
    assert case.shown_reference == f"{case.reference[:5]}-{case.reference[5:]}"
    assert due(case) == {"rep.accept": date(2026, 11, 25), "rep.total": date(2026, 12, 4)}
    assert case.due is not None
    assert case.due.key == "rep.accept"
    assert (case.present.look, case.turn) == ("received", "clerk")
    assert "sample.open" in actions()
    assert told() == ["case_opened"]


def test_a_step_ends_one_clock_and_begins_the_next(case: Sample, clock: Clock) -> None:
    clock.set(date(2026, 11, 24))
    service.act(case, "accept", by=CLERK, expected="submitted")
    assert due(case) == {"rep.decide": date(2026, 12, 3), "rep.total": date(2026, 12, 4)}
    assert actions()[-1] == "sample.accept"
    assert told()[-1] == "case_working"


def test_an_extension_begins_where_the_term_ends_and_counts_for_every_clock(case: Sample) -> None:
    service.act(case, "accept", by=CLERK)
    service.act(case, "extend", by=CLERK, note="需要到现场核实")
    assert due(case) == {"rep.decide": date(2026, 12, 15), "rep.total": date(2026, 12, 18)}
    explained = finding.explanation_of(case.deadlines[-1])
    assert len(explained.counted) == 17


def test_while_the_applicant_has_to_act_the_clock_stands_still(case: Sample, clock: Clock) -> None:
    clock.set(date(2026, 11, 23))
    service.act(case, "return", by=CLERK, note="请补充缴款凭证")
    assert due(case) == {}
    assert case.due is None
    clock.set(date(2026, 11, 30))
    service.act(case, "resubmit", by=APPLICANT)
    assert due(case) == {"rep.accept": date(2026, 12, 3), "rep.total": date(2026, 12, 11)}
    total = next(each for each in case.deadlines if each.scope == "total")
    assert total.paused_days == 5
    assert finding.explanation_of(total).deadline.due_on == total.due_on


def test_an_answer_ends_every_clock_and_reopening_begins_one(case: Sample) -> None:
    service.act(case, "accept", by=CLERK)
    service.act(case, "propose", by=CLERK)
    with pytest.raises(Refused, match="second_person_needed"):
        service.act(case, "grant", by=CLERK)
    service.act(case, "grant", by=OTHER)
    assert due(case) == {}
    service.act(case, "reopen", by=APPLICANT)
    assert list(due(case)) == ["rep.decide"]
    service.act(case, "propose", by=CLERK)
    service.act(case, "grant", by=OTHER)
    service.act(case, "close", by=APPLICANT)
    assert case.closed_at is not None
    assert told()[-1] == "case_solved"


def test_a_closed_case_that_goes_on_is_open_again(case: Sample) -> None:
    case.closed_at = clock_now()
    service.act(case, "accept", by=CLERK)
    assert case.closed_at is None


def clock_now() -> object:
    return clock.now()


@pytest.mark.parametrize(("name", "by", "note", "reason"), [
    ("accept", APPLICANT, "", "step_not_possible"),
    ("grant", CLERK, "", "step_not_possible"),
    ("return", CLERK, " ", "note_needed"),
])  # fmt: skip
def test_other_steps_are_refused_and_change_nothing(
    case: Sample, name: str, by: By, note: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        service.act(case, name, by=by, note=note)
    assert case.state == "submitted"
    assert len(case.events) == 1


def test_the_second_of_two_clerks_is_told(case: Sample) -> None:
    service.act(case, "accept", by=CLERK, expected="submitted")
    with pytest.raises(Refused, match="moved_on"):
        service.act(case, "return", by=OTHER, note="缺材料", expected="submitted")


def test_a_clock_that_ran_out_is_said_once_and_hands_the_case_on(
    case: Sample, kinds: SimpleNamespace, clock: Clock
) -> None:
    clock.set(date(2026, 11, 25))
    jobs.watch_clocks()
    assert kinds.escalated == []
    clock.set(date(2026, 11, 26))
    jobs.watch_clocks()
    jobs.watch_clocks()
    assert kinds.escalated == [case]
    assert told()[-1] == "case_late"
    assert finding.timeline_of(case)[0].title == "超过了办理期限"


def test_a_late_case_whose_kind_climbs_nowhere_is_said_late(
    case: Sample, kinds: SimpleNamespace
) -> None:
    del kinds.escalate
    assert service.note_late(date(2026, 12, 30)) == 2


def test_a_provisional_deadline_is_counted_anew_when_the_year_is_known(
    case: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = case.deadlines[0]
    deadline.is_provisional = True
    deadline.due_on = date(2026, 11, 24)
    assert service.recount() == 1
    assert (deadline.due_on, deadline.is_provisional) == (date(2026, 11, 25), False)
    deadline.is_provisional = True
    monkeypatch.setattr(calendar, "load", lambda: calendar.Calendar(frozenset()))
    assert service.recount() == 0


def test_words_and_moves_stand_in_the_timeline(case: Sample) -> None:
    service.answer(case, "words", by=APPLICANT, note="已经改正")
    service.add_words(case, by=CLERK, note="收到")
    service.hand_over(case, Unit("market-regulation"), by=CLERK, note="由市场监管部门办理")
    shown = finding.timeline_of(case)
    assert [each.text for each in shown] == ["由市场监管部门办理", "收到", "已经改正", ""]
    assert case.body_slug == "market-regulation"
    assert told()[-2:] == ["case_words", "case_moved"]
    with pytest.raises(Refused, match="note_needed"):
        service.answer(case, "words", by=APPLICANT, note="")
    service.act(case, "accept", by=CLERK)
    service.answer(case, "words", by=APPLICANT, note="再补一句")


def test_an_anonymous_case_tells_nobody(kinds: SimpleNamespace) -> None:
    draft = drafts.begin("sample", "2", account_id=None)
    code = service.open_case(Sample(title="示例"), by=APPLICANT, draft=draft)
    assert len(code) == service.CODE_LENGTH
    assert told() == []


# Drafts


def test_a_person_has_one_draft_about_one_thing_on_every_device(
    kinds: SimpleNamespace, clock: Clock
) -> None:
    person, stranger = make_account(), make_account()
    draft = drafts.begin("sample", "7", account_id=person.id)
    drafts.save(draft, reason="已缴款")
    assert drafts.begin("sample", "7", account_id=person.id).answers == {"reason": "已缴款"}
    clock.move(minutes=1)
    assert drafts.begin("sample", "8", account_id=person.id).id != draft.id
    assert drafts.get(draft.id, account_id=person.id) is draft
    assert drafts.get(draft.id, account_id=stranger.id) is None
    assert drafts.get(draft.id, account_id=None, keys=[draft.id]) is None
    assert [each.about for each in drafts.of_account(person.id)] == ["8", "7"]


def test_a_draft_without_account_belongs_to_whoever_holds_its_key(kinds: SimpleNamespace) -> None:
    draft = drafts.begin("sample", "7", account_id=None)
    assert drafts.get(draft.id, account_id=None, keys=[draft.id]) is draft
    assert drafts.get(draft.id, account_id=make_account().id, keys=[draft.id]) is draft
    assert drafts.get(draft.id, account_id=None) is None


def test_a_draft_is_kept_for_sixty_days_after_the_last_touch(
    kinds: SimpleNamespace, clock: Clock
) -> None:
    draft = drafts.begin("sample", "7", account_id=make_account().id)
    clock.move(days=59)
    drafts.save(draft, reason="x")
    clock.move(days=60)
    jobs.purge_drafts()
    db.session.commit()
    assert db.session.get(Draft, draft.id) is not None
    clock.move(days=1)
    jobs.purge_drafts()
    db.session.commit()
    assert db.session.get(Draft, draft.id) is None


def test_sending_a_draft_twice_finds_the_one_case(case: Sample) -> None:
    with pytest.raises(drafts.Sent, match=case.reference):
        drafts.get(case.intent, account_id=None, keys=[case.reference])
    assert drafts.get("another", account_id=None, keys=["another"]) is None
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_the_upload_leads_on_to_the_next_page_of_its_kind(kinds: SimpleNamespace) -> None:
    draft = drafts.begin("sample", "7", account_id=None)
    assert service.page_after_files(draft) == f"/next/{draft.id}"


# Files


def test_good_files_are_kept_and_each_bad_one_is_named(kinds: SimpleNamespace) -> None:
    draft = drafts.begin("sample", "7", account_id=None)
    refused = files.add(
        draft,
        [
            ("门头.jpg", a_picture()),
            ("a.exe", b"MZ"),
            ("证明.pdf", a_pdf()),
            ("又.jpg", a_picture()),
        ],
        role="applicant",
    )
    assert [(each.reason, each.data["name"]) for each in refused] == [("file_type", "a.exe")]
    assert [file.name for file in draft.files] == ["门头.jpg", "证明.pdf"]
    assert files.read(draft.files[1]).startswith(b"%PDF")


def test_the_eleventh_file_is_refused(kinds: SimpleNamespace, monkeypatch: object) -> None:
    draft = drafts.begin("sample", "7", account_id=None)
    sent = [(f"{n}.png", a_picture(size=(n + 1, 3), form="PNG")) for n in range(11)]
    (refused,) = files.add(draft, sent, role="applicant")
    assert (refused.reason, refused.data["most"]) == ("too_many_files", 10)


def test_a_removed_file_leaves_the_store_unless_another_has_the_same(
    kinds: SimpleNamespace,
) -> None:
    one, two = (drafts.begin("sample", about, account_id=None) for about in "12")
    for draft in (one, two):
        files.add(draft, [("a.jpg", a_picture())], role="applicant")
    key = one.files[0].storage_key
    files.remove(one, 0)
    files.remove(one, one.files[0].id)
    assert storage.get(key)
    drafts.discard(two)
    with pytest.raises(storage.Missing):
        storage.get(key)


def test_files_go_from_the_draft_to_the_case(kinds: SimpleNamespace) -> None:
    draft = drafts.begin("sample", "7", account_id=None)
    files.add(draft, [("a.jpg", a_picture())], role="applicant")
    case = Sample(title="示例")
    service.open_case(case, by=APPLICANT, draft=draft)
    db.session.commit()
    (file,) = db.session.scalars(select(CaseFile))
    assert (file.case_id, file.draft_id) == (case.id, None)
    assert files.find(case, file.id) is file
    assert files.find(case, 0) is None


def test_files_added_to_a_case_stand_in_its_timeline(case: Sample) -> None:
    assert service.add_files(case, [("a.jpg", a_picture())], by=APPLICANT) == []
    assert len(service.add_files(case, [("a.exe", b"MZ")], by=APPLICANT)) == 1
    assert [event.step for event in case.events] == ["open", "files"]


# Finding


def test_a_case_is_found_by_its_own_number_and_code_only(case: Sample) -> None:
    assert finding.by_code(case.shown_reference.lower(), "abcd efgh") is case
    assert finding.by_code(case.reference, "ABCDEFGX") is None
    assert finding.by_code("X2611AAAAAA", "ABCDEFGH") is None


def test_a_case_is_seen_by_its_applicant_its_business_and_who_gave_the_code(case: Sample) -> None:
    subject = make_subject()
    case.subject_id = subject.id
    reference = case.reference
    assert finding.mine(reference, account_id=case.account_id) is case
    assert finding.mine(reference, account_id=999, subject_ids=[subject.id]) is case
    assert finding.mine(reference, account_id=None, keys=[reference]) is case
    assert finding.mine(reference, account_id=999) is None
    assert finding.mine(reference, account_id=None, keys=["X2611AAAAAA"]) is None
    case.is_shared = False
    assert finding.mine(reference, account_id=999, subject_ids=[subject.id]) is None
    assert finding.of_applicant(case.account_id or 0) == [case]
    assert finding.of_applicant(999, [subject.id]) == []


def test_cases_are_counted_by_person_and_kind(case: Sample, clock: Clock) -> None:
    assert finding.opened_since(case.account_id or 0, "sample", 1) == 1
    clock.move(days=2)
    assert finding.opened_since(case.account_id or 0, "sample", 1) == 0
    assert finding.open_about_record("sample", 1) is None


def test_a_deadline_goes_into_a_calendar_without_the_content(case: Sample) -> None:
    assert case.due is not None
    (entry,) = Calendar.from_ical(calendars.of_deadline(case.due)).walk("VEVENT")
    assert entry.decoded("dtstart") == date(2026, 11, 25)
    assert case.shown_reference in str(entry["summary"])
    assert "示例" not in str(entry)
    assert finding.clock_of(case.due).days_left == 3


def test_a_picture_that_cannot_be_stored_is_refused_with_its_name(
    case: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(_data: bytes) -> str:
        raise storage.Full

    monkeypatch.setattr(storage, "put", put)
    (refused,) = files.add(case, [("凭证.jpg", a_picture())], role="applicant")
    assert (refused.reason, refused.data["name"]) == ("file_not_stored", "凭证.jpg")
    assert list(case.files) == []
