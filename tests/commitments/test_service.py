"""Signing once at most, keeping, confirming, breaking: what is stored, told and handed on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, select, update

from portal.accounts import service as accounts
from portal.accounts.models import Account, Message, Passkey, Representation
from portal.cases.rules import By
from portal.commitments import service, texts
from portal.commitments.models import Ask, Commitment, CommitmentStep, Signing, UsedText
from portal.commitments.service import signing
from portal.core import audit, clock, db, jobs, revision, storage
from portal.core.actor import Actor
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.objections import service as objections
from portal.records.models import Record
from portal.scenarios import service as scenarios
from portal.scenarios.models import ScenarioFact
from tests.commitments.conftest import PARTY, SOUP, Shop, code_now, make_shop
from tests.conftest import Clock
from tests.core.test_uploads import a_picture
from tests.factories import (
    make_account,
    make_actor,
    make_listed,
    make_representative,
    make_staff,
    make_subject,
)

PROOF = [("检疫证明.jpg", a_picture())]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.reason


def confirmation() -> service.Confirmation:
    return service.Confirmation(code=code_now())


def again(commitment: Commitment) -> Commitment:
    db.session.commit()
    return db.session.get_one(Commitment, commitment.id)


def told(shop: Shop) -> list[str]:
    mine = select(Message.key).where(Message.account_id == shop.owner.id).order_by(Message.id)
    return list(db.session.scalars(mine))


def steps_of(commitment: Commitment) -> list[str]:
    rows = select(CommitmentStep.name).where(CommitmentStep.commitment_id == commitment.id)
    return list(db.session.scalars(rows.order_by(CommitmentStep.id)))


def test_signing_freezes_text_duties_and_proof(shop: Shop) -> None:
    commitment = shop.sign()
    assert commitment.number == f"34040020261120{commitment.id % 10**6:06d}"
    assert commitment.content["clauses"][1]["zh"].startswith("一碗牛肉汤放熟牛肉不少于40克")
    assert [(each.clause, each.due_on) for each in commitment.duties] == [
        ("price", date(2026, 12, 20)), ("source", date(2027, 5, 20)),
    ]  # fmt: skip
    assert commitment.term_until == date(2028, 11, 20)
    assert commitment.means == "totp"
    assert commitment.standing == "keeping"
    assert told(shop) == ["commitment_signed"]
    used = db.session.scalars(select(UsedText)).one()
    assert (used.slug, used.version) == (SOUP, 2)
    actions = list(db.session.scalars(select(audit.Event.action).order_by(audit.Event.id)))
    assert "commitments.sign" in actions


def test_the_same_signing_twice_is_one_commitment(shop: Shop) -> None:
    draft = shop.draft()
    first = service.sign(draft, shop.actor, confirmation())
    assert service.sign(draft, shop.actor, confirmation()).id == first.id
    assert service.signed(draft.id, shop.actor) is first
    assert refused(lambda: shop.draft()) == "signed_already"


def test_two_tabs_share_one_draft(shop: Shop) -> None:
    assert shop.draft().id == shop.draft().id
    assert len(db.session.scalars(select(Signing)).all()) == 1


def test_two_people_of_one_business_sign_it_once(shop: Shop) -> None:
    colleague = make_account("赵同事")
    make_representative(colleague, shop.subject, scopes=("read", "sign"))
    accounts.give_totp(colleague, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    other = Shop(shop.subject, colleague, make_actor(colleague))
    mine, theirs = shop.draft(), other.draft()
    service.sign(mine, shop.actor, confirmation())
    assert refused(lambda: service.sign(theirs, other.actor, confirmation())) == "signed_already"


def test_the_database_lets_one_of_two_in(shop: Shop) -> None:
    first = shop.sign()
    columns = {
        column.key: getattr(first, column.key)
        for column in Commitment.__table__.columns
        if column.key not in {"id", "number", "signing_id"}
    }
    assert refused(lambda: signing.add(Commitment(signing_id="X", **columns))) == "signed_already"


def test_a_withdrawn_text_cannot_be_signed_and_nothing_is_lost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = shop.draft()
    closed = _with(is_open=False)
    monkeypatch.setattr(texts, "load", lambda: {SOUP: (closed,)})
    assert refused(lambda: service.sign(draft, shop.actor, confirmation())) == "template_withdrawn"
    assert refused(lambda: service.begin(closed, shop.promisor, shop.actor)) == "template_withdrawn"
    assert draft.answers == {"beef": "40", "price": "15"}
    monkeypatch.setattr(texts, "load", dict)
    assert refused(lambda: service.text_of(draft)) == "template_withdrawn"


def test_a_text_changed_after_its_first_use_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sign()
    assert service.changed_texts() == []
    other = make_shop()
    draft = other.draft()
    other_words = _with(hash="0" * 64)
    monkeypatch.setattr(texts, "load", lambda: {SOUP: (other_words,)})
    assert refused(lambda: service.sign(draft, other.actor, confirmation())) == "template_changed"
    assert service.changed_texts() == [f"{SOUP}-2"]


def test_a_newer_version_begins_its_ticks_anew(shop: Shop) -> None:
    old_text, text = texts.get(SOUP, 1), texts.get(SOUP, 2)
    assert old_text is not None
    assert text is not None
    old = service.begin(old_text, shop.promisor, shop.actor)
    service.save(old, answers={"beef": "40"}, ticked=["law", "beef", "label"], consents=True)
    assert refused(lambda: service.check(old)) == "template_replaced"
    new = service.begin(text, shop.promisor, shop.actor)
    assert (new.id, new.version, new.ticked, new.answers) == (old.id, 2, [], {"beef": "40"})


def test_who_no_longer_represents_cannot_sign(shop: Shop) -> None:
    draft = shop.draft()
    db.session.execute(update(Representation).values(ended_at=clock.now()))
    assert refused(lambda: service.sign(draft, shop.actor, confirmation())) == "not_representing"
    assert draft.ticked
    assert refused(lambda: shop.draft()) == "promisor_missing"


def test_a_removed_authenticator_signs_nothing(shop: Shop) -> None:
    phone = shop.passkey()
    draft = shop.draft()
    options = service.challenge(draft, shop.actor, PARTY)
    passkey = db.session.scalars(select(Passkey)).one()
    account = db.session.get_one(Account, shop.owner.id)
    accounts.remove_passkey(account, passkey.id)
    proof = service.Confirmation(credential=phone.sign(options), party=PARTY)
    assert refused(lambda: service.sign(draft, shop.actor, proof)) == "passkey_wrong"


def test_a_passkey_signs_this_text_and_no_other(shop: Shop) -> None:
    phone = shop.passkey()
    draft = shop.draft()
    proof = phone.sign(service.challenge(draft, shop.actor, PARTY))
    service.save(draft, answers={"beef": "10", "price": "15"}, ticked=draft.ticked, consents=True)
    given = service.Confirmation(credential=proof, party=PARTY)
    assert refused(lambda: service.sign(draft, shop.actor, given)) == "passkey_wrong"


def test_a_person_without_an_app_signs_with_a_code_sent(shop: Shop) -> None:
    owner = make_account("钱小店")
    make_representative(owner, shop.subject, scopes=("read", "sign"))
    me = Shop(shop.subject, owner, make_actor(owner))
    draft = me.draft()
    assert refused(lambda: accounts.send_signing_code(owner, is_shown=False)) == "no_way_to_confirm"
    ticket, code = accounts.send_signing_code(owner, is_shown=True)
    stranger = make_account()
    assert refused(lambda: accounts.take_signing_code(stranger, ticket, code)) == "sent_code_over"
    ticket, code = accounts.send_signing_code(owner, is_shown=True)
    given = service.Confirmation(code=code, ticket=ticket)
    assert service.sign(draft, me.actor, given).means == "code"


def test_what_is_missing_is_named_before_signing(shop: Shop) -> None:
    draft = shop.draft()
    service.save(draft, answers={"beef": "40"}, ticked=draft.ticked, consents=True)
    assert refused(lambda: service.check(draft)) == "blank_missing"
    service.save(draft, answers={"beef": "40", "price": "15"}, ticked=["law"], consents=True)
    assert refused(lambda: service.check(draft)) == "clause_missing"
    every = [each.key for each in service.text_of(draft).clauses]
    service.save(draft, answers=draft.answers, ticked=every, consents=True)
    service.save(draft, answers={"beef": "40", "price": "15"}, ticked=every, consents=False)
    assert refused(lambda: service.check(draft)) == "consent_missing"
    assert refused(lambda: service.save_signer(draft, "别人", shop.actor)) == "signer_differs"


def test_a_person_promises_in_their_own_name_and_is_not_listed(app: object) -> None:
    account = make_account("孙小禾")
    accounts.give_totp(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    me = Shop(make_subject(), account, make_actor(account))
    commitment = me.sign("inheritance-registration", promisor="self", place="虚构县虚构路1号")
    assert (commitment.promisor_name, commitment.shown_name) == ("孙小禾", "孙**")
    assert not commitment.is_public
    assert commitment.term_until is None
    assert service.mine(commitment.number or "", me.actor) is not None
    assert service.mine(commitment.number or "", make_actor()) is None
    service.withdraw(commitment, me.actor)
    assert commitment.open_key is None


def test_ten_minutes_to_withdraw_and_nobody_ever_sees_it(shop: Shop, clock: Clock) -> None:
    commitment = shop.sign()
    assert service.public(commitment.number or "") is None
    clock.move(minutes=9, seconds=59)
    service.withdraw(commitment, shop.actor)
    clock.move(minutes=10)
    assert service.public(commitment.number or "") is None
    assert commitment.standing == "withdrawn"
    document = service.document_of(commitment)
    assert document is not None
    assert document.revoked_reason == "签署后10分钟内撤回"
    assert refused(lambda: service.withdraw(commitment, shop.actor)) == "commitment_moved"
    assert shop.sign().id != commitment.id


def test_after_ten_minutes_it_is_listed_and_a_voluntary_one_can_still_be_withdrawn(
    shop: Shop, clock: Clock
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    assert service.public(commitment.number or "") is not None
    service.withdraw(commitment, shop.actor)
    shown = service.public(commitment.number or "")
    assert shown is not None
    assert shown.standing == "withdrawn"


def test_a_promise_that_an_office_acted_on_stays(shop: Shop, clock: Clock) -> None:
    commitment = shop.sign("food-licence", address="虚构县虚构路1号门面")
    clock.move(minutes=10)
    assert refused(lambda: service.withdraw(commitment, shop.actor)) == "withdrawal_over"


def test_duties_are_recalled_reported_and_confirmed(shop: Shop, clock: Clock, clerk: Actor) -> None:
    commitment = shop.sign()
    first, second = commitment.duties
    clock.set(date(2026, 12, 13), 9)
    jobs.run_due()
    assert "commitment_due" in told(shop)
    commitment = again(commitment)
    assert (
        refused(lambda: service.report(commitment, first.id, shop.actor, text=" ", sent=[]))
        == "report_missing"
    )
    assert service.report(commitment, first.id, shop.actor, text="已挂出", sent=PROOF) == []
    assert [file.duty_id for file in commitment.files] == [first.id]
    assert service.read(commitment.files[0])
    assert service.file_of(commitment, commitment.files[0].id) is commitment.files[0]
    service.confirm_duty(commitment, first.id, clerk, outcome="kept", note="")
    assert (
        refused(lambda: service.report(commitment, first.id, shop.actor, text="再报", sent=[]))
        == "commitment_moved"
    )
    assert refused(lambda: service.confirm(commitment, "confirm_kept", clerk)) == "duties_open"
    service.confirm_duty(commitment, second.id, clerk, outcome="partly", note="缺一批")
    assert refused(lambda: service.confirm(commitment, "confirm_kept", clerk)) == "duties_not_kept"
    service.take(commitment, "confirm_partly", clerk, note="缺一批检疫证明", sent=[])
    assert commitment.standing == "partly_kept"
    service.confirm_duty(commitment, second.id, clerk, outcome="kept", note="")
    service.take(commitment, "confirm_kept", clerk, note="", sent=[])
    assert commitment.standing == "kept"
    assert commitment.open_key is None
    assert steps_of(again(commitment))[-1] == "confirm_kept"


def test_a_file_that_cannot_be_stored_is_named_and_the_words_are_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(_data: bytes) -> str:
        raise storage.Full

    commitment = shop.sign()
    monkeypatch.setattr(storage, "put", put)
    first = commitment.duties[0]
    (refusal,) = service.report(commitment, first.id, shop.actor, text="已挂出", sent=PROOF)
    assert (refusal.reason, refusal.data["name"]) == ("file_not_stored", PROOF[0][0])
    assert (first.report, commitment.files) == ("已挂出", [])


def test_bad_files_are_named_and_words_are_kept(shop: Shop) -> None:
    commitment = shop.sign()
    duty = commitment.duties[0]
    bad = [("合同.doc", b"x")]
    (refusal,) = service.report(commitment, duty.id, shop.actor, text="", sent=bad)
    assert (refusal.reason, duty.reported_at) == ("file_type", None)
    (refusal,) = service.report(commitment, duty.id, shop.actor, text="做了", sent=bad)
    assert duty.report == "做了"
    many = [(f"{number}.jpg", a_picture()) for number in range(31)]
    assert len(service.report(commitment, duty.id, shop.actor, text="", sent=many)) == 1
    assert (
        refused(lambda: service.report(commitment, 0, shop.actor, text="x", sent=[]))
        == "commitment_moved"
    )


def test_a_day_passes_without_a_report(shop: Shop, clock: Clock) -> None:
    commitment = shop.sign()
    clock.set(date(2026, 12, 21), 9)
    assert commitment.standing == "overdue"
    assert service.tell_overdue() == 1
    assert told(shop)[-1] == "commitment_overdue"
    service.send_reminder(commitment.duties[0].id)
    assert told(shop)[-1] == "commitment_overdue"
    service.report(commitment, commitment.duties[0].id, shop.actor, text="补报", sent=[])
    service.send_reminder(commitment.duties[0].id)
    assert commitment.standing == "keeping"


def test_a_breach_needs_notice_time_evidence_and_a_second_person(
    shop: Shop, clock: Clock, clerk: Actor, reviewer: Actor
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    assert refused(lambda: service.notify_breach(commitment, clerk, note=" ", sent=[])) == (
        "note_needed"
    )
    bad = [("a.doc", b"x")]
    assert refused(lambda: service.notify_breach(commitment, clerk, note="缺", sent=bad)) == (
        "file_type"
    )
    service.take(commitment, "notify_breach", clerk, note="抽查发现不足40克", sent=PROOF)
    assert (commitment.standing, commitment.answer_until) == ("breach_review", date(2026, 11, 27))
    assert told(shop)[-1] == "commitment_breach_notice"
    decide = lambda: service.take(commitment, "decide_breach", reviewer, note="不足", sent=[])  # noqa: E731
    assert refused(decide) == "answer_awaited"
    assert refused(lambda: service.answer(commitment, shop.actor, text="", sent=[])) == (
        "answer_missing"
    )
    service.answer(commitment, shop.actor, text="当天秤坏了", sent=PROOF)
    both = make_actor(make_staff("handler", "reviewer", body="agriculture"))
    assert refused(lambda: service.decide_breach(commitment, both, note="")) == "note_needed"
    decide()
    assert commitment.standing == "broken"
    assert commitment.decision == "不足"
    assert refused(lambda: service.answer(commitment, shop.actor, text="x", sent=[])) == (
        "commitment_moved"
    )
    service.correct(commitment.number or "", reason="称量有误", actor="account:1")
    assert commitment.standing == "keeping"
    service.correct(commitment.number or "", reason="再次更正", actor="account:1")
    assert commitment.standing == "keeping"
    assert refused(lambda: service.correct("0", reason="", actor="x")) == "no_such_commitment"


def test_who_gave_notice_may_not_decide(shop: Shop, clock: Clock) -> None:
    both = make_actor(make_staff("handler", "reviewer", body="agriculture"))
    commitment = shop.sign()
    service.notify_breach(commitment, both, note="缺", sent=PROOF)
    clock.set(date(2026, 12, 1))
    assert refused(lambda: service.decide_breach(commitment, both, note="缺")) == (
        "second_person_needed"
    )
    service.take(commitment, "drop_breach", both, note="核实后已补", sent=[])
    assert commitment.standing == "keeping"


def test_a_breach_without_evidence_is_no_breach(
    shop: Shop, clock: Clock, clerk: Actor, reviewer: Actor
) -> None:
    commitment = shop.sign()
    service.notify_breach(commitment, clerk, note="缺", sent=[])
    clock.set(date(2026, 12, 1))
    assert refused(lambda: service.decide_breach(commitment, reviewer, note="缺")) == (
        "evidence_missing"
    )
    assert refused(lambda: service.drop_breach(commitment, reviewer, note="")) == "note_needed"
    service.drop_breach(commitment, reviewer, note="没有证据")


def test_another_office_may_do_nothing(shop: Shop) -> None:
    stranger = make_actor(make_staff("handler", body="housing"))
    commitment = shop.sign()
    assert service.office(commitment.number or "", stranger) is None
    assert service.offers(commitment, stranger) == []
    assert not service.may_confirm(commitment, stranger)
    assert (
        refused(
            lambda: service.confirm_duty(
                commitment, commitment.duties[0].id, stranger, outcome="kept", note=""
            )
        )
        == "not_your_office"
    )


def test_a_settled_commitment_confirms_no_single_duty(shop: Shop, clerk: Actor) -> None:
    commitment = shop.sign()
    service.withdraw(commitment, shop.actor)
    assert (
        refused(
            lambda: service.confirm_duty(
                commitment, commitment.duties[0].id, clerk, outcome="kept", note=""
            )
        )
        == "commitment_moved"
    )


def test_the_result_enters_record_and_grade(
    shop: Shop, clock: Clock, clerk: Actor, reviewer: Actor
) -> None:
    make_listed(shop.subject, commitment="kept")
    commitment = shop.sign()
    clock.move(minutes=10)
    jobs.run_due()
    while scenarios.take_commitments():
        pass
    record = db.session.scalars(select(Record).where(Record.kind == "commitment")).one()
    assert (record.number, record.details[0]) == (
        commitment.number,
        ["履行状态", "已签署，承诺有效"],
    )
    assert fact_of(shop).value == "kept"
    assert commitment.number in fact_of(shop).source_unit
    commitment = again(commitment)
    service.notify_breach(commitment, clerk, note="缺", sent=PROOF)
    clock.set(date(2026, 12, 1))
    service.decide_breach(commitment, reviewer, note="不足")
    assert scenarios.take_commitments() == 1
    db.session.commit()
    assert fact_of(shop).value == "broken"
    found = scenarios.explain(shop.subject.code, "beef-soup")
    assert found is not None
    assert found.grade is not None
    (line,) = [each for each in found.grade.lines if each.indicator.key == "commitment"]
    assert line.outcome.value == "broken"
    db.session.refresh(record)
    assert record.details[0] == ["履行状态", "未履行（违诺）"]
    service.correct(commitment.number or "", reason="有误", actor="x")
    scenarios.take_commitments()
    assert fact_of(shop).value == "kept"
    service.withdraw(commitment, shop.actor)
    scenarios.take_commitments()
    db.session.commit()
    assert fact_of(shop).until_on == date(2026, 12, 1)
    db.session.refresh(record)
    assert record.withdrawn_on == date(2026, 12, 1)


def fact_of(shop: Shop) -> ScenarioFact:
    return db.session.scalars(
        select(ScenarioFact)
        .where(ScenarioFact.subject_id == shop.subject.id, ScenarioFact.key == "commitment")
        .order_by(ScenarioFact.from_on.desc(), ScenarioFact.id.desc())
    ).first()  # type: ignore[return-value]


def test_the_register_is_searched_by_name_kind_and_state(
    shop: Shop, clock: Clock, clerk: Actor
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    assert [each.id for each in service.register(query="张记").rows] == [commitment.id]
    assert service.register(query="100%").rows == []
    assert service.register(kind="sector").rows == []
    assert service.register(state="no such").rows == []
    assert service.register(before=commitment.id).rows == []
    states = {}
    for state in service.state_words():
        states[state] = len(service.register(state=state, subject_id=shop.subject.id).rows)
    assert [state for state, n in states.items() if n] == ["keeping"]
    clock.set(date(2026, 12, 21))
    assert service.register(state="overdue").rows
    assert service.of_office(clerk, state="overdue") == [commitment]
    for duty in commitment.duties:
        duty.outcome = "kept"
    db.session.flush()
    assert service.register(state="in_force").rows
    clock.set(date(2028, 11, 21))
    assert service.register(state="expired").rows
    assert commitment.standing == "expired"
    assert shop.sign().id != commitment.id
    assert service.of_office(make_actor()) == []


def test_the_register_is_read_twenty_by_twenty(shop: Shop, clock: Clock) -> None:
    for _number in range(21):
        commitment = shop.sign()
        clock.move(minutes=11)
        service.withdraw(commitment, shop.actor)
    first = service.register()
    assert (len(first.rows), first.is_first) == (20, True)
    second = service.register(before=first.older)
    assert (len(second.rows), second.older, second.is_first) == (1, None, False)


def test_what_is_to_do_is_listed(shop: Shop) -> None:
    shop.draft("training-teachers", none="")
    commitment = shop.sign()
    assert [each.slug for each in service.begun(shop.actor)] == ["training-teachers"]
    assert [duty.clause for duty, _of in service.due(shop.actor)] == ["price", "source"]
    assert service.all_mine(shop.actor) == [commitment]
    assert service.all_mine(make_actor()) == []


def test_drafts_are_forgotten_after_sixty_days(shop: Shop, clock: Clock) -> None:
    shop.draft()
    clock.move(days=60)
    assert service.purge() == 0
    clock.move(days=1)
    assert service.purge() == 1


def test_an_office_asks_a_list_and_only_the_businesses_sign(shop: Shop, clerk: Actor) -> None:
    alone = make_subject("虚构县李家汤馆")
    codes = service.read_codes(f"code\n{shop.subject.code}\n{alone.code}\n".encode())
    due = date(2026, 12, 1)
    request = service.ask(SOUP, codes, clerk, due_on=due, note="")
    assert told(shop) == ["commitment_asked"]
    assert [ask.subject_id for ask in service.asked_of(shop.actor)] == [shop.subject.id]
    db.session.commit()
    progress = service.progress(request)
    assert (progress.asked, progress.signed, progress.unreached, progress.open) == (2, 0, 1, 2)
    shop.sign()
    db.session.expire_all()
    assert service.asked_of(shop.actor) == []
    (progress,) = service.requests_of(clerk)
    assert (progress.asked, progress.signed) == (2, 1)
    assert service.request(request.id, clerk) is request
    assert service.request(request.id, make_actor(make_staff(body="housing"))) is None
    assert (SOUP, "Beef-soup shop: quality and prices") in service.askable(clerk, "en")
    assert (SOUP, "牛肉汤店质量和价格承诺") in service.askable(clerk, "zh")


def test_who_has_signed_already_is_not_asked_again(shop: Shop, clerk: Actor) -> None:
    commitment = shop.sign()
    request = service.ask(SOUP, [shop.subject.code], clerk, due_on=date(2026, 12, 1), note="")
    assert [ask.commitment_id for ask in request.asks] == [commitment.id]
    assert told(shop) == ["commitment_signed"]


def test_a_list_with_a_fault_is_not_sent(shop: Shop, clerk: Actor) -> None:
    due = date(2026, 12, 1)
    ask = lambda slug, codes, on=due: service.ask(slug, codes, clerk, due_on=on, note="")  # noqa: E731
    code = shop.subject.code
    assert refused(lambda: ask("agency-listings", [code])) == "text_missing"
    assert refused(lambda: ask("no-such", [code])) == "text_missing"
    assert refused(lambda: ask(SOUP, [code], date(2026, 1, 1))) == "due_past"
    assert refused(lambda: ask(SOUP, [code, "X"])) == "codes_unknown"
    assert refused(lambda: service.read_codes(b"\n")) == "codes_missing"
    assert refused(lambda: service.read_codes(b"code\n")) == "codes_missing"
    many = "\n".join(map(str, range(2001))).encode()
    assert refused(lambda: service.read_codes(many)) == "codes_many"
    assert service.read_codes("统一社会信用代码,名称\na1,甲".encode("gb18030")) == ["A1"]
    assert db.session.scalars(select(Ask)).all() == []


def _with(**changes: object) -> texts.Text:
    found = texts.get(SOUP, 2)
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]


def test_the_credit_office_reviews_breaches_of_every_office(
    shop: Shop, clock: Clock, clerk: Actor
) -> None:
    office = make_actor(make_staff("reviewer", body="development-reform"))
    commitment = shop.sign()
    clock.move(minutes=10)
    assert service.office(commitment.number or "", office) is None
    service.notify_breach(commitment, clerk, note="缺", sent=PROOF)
    db.session.flush()
    assert service.of_office(office) == [commitment]
    assert service.office(commitment.number or "", office) is commitment
    assert [name for name, _words in service.offers(commitment, office)] == [
        "drop_breach", "decide_breach",
    ]  # fmt: skip
    assert not service.may_confirm(commitment, office)
    assert service.offers(commitment, shop.actor) == []


def test_an_objection_marks_it_and_upheld_puts_it_right(
    shop: Shop, clock: Clock, clerk: Actor, reviewer: Actor
) -> None:
    commitment = shop.sign()
    clock.move(minutes=10)
    service.notify_breach(commitment, clerk, note="缺", sent=PROOF)
    clock.set(date(2026, 12, 1))
    service.decide_breach(commitment, reviewer, note="不足")
    db.session.commit()
    number = commitment.number or ""
    found = objections.target("commitment", number, shop.actor)
    assert found is not None
    assert found.shown["state"] == "违诺"
    assert objections.target("commitment", "0", shop.actor) is None
    assert objections.target("commitment", number, make_actor()) is None
    draft = objections.begin(found, shop.actor)
    objections.save(
        draft, found, fields=["state"], ground="wrong", claimed="已履行", explanation="秤有误"
    )
    case, _code = objections.submit(draft, shop.actor)
    db.session.commit()
    by = By("account:1", "clerk", "development-reform")
    for step, told_ in (("accept", {}), ("propose", {"decisions": [
        {"field": "state", "outcome": "corrected", "reason": "复核称量合格", "value": "履行中"}
    ]})):  # fmt: skip
        objections.advance(case, step, by=by, note="见材料", **told_)
        db.session.commit()
        case = db.session.get_one(type(case), case.id)
    assert again(commitment).is_disputed
    second = By("account:2", "reviewer", "development-reform")
    objections.advance(case, "decide", by=second, note="")
    commitment = again(commitment)
    assert (commitment.standing, commitment.is_disputed) == ("keeping", False)
    assert (
        refused(lambda: service.mark_disputed("0", disputed=True, actor="x"))
        == "no_such_commitment"
    )


def test_a_letter_that_was_revoked_already_stays_as_it_was(shop: Shop, clock: Clock) -> None:
    commitment = shop.sign()
    document = service.document_of(commitment)
    assert document is not None
    documents.revoke(document, reason="印错了", actor="test")
    clock.move(minutes=5)
    service.withdraw(commitment, shop.actor)
    assert (commitment.state, document.revoked_reason) == ("withdrawn", "印错了")


def test_what_was_taken_back_early_is_not_announced(shop: Shop, clock: Clock) -> None:
    commitment = shop.sign()
    service.withdraw(commitment, shop.actor)
    db.session.commit()
    before = revision.current()
    clock.move(minutes=11)
    service.bump_when_listed(commitment.id)
    assert revision.current() == before


def test_a_database_without_tables_has_no_changed_texts() -> None:
    db.session.remove()
    engine = create_engine("sqlite://")
    db.session.configure(bind=engine)
    assert service.changed_texts() == []
    db.session.remove()
    engine.dispose()


def test_a_promise_taken_back_early_leads_to_no_record(shop: Shop, clock: Clock) -> None:
    service.withdraw(shop.sign(), shop.actor)
    db.session.commit()
    clock.move(minutes=11)
    assert scenarios.take_commitments() == 1
    found = select(Record).where(Record.kind == "commitment")
    assert db.session.scalars(found).all() == []
