"""Reports hold what they may, go to whom they may, and leave their trace."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, Message
from portal.core import db, jobs
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.records import service as records
from portal.records.models import Record
from portal.reports import rules, service
from portal.subjects.models import Subject
from tests.conftest import Clock
from tests.factories import make_account, make_actor, make_record, make_representative, make_subject
from tests.reports.conftest import DOMAINS, Ask, scope

pytestmark = pytest.mark.limit(10)


def titles(snapshot: dict[str, Any]) -> set[str]:
    return {
        record["title"]
        for section in snapshot["sections"].values()
        for record in section["records"]
    }


def test_a_general_report_holds_what_anyone_may_read(ask: Ask) -> None:
    document = ask("general")
    assert titles(document.snapshot) == {
        "未按规定公示许可证", "食品经营许可证", "有异议的处罚", "税务处罚",
    }  # fmt: skip
    assert document.snapshot["domains"] == []
    assert service.lookups_of(document.subject_id or 0) == []


def test_a_special_report_holds_minor_penalties_of_its_period_and_domains(ask: Ask) -> None:
    document = ask("special", domains=("market",))
    assert titles(document.snapshot) == {"未按规定公示许可证", "当场处罚的小事", "有异议的处罚"}
    (market,) = document.snapshot["domains"]
    assert (market["zh"], market["found"]) == ("市场监管", 3)
    marks = {
        record["title"]: record["marks"]
        for record in document.snapshot["sections"]["administrative"]["records"]
    }
    assert marks["当场处罚的小事"] == ["not_public"]
    assert marks["有异议的处罚"] == ["disputed"]


def test_a_record_in_repair_is_marked_until_that_is_decided(ask: Ask, shop: Subject) -> None:
    record = db.session.scalars(
        select(Record.id).where(Record.subject_id == shop.id, Record.title == "税务处罚")
    ).one()
    for under_way, marks in (
        (True, ["in_repair"]),
        (True, ["in_repair"]),
        (False, []),
        (False, []),
    ):
        records.mark_in_repair(record, under_way=under_way)
        snapshot = ask("general").snapshot
        found = snapshot["sections"]["administrative"]["records"]
        assert [one["marks"] for one in found if one["title"] == "税务处罚"] == [marks]


def test_every_section_and_every_chosen_domain_is_there_with_its_zero(ask: Ask) -> None:
    snapshot = ask("listing").snapshot
    assert tuple(snapshot["sections"]) == rules.COUNTED
    assert snapshot["sections"]["honours"]["count"] == 0
    assert [domain["key"] for domain in snapshot["domains"]] == list(DOMAINS)
    assert {"culture", "police"} <= {d["key"] for d in snapshot["domains"] if d["found"] == 0}
    assert snapshot["missing"]
    assert snapshot["cut_off"]


def test_a_restricted_report_leaves_a_look_up_and_an_act(ask: Ask, shop: Subject) -> None:
    document = ask("special")
    (look,) = service.lookups_of(shop.id)
    assert (look.why, look.how, look.document_id) == ("贷款融资", "report", document.id)


def test_anothers_restricted_report_is_refused_like_an_unknown_one(ask: Ask, shop: Subject) -> None:
    stranger = make_actor()
    for code in (shop.code, "91340499MA0000000X", ""):
        with pytest.raises(Refused, match="not_yours"):
            ask("special", actor=stranger, code=code)
    with pytest.raises(Refused, match="no_subject"):
        ask("general", actor=stranger, code="nothing")
    document = ask("general", actor=stranger)
    assert "当场处罚的小事" not in titles(document.snapshot)


def test_reading_alone_is_not_enough_for_a_report(ask: Ask, shop: Subject) -> None:
    reader = make_account("李小豆")
    make_representative(reader, shop, ("read",))
    db.session.commit()
    with pytest.raises(Refused, match="not_yours"):
        ask("special", actor=make_actor(reader))


def test_a_second_special_report_a_day_is_refused_and_the_next_day_is_not(
    ask: Ask, clock: Clock
) -> None:
    ask("special")
    with pytest.raises(Refused, match="limit_reached"):
        ask("special")
    ask("listing")
    clock.move(days=1)
    ask("special")


def test_what_could_not_be_printed_does_not_count(ask: Ask) -> None:
    documents.fail(ask("special").id, "limits")
    db.session.commit()
    ask("special")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"since": None}, "no_period"),
        ({"domains": ()}, "no_domain"),
        ({"until": date(2030, 1, 1)}, "in_future"),
    ],
)
def test_what_cannot_be_answered_is_refused(ask: Ask, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        ask("special", **changes)


def test_a_statement_is_about_the_shops_one_runs(ask: Ask) -> None:
    snapshot = ask("statement").snapshot
    assert snapshot["businesses"][0]["name"] == "虚构县张记牛肉汤馆"
    assert snapshot["public"][0] == ["姓名", "王**"]
    assert {domain["key"]: domain["found"] for domain in snapshot["domains"]}["tax"] == 1
    with pytest.raises(Refused, match="limit_reached"):
        ask("statement")


def test_a_statement_without_a_shop_says_that_nothing_was_searched(ask: Ask) -> None:
    snapshot = ask("statement", actor=make_actor()).snapshot
    assert {domain["found"] for domain in snapshot["domains"]} == {None}


def test_a_statement_needs_a_confirmed_name(ask: Ask) -> None:
    with pytest.raises(Refused, match="name_not_confirmed"):
        ask("statement", actor=make_actor(make_account("无名", level=1)))


def test_a_newer_report_takes_the_place_of_the_older(ask: Ask, clock: Clock) -> None:
    first = ask("general")
    other = ask("general", purpose="bidding")
    second = ask("general")
    assert first.superseded_by == second.id
    assert other.superseded_by is None


def test_reports_are_found_by_their_owner_and_for_the_business(
    ask: Ask, owner: Account, shop: Subject
) -> None:
    general, special = ask("general"), ask("special")
    assert list(service.mine(make_actor(owner))) == [general, special]
    agent = make_account("周小满")
    make_representative(agent, shop, ("report",))
    db.session.commit()
    assert list(service.mine(make_actor(agent))) == [special]
    stranger = make_actor()
    assert service.find(special.number or "", stranger) is None
    assert service.find("HN", stranger) is None
    assert service.find(special.number or "", make_actor(agent)) is special


def test_a_corrected_record_ends_the_report(ask: Ask, clock: Clock, shop: Subject) -> None:
    document = ask("special", printed=True)
    service.end_corrected()
    assert document.superseded_on is None
    clock.move(days=1)
    record = db.session.scalars(
        select(Record.id).where(Record.subject_id == shop.id, Record.title == "税务处罚")
    ).one()
    records.withdraw(record, on=date(2026, 11, 21), reason="撤销", actor="test")
    assert service.changed_since(document) == 1
    service.end_corrected()
    assert document.superseded_on == date(2026, 11, 21)
    assert documents.standing(document) == "superseded"


def test_a_change_of_a_record_that_is_not_in_it_does_not_end_a_report(
    ask: Ask, clock: Clock, shop: Subject
) -> None:
    document = ask("special", printed=True, domains=("tax",))
    clock.move(days=1)
    make_record(shop, title="新的处罚")
    service.end_corrected()
    assert document.superseded_on is None


def test_a_link_opens_a_report_until_it_is_withdrawn_and_every_opening_is_told(
    ask: Ask, owner: Account, clock: Clock
) -> None:
    actor = make_actor(owner)
    document = ask("special", printed=True)
    made = service.share(document, actor, label="虚构银行", days=7)
    db.session.commit()
    key = service.key_of(made)
    found = service.shared(key.lower())
    assert found is made
    opening = service.open_share(made)
    db.session.commit()
    assert service.opened(opening) is document
    assert len(made.openings) == 1
    assert service.lookups_of(document.subject_id or 0)[0].how == "share"
    clock.move(minutes=61)
    assert service.opened(opening) is None
    again = service.open_share(made)
    service.withdraw_share(made.id, document, actor)
    service.withdraw_share(made.id, document, actor)
    assert service.shared(key) is None
    assert service.opened(again) is None


def test_a_link_to_a_persons_statement_leaves_no_look_up_of_a_business(
    ask: Ask, owner: Account
) -> None:
    document = ask("statement", printed=True)
    service.open_share(service.share(document, make_actor(owner), label="某单位", days=7))
    assert document.subject_id is None


def test_a_link_ends_after_its_last_day(ask: Ask, owner: Account, clock: Clock) -> None:
    made = service.share(ask("general", printed=True), make_actor(owner), label="某", days=7)
    clock.move(days=7)
    assert service.shared(service.key_of(made))
    clock.move(days=1)
    assert service.shared(service.key_of(made)) is None


def test_a_link_is_refused_before_there_is_a_file_and_for_other_days(
    ask: Ask, owner: Account
) -> None:
    document = ask("general")
    with pytest.raises(Refused, match="not_ready"):
        service.share(document, make_actor(owner), label="某", days=7)
    jobs.run_due()
    db.session.refresh(document)
    with pytest.raises(Refused, match="days_unknown"):
        service.share(document, make_actor(owner), label="某", days=8)
    with pytest.raises(LookupError):
        service.withdraw_share(-1, document, make_actor(owner))
    assert service.shares_of(document) == []


def granting(**changes: Any) -> rules.Granting:
    given: dict[str, Any] = {
        "label": "虚构银行", "contact": "", "product": "special", "domains": ("market",),
        "since": date(2025, 1, 1), "until": date(2026, 11, 20), "purpose": "loan", "days": 7,
        "uses": 1,
    }  # fmt: skip
    return rules.Granting(**{**given, **changes})


def test_whoever_holds_a_link_looks_up_as_often_as_allowed(shop: Subject, owner: Account) -> None:
    made = service.grant(shop, make_actor(owner), granting())
    db.session.commit()
    found = service.granted(service.key_of(made))
    assert found is made
    document, key = service.use_grant(found, actor=None, language="zh")
    db.session.commit()
    assert titles(document.snapshot) == {"未按规定公示许可证", "当场处罚的小事", "有异议的处罚"}
    assert document.snapshot["delegated"] == "虚构银行"
    assert service.opened(key) is document
    assert service.granted(service.key_of(made)) is None
    with pytest.raises(Refused, match="used_up"):
        service.use_grant(found, actor=None, language="zh")
    (look,) = service.lookups_of(shop.id)
    assert (look.who, look.how) == ("虚构银行", "grant")
    told = db.session.scalars(select(Message).where(Message.account_id == owner.id)).all()
    assert [message.key for message in told] == ["reports_looked_up"]


def test_two_uses_at_once_do_not_exceed_what_is_allowed(shop: Subject, owner: Account) -> None:
    made = service.grant(shop, make_actor(owner), granting())
    db.session.commit()
    stale = db.session.get(type(made), made.id)
    assert stale
    db.session.execute(
        type(made).__table__.update().values(uses=1)  # type: ignore[attr-defined]
    )
    with pytest.raises(Refused, match="used_up"):
        service.use_grant(stale, actor=None, language="zh")


def test_a_named_person_looks_up_after_signing_in(shop: Subject, owner: Account) -> None:
    clerk = make_account("赵经理")
    assert clerk.phone
    made = service.grant(shop, make_actor(owner), granting(contact=clerk.phone, uses=3))
    db.session.commit()
    assert service.key_of(made) == ""
    assert list(service.grants_to(make_actor(clerk))) == [made]
    assert service.grants_to(make_actor()) == []
    found = service.granted_to(made.id, make_actor(clerk))
    assert found
    document, _key = service.use_grant(found, actor=make_actor(clerk), language="en")
    db.session.commit()
    assert service.find(document.number or "", make_actor(clerk)) is document
    assert service.find(document.number or "", make_actor(owner)) is document
    service.withdraw_grant(made.id, shop, make_actor(owner))
    service.withdraw_grant(made.id, shop, make_actor(owner))
    assert service.granted_to(made.id, make_actor(clerk)) is None
    with pytest.raises(LookupError):
        service.withdraw_grant(made.id, make_subject("虚构县别家"), make_actor(owner))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"days": 8}, "days_unknown"), ({"uses": 2}, "days_unknown"),
        ({"since": None}, "no_period"), ({"domains": ()}, "no_domain"),
        ({"contact": "nobody"}, "contact_unclear"),
    ],
)  # fmt: skip
def test_a_permission_that_cannot_be_is_refused(
    shop: Subject, owner: Account, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        service.grant(shop, make_actor(owner), granting(**changes))


def test_unknown_keys_open_nothing(ask: Ask) -> None:
    assert service.shared("nothing") is None
    assert service.granted("nothing") is None
    assert service.opened("nothing") is None
    assert scope().product == "special"
    assert service.own_businesses(make_actor()) == []


def test_a_report_of_nobody_ends_with_its_record_and_tells_nobody(
    ask: Ask, clock: Clock, shop: Subject
) -> None:
    document = ask("special", printed=True)
    document.account_id = None
    clock.move(days=1)
    record = db.session.scalars(
        select(Record.id).where(Record.subject_id == shop.id, Record.title == "税务处罚")
    ).one()
    records.withdraw(record, on=date(2026, 11, 21), reason="撤销", actor="test")
    before = db.session.scalar(select(func.count(Message.id)))
    service.end_corrected()
    assert document.superseded_on == date(2026, 11, 21)
    assert db.session.scalar(select(func.count(Message.id))) == before
