"""Notices by mail and SMS: handed over to real servers of the test, or honestly not."""

import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from portal.accounts import service
from portal.accounts.models import Account, Delivery
from portal.accounts.rules import Contact
from portal.accounts.service import messages
from portal.core import db, jobs, outgoing
from portal.core.content import ContentError
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import make_account, make_subject


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 try later"
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    outgoing.start(
        outgoing.Gateways(
            smtp_url=f"smtp://127.0.0.1:{port}", site_name="信用淮南", site_url="http://site.test"
        )
    )
    yield box
    controller.stop()
    outgoing.start(outgoing.Gateways())


@pytest.fixture
def gateway() -> Iterator[list[dict[str, str]]]:
    """An SMS gateway that takes everything but what is for 13900000500.

    What is for 13900000504 it takes without an answer.
    """
    taken: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_taken = body["to"] != "13900000500"
            if is_taken:
                taken.append(body)
            if body["to"] == "13900000504":
                self.close_connection = True
                return
            self.send_response(202 if is_taken else 500)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    outgoing.start(
        outgoing.Gateways(
            sms_url=f"http://127.0.0.1:{server.server_port}/send", site_name="信用淮南",
            site_url="http://site.test",
        )
    )  # fmt: skip
    yield taken
    server.shutdown()
    thread.join()
    server.server_close()
    outgoing.start(outgoing.Gateways())


def by_mail() -> Account:
    return make_account(contact=Contact("email", "wang@example.com"))


def states() -> list[str]:
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def run(delivery_id: int) -> None:
    service.deliver(delivery_id)
    db.session.commit()


def test_a_notice_goes_out_by_mail(app: Flask, mailbox: Mailbox) -> None:
    shop = make_subject("虚构县张记牛肉汤馆")
    service.notify(by_mail().id, "claimed", shop.id)
    db.session.commit()
    assert states() == ["queued"]
    jobs.run_due()
    assert states() == ["handed_over"]
    (mail,) = mailbox.mails
    assert mail.rcpt_tos == ["wang@example.com"]
    assert db.session.scalars(select(Delivery.sealed)).all() == [None]


def test_a_notice_by_sms_says_nothing_of_the_case(
    app: Flask, gateway: list[dict[str, str]]
) -> None:
    shop = make_subject("虚构县张记牛肉汤馆")
    service.notify(make_account(contact=Contact("sms", "13900000001")).id, "claimed", shop.id)
    db.session.commit()
    jobs.run_due()
    (sms,) = gateway
    assert sms["to"] == "13900000001"
    assert sms["text"].startswith("【信用淮南】")
    assert "张记" not in sms["text"]
    assert sms["reference"].startswith("delivery-")


def test_what_was_not_taken_is_tried_again_and_said_so(
    app: Flask, mailbox: Mailbox, clock: Clock
) -> None:
    mailbox.refuses = True
    service.notify(by_mail().id, "password_changed")
    db.session.commit()
    jobs.run_due()
    assert states() == ["failed"]
    mailbox.refuses = False
    clock.move(minutes=2)
    jobs.run_due()
    assert states() == ["handed_over"]
    assert len(mailbox.mails) == 1


class Killed(BaseException):
    """What a worker that is killed would raise, if it could."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The first worker dies after handing over what it sends, before it can say so."""
    send, sent = outgoing.send, []

    def dies(*given: str) -> None:
        send(*given)
        sent.append(given)
        if len(sent) == 1:
            raise Killed

    monkeypatch.setattr(outgoing, "send", dies)
    yield
    assert sent


def work_until_killed() -> None:
    with pytest.raises(Killed):
        jobs.run_due()
    db.session.rollback()


def test_a_mail_of_a_worker_that_died_comes_again_as_the_same_mail(
    app: Flask, mailbox: Mailbox, clock: Clock, dying: None
) -> None:
    service.notify(by_mail().id, "password_changed")
    db.session.commit()
    work_until_killed()
    assert states() == ["sending"]
    clock.move(minutes=11)
    jobs.run_due()
    assert states() == ["handed_over"]
    first, second = (message_from_bytes(mail.content)["Message-ID"] for mail in mailbox.mails)
    assert first == second


def test_an_sms_of_a_worker_that_died_is_unclear_and_never_sent_twice(
    app: Flask, gateway: list[dict[str, str]], clock: Clock, dying: None
) -> None:
    service.notify(make_account(contact=Contact("sms", "13900000001")).id, "password_changed")
    db.session.commit()
    work_until_killed()
    for _time in range(2):
        clock.move(minutes=11)
        jobs.run_due()
        assert states() == ["unclear"]
    assert len(gateway) == 1
    assert db.session.scalars(select(Delivery.sealed)).all() == [None]


def test_an_sms_that_the_gateway_took_without_an_answer_is_unclear(
    app: Flask, gateway: list[dict[str, str]], clock: Clock
) -> None:
    service.notify(make_account(contact=Contact("sms", "13900000504")).id, "password_changed")
    db.session.commit()
    for _time in range(2):
        jobs.run_due()
        clock.move(days=1)
    assert states() == ["unclear"]
    assert len(gateway) == 1


