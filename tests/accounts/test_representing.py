"""Whom an account may act for, and what the business sees of it."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.accounts import service
from tests.browser import Browser
from tests.factories import (
    TODAY,
    make_account,
    make_actor,
    make_representative,
    make_staff,
    make_subject,
)


def test_a_representative_may_do_what_the_scopes_say(app: Flask) -> None:
    shop, account = make_subject(), make_account()
    make_representative(account, shop, scopes=("read", "report"))
    actor = make_actor(account)
    assert service.may(actor, shop.id, "report")
    assert not service.may(actor, shop.id, "sign")
    assert [(row.code, row.name) for row in service.represented(actor)] == [(shop.code, shop.name)]
    found = service.require(actor, shop.code, "read")
    assert found is not None
    assert found.id == shop.id


def test_nobody_acts_for_a_business_of_others_or_that_does_not_exist(app: Flask) -> None:
    shop, stranger = make_subject(), make_actor()
    make_representative(make_account(), shop)
    assert service.require(stranger, shop.code, "read") is None
    assert service.require(stranger, "91340499MADEM9999X", "read") is None
    assert service.represented(stranger) == []


def test_a_representation_ends_with_its_last_day(app: Flask, clock: object) -> None:
    shop, account = make_subject(), make_account()
    make_representative(account, shop, scopes=("read",), until=TODAY + timedelta(days=1))
    actor = make_actor(account)
    clock.move(days=1)  # type: ignore[attr-defined]
    assert service.may(actor, shop.id, "read")
    clock.move(days=1)  # type: ignore[attr-defined]
    assert not service.may(actor, shop.id, "read")
    assert service.represented(actor) == []
    assert service.accounts_for(shop.id, "read") == []


def test_the_business_sees_what_was_done_in_its_name(app: Flask) -> None:
    shop, account = make_subject(), make_account("王小麦")
    make_representative(account, shop)
    service.log_act(make_actor(account), shop.id, "reports.issue", "R-1")
    (act,) = service.acts_of(shop.id)
    assert (act.account.name, act.key, act.thing) == ("王小麦", "reports.issue", "R-1")


def test_an_act_without_words_is_not_noted(app: Flask) -> None:
    with pytest.raises(KeyError, match="no.such"):
        service.log_act(make_actor(make_account()), make_subject().id, "no.such")


def test_everyone_who_acts_for_a_business_is_told(app: Flask) -> None:
    shop = make_subject("虚构县张记牛肉汤馆")
    owner, agent = make_account(), make_account()
    make_representative(owner, shop)
    make_representative(agent, shop, scopes=("read",))
    assert service.notify_subject(shop.id, "read", "claimed") == 2
    assert service.notify_subject(shop.id, "manage", "claimed") == 1
    (notice,) = service.notices_of(make_actor(agent), language="zh", page=1)
    assert str(notice.title) == "您现在可以代表虚构县张记牛肉汤馆"
    assert [delivery.state for delivery in notice.deliveries] == ["not_configured"]


def test_factories_sign_in_a_browser(browser: Browser) -> None:
    staff = make_staff("handler", body="market-regulation", area_code="340403")
    assert service.actor_of(staff).body == "market-regulation"
    browser.sign_in(staff)
    assert browser.client.get_cookie("session") is not None
