"""What the pages do not reach: races, imports, staff, closed accounts."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from portal.accounts import service
from portal.accounts.models import ClaimCode, Representation, SentCode
from portal.accounts.rules import Contact
from portal.accounts.service import claiming, proving
from portal.core import clock, db, sealing
from portal.core.errors import Refused
from tests.factories import (
    TODAY,
    make_account,
    make_actor,
    make_representative,
    make_staff,
    make_subject,
)


def reason(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.reason


def test_a_file_of_claim_codes_is_taken_line_by_line(app: Flask) -> None:
    shop = make_subject()
    lines = [
        "code,claim_code",
        f"{shop.code},7K3M-9QXA-11ZZ",
        f"{shop.code},7K3M-9QXA-11ZZ",
        f"{shop.code},short",
        "91340499MA000000XX,7K3M-9QXA-22ZZ",
    ]
    result = service.import_claim_codes(io.StringIO("\n".join(lines)), "test")
    assert result.stored == 1
    assert [line.partition(":")[0] for line in result.problems] == ["line 3", "line 4", "line 5"]
    representation = service.claim(make_actor(), shop.code, "7k3m9qxa11zz")
    assert representation is not None
    assert (representation.is_legal, representation.via) == (True, "code")


def test_a_file_without_the_columns_is_refused(app: Flask) -> None:
    result = service.import_claim_codes(io.StringIO("a,b\n1,2\n"), "test")
    assert result.stored == 0
    assert "columns" in result.problems[0]


def test_a_new_claim_code_ends_the_older_one(app: Flask) -> None:
    shop = make_subject()
    old = service.issue_claim_code(shop.id, "test")
    service.issue_claim_code(shop.id, "test")
    with pytest.raises(Refused, match="claim_wrong"):
        service.claim(make_actor(), shop.code, old)


def test_claiming_twice_is_said_so(app: Flask) -> None:
    shop, account = make_subject(), make_account()
    make_representative(account, shop)
    code = service.issue_claim_code(shop.id, "test")
    with pytest.raises(Refused, match="claim_yours"):
        service.claim(make_actor(account), shop.code, code)


def test_of_two_claims_at_once_one_becomes_a_case(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, first, second = make_subject(), make_account(), make_account()
    make_representative(first, shop)
    looked = iter([None])
    find = claiming._legal
    monkeypatch.setattr(claiming, "_legal", lambda id_: next(looked, find(id_)))
    assert service.take_over(second, shop, "code") is None
    (conflict,) = service.open_conflicts()
    assert (conflict.holder_id, conflict.claimant_id) == (first.id, second.id)


def test_a_claim_whose_rival_is_gone_is_to_be_made_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, first = make_subject(), make_account()
    make_representative(first, shop)
    monkeypatch.setattr(claiming, "_legal", lambda _id: None)
    with pytest.raises(Refused, match="claim_wrong"):
        service.take_over(make_account(), shop, "code")


def test_a_conflict_is_decided_once_and_may_leave_things_as_they_are(app: Flask) -> None:
    shop, first, second = make_subject(), make_account(), make_account()
    make_representative(first, shop)
    service.take_over(second, shop, "oidc")
    (conflict,) = service.open_conflicts()
    service.decide_conflict(conflict, make_actor(), for_claimant=False)
    assert service.open_conflicts() == []
    assert service.may(make_actor(first), shop.id, "manage")
    with pytest.raises(Refused, match="conflict_decided"):
        service.decide_conflict(conflict, make_actor(), for_claimant=True)


def test_a_legal_representative_may_step_down_and_is_not_withdrawn_by_others(app: Flask) -> None:
    shop, owner = make_subject(), make_account()
    row = make_representative(owner, shop)
    assert service.withdraw(make_actor(), row.id) is None
    assert service.withdraw(make_actor(owner), row.id) == shop.code
    assert service.withdraw(make_actor(owner), row.id) is None
    assert service.agents_of(shop.id) == []


def test_an_agent_who_gives_up_is_reported_to_who_invited(app: Flask) -> None:
    shop, owner, agent = make_subject(), make_account(), make_account()
    make_representative(owner, shop)
    until = TODAY + timedelta(days=30)
    code = service.invite(make_actor(owner), shop, label="x", scopes=["read"], until=until)
    row = service.accept_invitation(make_actor(agent), code)
    with pytest.raises(Refused, match="invitation_wrong"):
        service.accept_invitation(make_actor(), code)
    service.withdraw(make_actor(agent), row.id)
    notices = service.notices_of(make_actor(owner), language="zh", page=1)
    assert any("不再代表" in str(notice.title) for notice in notices)
    assert service.act_words("accounts.invite", "en") == "Invited somebody to act"
    assert service.act_words("something.else", "en") == "something.else"


def test_who_withdraws_an_offer_must_manage(app: Flask) -> None:
    shop, owner = make_subject(), make_account()
    make_representative(owner, shop)
    service.invite(make_actor(owner), shop, label="x", scopes=["read"], until=TODAY)
    (offer,) = service.invitations_of(shop.id)
    assert service.withdraw_invitation(make_actor(), offer.id) is None
    assert service.withdraw_invitation(make_actor(owner), offer.id) == shop.code
    assert service.withdraw_invitation(make_actor(owner), offer.id) is None
    assert service.withdraw_invitation(make_actor(owner), 0) is None


def test_staff_have_known_roles_and_a_contact_of_their_own(app: Flask) -> None:
    contact = Contact("sms", "13900000077")
    given = {"name": "李", "contact": contact, "password_hash": None}
    with pytest.raises(Refused, match="roles_unknown"):
        service.add_staff(**given, roles=("king",))
    with pytest.raises(Refused, match="roles_unknown"):
        service.add_staff(**given, roles=())
    assert service.add_staff(**given, roles=("auditor",)).phone == "13900000077"
    with pytest.raises(Refused, match="contact_taken"):
        service.add_staff(**given, roles=("auditor",))


def test_a_closed_account_opens_nothing(app: Flask) -> None:
    account = make_account()
    token = service.begin_session(account, user_agent="")
    account.closed_at = clock.now()
    db.session.commit()
    assert service.load(token) is None
    assert service.get_open(account.id) is None
    assert service.load("no such token") is None


def test_a_person_signed_out_elsewhere_is_told(app: Flask) -> None:
    with pytest.raises(Refused, match="no_such_session"):
        service.end_session("x", make_actor())


def test_a_code_that_cannot_be_sent_is_said_so_outside_the_demo(app: Flask) -> None:
    with pytest.raises(Refused, match="channel_missing"):
        service.begin_recovery(contact="13900000001", language="zh", is_shown=False)


def test_a_contact_taken_while_the_code_was_under_way_is_refused(app: Flask) -> None:
    contact = Contact("sms", "13900000088")
    ticket, code = service.begin_sign_up(
        name="王", contact=contact.address, password="一碗牛肉汤再加两个烧饼", is_adult=True,
        language="zh", is_shown=True,
    )  # fmt: skip
    make_account(contact=contact)
    with pytest.raises(Refused, match="sent_code_over"):
        service.finish_sign_up(ticket, code, language="zh")


def test_only_demo_accounts_show_their_code(app: Flask) -> None:
    account = make_account(contact=Contact("email", "soup@demo.example"))
    assert service.demo_code(account) is None
    service.give_totp(account, service.new_totp_secret())
    assert len(service.demo_code(account) or "") == 6
    other = make_staff()
    service.give_totp(other, service.new_totp_secret())
    assert service.demo_code(other) is None


def test_what_is_sealed_opens_with_its_own_key_alone() -> None:
    sealing.start("a secret of this test")
    sealed = sealing.seal(b"x", "purpose")
    assert sealing.unseal(sealed, "purpose") == b"x"
    assert sealing.unseal(sealed, "other") is None
    assert sealing.unseal(b"", "purpose") is None
    sealing.start("only for tests, and long enough to be accepted")


def test_claim_codes_lie_in_the_database_as_fingerprints(app: Flask) -> None:
    code = service.issue_claim_code(make_subject().id, "test").replace("-", "")
    row = db.session.query(ClaimCode).one()
    assert code not in row.digest
    assert db.session.query(Representation).all() == []


def test_codes_to_one_address_are_counted_and_then_refused(app: Flask) -> None:
    for _time in range(proving.rules.MOST_FAILURES):
        proving.count_sending("139 0000 0077")
    with pytest.raises(Refused) as refused:
        proving.count_sending("13900000077")
    assert (refused.value.reason, refused.value.field) == ("sent_often", "contact")
    proving.count_sending("13900000078")


def test_a_sent_code_that_another_tab_used_in_this_moment_is_over(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(contact=Contact("sms", "13900000079"))
    ticket, code = service.send_signing_code(account, is_shown=True)

    def compared_while_another_uses_it(_one: str, _other: str) -> bool:
        db.session.execute(delete(SentCode))
        return True

    monkeypatch.setattr(proving.secrets, "compare_digest", compared_while_another_uses_it)
    with pytest.raises(Refused, match="sent_code_over"):
        proving.take_sent_code(ticket, "sign", code)