def test_staff_are_told_for_a_month_what_did_not_go_out(app: Flask, clock: Clock) -> None:
    assert service.count_undelivered() == (0, 0)
    for state in ("given_up", "unclear", "unclear", "handed_over"):
        delivery = service.send_to(Contact("sms", "13900000001"), "sign_up_code", "zh", code="1")
        delivery.state = state
    assert service.count_undelivered() == (1, 2)
    clock.move(days=31)
    assert service.count_undelivered() == (0, 0)


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", "短信：不清楚是否已发出，为避免重复没有再发"),
        ("/en", "Text message: may or may not have been sent"),
    ],
)
def test_the_owner_reads_what_became_of_an_sms(browser: Browser, prefix: str, words: str) -> None:
    account = make_account()
    browser.sign_in(account)
    message = service.notify(account.id, "password_changed")
    message.deliveries.append(
        Delivery(channel="sms", address="13900000001", key="password_changed", language="zh",
                 state="unclear", attempts=1, created_at=message.created_at)
    )  # fmt: skip
    db.session.commit()
    assert words in browser.get(f"{prefix}/me/messages").text


@pytest.mark.parametrize(
    ("key", "prefix", "words", "address"),
    [
        ("password_changed", "", "请马上在这一页重新设置。", "/recover"),
        ("password_changed", "/en", "set a new one at this page now.", "/en/recover"),
        ("sign_up_known", "/en", "set a new password at this page. If not", "/en/recover"),
        ("commitment_due", "", "有一项要在2026年12月5日前完成。做完了请报告：这一页。",
         "/commitments/mine/34040020261129000001"),
        ("commitment_due", "/en", "due by 5 December 2026. Please report once it is done: this page.",
         "/en/commitments/mine/34040020261129000001"),
        ("repair_possible", "", "不收费：这一页", "/repair/7/new"),
    ],
)  # fmt: skip
def test_a_message_on_the_page_has_links_and_days_in_words(
    browser: Browser, key: str, prefix: str, words: str, address: str
) -> None:
    account = make_account()
    browser.sign_in(account)
    service.notify(account.id, key, number="34040020261129000001", due="2026-12-05", record="7")
    db.session.commit()
    page = browser.get(f"{prefix}/me/messages")
    assert words in " ".join(page.main.split())
    assert page.all(f"//article//a[@href='{address}']")
    assert "127.0.0.1" not in page.main
    assert "://" not in page.main


def test_after_six_tries_it_is_given_up(
    app: Flask, gateway: list[dict[str, str]], clock: Clock
) -> None:
    service.notify(make_account(contact=Contact("sms", "13900000500")).id, "password_changed")
    db.session.commit()
    for _time in range(messages.ATTEMPTS):
        jobs.run_due()
        clock.move(days=1)
    assert states() == ["given_up"]
    assert gateway == []


def test_a_server_that_is_away_is_no_accident(app: Flask) -> None:
    outgoing.start(outgoing.Gateways(sms_url="http://127.0.0.1:1/", smtp_url="smtp://127.0.0.1:1"))
    for channel in ("sms", "email"):
        with pytest.raises(outgoing.NotSent):
            outgoing.send(channel, "x", "y", "z", "r")
    outgoing.start(outgoing.Gateways())


def test_a_delivery_is_made_once(app: Flask, mailbox: Mailbox) -> None:
    delivery = service.send_to(Contact("email", "a@example.com"), "sign_up_code", "en", code="12")
    db.session.commit()
    run(delivery.id)
    run(delivery.id)
    run(10**9)
    (mail,) = mailbox.mails
    assert b"Your code: 12" in mail.content
    assert b"Message-ID: <delivery-%d@" % delivery.id in mail.content


def test_without_a_way_out_the_notice_is_on_the_page_alone(app: Flask) -> None:
    service.notify(by_mail().id, "password_changed")
    assert states() == ["not_configured"]
    assert jobs.run_due() >= 0


def test_every_text_is_there_in_both_languages_and_has_its_places(app: Flask) -> None:
    for key, text in messages.texts().items():
        for name in ("title", "body", "sms"):
            zh, en = (getattr(text, f"{name}_{language}") for language in ("zh", "en"))
            places = [set(messages.re.findall(r"{(\w+)}", words)) - {"url"} for words in (zh, en)]
            assert {p.split("_")[0] for p in places[0]} == {p.split("_")[0] for p in places[1]}, key


def test_a_text_in_two_files_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    text = '[x]\ntitle_zh="a"\ntitle_en="a"\nbody_zh="a"\nbody_en="a"\n'
    for name in ("one.toml", "two.toml"):
        (folder / name).write_text(text)
    monkeypatch.setattr(messages.content, "ROOT", tmp_path)
    messages.texts.cache_clear()
    messages.content.load.cache_clear()
    with pytest.raises(ContentError, match="another file"):
        messages.texts()
    messages.texts.cache_clear()
    messages.content.load.cache_clear()
