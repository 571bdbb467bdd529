"""A reply is short, holds no numbers of persons, waits, and is shown only after somebody looked."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import db
from portal.core.audit import Event
from portal.core.errors import Refused
from portal.scenarios import service
from portal.scenarios.rules.replies import LONGEST, STATES, checked
from tests.factories import make_listed, make_subject


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  \n ", "reply_empty"),
        ("很" * (LONGEST + 1), "reply_too_long"),
        ("请打13800000000找我", "reply_personal"),
        ("写信到 owner@example.com", "reply_personal"),
    ],
)
def test_what_is_no_reply_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(text)
    assert (refused.value.reason, refused.value.field) == (reason, "text")


def test_a_reply_may_be_as_long_as_allowed() -> None:
    assert checked(" 很" * 150 + " ") == " ".join(["很"] * 150)
    assert len(checked("很" * LONGEST)) == LONGEST


def test_a_reply_waits_is_shown_and_makes_room_for_the_next(app: Flask) -> None:
    shop = make_listed()
    first = service.reply(shop.id, "beef-soup", "第一次说明。", actor="account:1")
    second = service.reply(shop.id, "beef-soup", "改过的说明。", actor="account:1")
    assert (first.state, second.state) == ("replaced", "waiting")
    assert [each.id for each in service.waiting_replies()] == [second.id]
    assert service.shown_replies("beef-soup", [shop.id]) == {}
    service.show_reply(second.id, actor="account:9")
    assert service.shown_replies("beef-soup", [shop.id]) == {shop.id: "改过的说明。"}
    third = service.reply(shop.id, "beef-soup", "第三次说明。", actor="account:1")
    assert service.shown_replies("beef-soup", [shop.id]) == {shop.id: "改过的说明。"}
    service.show_reply(third.id, actor="account:9")
    assert [each.state for each in service.replies_of(shop.id)] == [
        "shown", "replaced", "replaced",
    ]  # fmt: skip
    service.withdraw_reply(third.id, actor="account:1")
    assert service.shown_replies("beef-soup", [shop.id]) == {}
    assert {each.state for each in service.replies_of(shop.id)} <= set(STATES)


def test_a_refused_reply_keeps_its_reason_and_is_never_shown(app: Flask) -> None:
    shop = make_listed()
    made = service.reply(shop.id, "beef-soup", "隔壁老王才有问题。", actor="account:1")
    service.refuse_reply(made.id, reason="说的是别人", actor="account:9")
    assert (made.state, made.reason) == ("refused", "说的是别人")
    assert service.shown_replies("beef-soup", [shop.id]) == {}
    told = [event.action for event in db.session.scalars(select(Event).order_by(Event.id))]
    assert told[-2:] == ["scenarios.reply", "scenarios.reply_refused"]


def test_only_who_waits_is_decided_and_only_who_is_listed_replies(app: Flask) -> None:
    shop = make_listed()
    made = service.reply(shop.id, "beef-soup", "说明。", actor="account:1")
    for act in (
        lambda: service.reply(make_subject().id, "beef-soup", "说明。", actor="a"),
        lambda: service.refuse_reply(made.id, reason=" ", actor="a"),
        lambda: service.show_reply(made.id + 1, actor="a"),
        lambda: service.withdraw_reply(made.id + 1, actor="a"),
    ):
        with pytest.raises(Refused):
            act()
    service.show_reply(made.id, actor="a")
    with pytest.raises(Refused):
        service.show_reply(made.id, actor="a")
    assert service.shown_replies("beef-soup", []) == {}


def test_the_commands_enter_list_show_refuse_and_withdraw(own_app: Flask) -> None:
    run = own_app.test_cli_runner().invoke
    with own_app.app_context():
        code = make_listed().code
    write = ["portal", "replies", "write", code, "beef-soup"]
    assert run(args=[*write, "已经整改。"]).output == "reply 1: waiting\n"
    assert run(args=["portal", "replies", "list"]).output == "1  beef-soup  已经整改。\n"
    assert run(args=["portal", "replies", "show", "1"]).output == "reply 1: shown\n"
    assert run(args=[*write, "又整改了。"]).exit_code == 0
    refused = run(args=["portal", "replies", "refuse", "2", "--reason", "重复"])
    assert refused.output == "reply 2: refused\n"
    assert "telephone" in run(args=[*write, "13800000000"]).output
    assert "No subject" in run(args=["portal", "replies", "write", "X", "beef-soup", "a"]).output
    assert "No reply" in run(args=["portal", "replies", "show", "7"]).output
    withdraw = ["portal", "replies", "withdraw", "1"]
    assert run(args=withdraw).output == "reply 1: withdrawn\n"
    assert "No reply" in run(args=withdraw).output
