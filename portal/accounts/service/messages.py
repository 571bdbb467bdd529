"""Notices: always on the page, and by mail or SMS as far as those were handed over."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select, update

from portal.accounts.models import Account, Delivery, Message
from portal.accounts.rules import Contact
from portal.accounts.service.representing import accounts_for
from portal.core import clock, content, jobs, outgoing, sealing
from portal.core.actor import Actor
from portal.core.db import session
from portal.subjects.models import Subject

PAGE_SIZE = 20
ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
PURPOSE = "delivery"
PLACE = re.compile(r"\{(\w+)\}")
PLACES = re.compile(r"(\{url\}[^\s，。]*(?<!\.)|\{\w+\})")
# How long staff are shown what became of messages.
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Text:
    """What a notice says: its title, its sentences, and the short text for a phone."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    sms_zh: str = "【{site}】您有一条新消息，请登录{url}/me/messages查看。"
    sms_en: str = "[{site}] You have a new message. Sign in at {url}/en/me/messages to read it."


@dataclass(frozen=True)
class Said:
    """Words of ours with quoted names and numbers among them, which a page marks as such.

    Each piece comes with the place that it fills; words of ours with none.
    """

    pieces: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(text for text, _place in self.pieces)


@dataclass(frozen=True)
class Notice:
    """One message as a page shows it."""

    id: int
    title: Said
    body: Said
    at: datetime
    is_read: bool
    deliveries: Sequence[Delivery]


@cache
def texts() -> dict[str, Text]:
    """Every text of content/messages/, by its key."""
    found: dict[str, Text] = {}
    for file in sorted((content.ROOT / "messages").glob("*.toml")):
        name = f"messages/{file.name}"
        for key, row in content.load(name).items():
            if key in found:
                raise content.ContentError(f"content/{name}: '{key}' stands in another file too")
            found[key] = content.build(Text, row, f"{name}, {key}")
    return found


def notify(account_id: int, key: str, subject_id: int | None = None, **data: Any) -> Message:
    """Tell one person something: on the page, and by every way they can be reached.

    `data` fills the {places} of the text; dates are given as ISO strings.
    Raises KeyError for a key that no text has.
    """
    texts()[key]
    account = session.get_one(Account, account_id)
    message = Message(
        account_id=account_id,
        subject_id=subject_id,
        key=key,
        data={name: str(value) for name, value in data.items()},
        created_at=clock.now(),
        deliveries=[],
    )
    session.add(message)
    values = _values(message.data, _subject_name(subject_id))
    for channel, address in (("email", account.email), ("sms", account.phone)):
        if address:
            message.deliveries.append(_delivery(channel, address, key, account.language, values))
    session.flush()  # a delivery's job is told its number
    for delivery in message.deliveries:
        _enqueue(delivery)
    return message


def notify_subject(subject_id: int, scope: str, key: str, **data: Any) -> int:
    """Tell everyone who may act so for a business; returns how many that are."""
    accounts = accounts_for(subject_id, scope)
    for account_id in accounts:
        notify(account_id, key, subject_id, **data)
    return len(accounts)


def send_to(contact: Contact, key: str, language: str, **data: str) -> Delivery:
    """Send to somebody who may have no account; its text is gone once it was handed over."""
    delivery = _delivery(contact.channel, contact.address, key, language, _values(data, ""))
    session.add(delivery)
    session.flush()  # its job is told its number
    _enqueue(delivery)
    return delivery


def deliver(delivery_id: int) -> None:
    """Hand one message over; when that fails, say so and try again later, longer each time.

    That it is being sent is committed before it leaves. Whoever finds it so knows that a worker
    died meanwhile: a mail goes out again under the same Message-ID, by which mailboxes drop
    doubles; an SMS costs money and would ring twice, so it stays unclear whether it was sent.
    """
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.sealed is None:
        return
    if delivery.state == "sending" and delivery.channel == "sms":
        _done(delivery, "unclear")
        return
    plain = sealing.unseal(delivery.sealed, PURPOSE)
    subject, body = _words(delivery, json.loads(plain) if plain else {})
    delivery.state, delivery.attempts = "sending", delivery.attempts + 1
    session.commit()
    try:
        outgoing.send(delivery.channel, delivery.address, subject, body, f"delivery-{delivery.id}")
    except outgoing.NotSent:
        delivery.state = "failed" if delivery.attempts < ATTEMPTS else "given_up"
        if delivery.state == "failed":
            _enqueue(delivery, after=FIRST_PAUSE * 4 ** (delivery.attempts - 1))
    except outgoing.Unclear:
        _done(delivery, "unclear")
    else:
        _done(delivery, "handed_over")


def _done(delivery: Delivery, state: str) -> None:
    delivery.state, delivery.sealed, delivery.done_at = state, None, clock.now()


def count_undelivered() -> tuple[int, int]:
    """How many messages of the last month did not go out, and of how many nobody knows."""
    recent = select(Delivery.state).where(Delivery.created_at > clock.now() - TOLD_FOR)
    counts = Counter(session.scalars(recent.where(Delivery.state.in_(("given_up", "unclear")))))
    return counts["given_up"], counts["unclear"]


def notices_of(actor: Actor, *, language: str, page: int) -> list[Notice]:
    """One page of what this person was told, newest first."""
    rows = session.scalars(
        select(Message)
        .where(Message.account_id == actor.account_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return [_notice(row, language) for row in rows]


def count_messages(actor: Actor) -> int:
    """How many notices this person has."""
    mine = Message.account_id == actor.account_id
    return session.scalar(select(func.count(Message.id)).where(mine)) or 0


def count_unread(actor: Actor) -> int:
    """How many of them are new."""
    mine = (Message.account_id == actor.account_id, Message.read_at.is_(None))
    return session.scalar(select(func.count(Message.id)).where(*mine)) or 0


def mark_all_read(actor: Actor) -> None:
    """Note that this person has seen every notice so far."""
    session.execute(
        update(Message)
        .where(Message.account_id == actor.account_id, Message.read_at.is_(None))
        .values(read_at=clock.now())
    )


def _notice(message: Message, language: str) -> Notice:
    text = texts()[message.key]
    subject = message.subject.name if message.subject else ""
    values = _values(message.data, subject)
    return Notice(
        id=message.id,
        title=_filled(getattr(text, f"title_{language}"), values),
        body=_filled(getattr(text, f"body_{language}"), values),
        at=message.created_at,
        is_read=message.read_at is not None,
        deliveries=message.deliveries,
    )


def _words(delivery: Delivery, values: dict[str, str]) -> tuple[str, str]:
    text, language = texts()[delivery.key], delivery.language
    kind = "sms" if delivery.channel == "sms" else "body"
    title = _filled(getattr(text, f"title_{language}"), values)
    return str(title), str(_filled(getattr(text, f"{kind}_{language}"), values))


def _delivery(
    channel: str, address: str, key: str, language: str, values: dict[str, str]
) -> Delivery:
    is_configured = outgoing.is_configured(channel)
    return Delivery(
        channel=channel,
        address=address,
        key=key,
        language=language,
        sealed=sealing.seal(json.dumps(values).encode(), PURPOSE) if is_configured else None,
        state="queued" if is_configured else "not_configured",
        attempts=0,
        created_at=clock.now(),
    )


def _enqueue(delivery: Delivery, after: timedelta = timedelta()) -> None:
    if delivery.state == "not_configured":
        return
    key = f"{delivery.id}:{delivery.attempts}"
    jobs.enqueue("accounts.deliver", key=key, at=clock.now() + after, delivery_id=delivery.id)


def _subject_name(subject_id: int | None) -> str:
    return session.get_one(Subject, subject_id).name if subject_id else ""


def _values(data: dict[str, str], subject: str) -> dict[str, str]:
    name, url = outgoing.site()
    return {"site": name, "url": url, "subject": subject, **data}


def _filled(text: str, values: dict[str, str]) -> Said:
    """`text` with its {places} filled in; a place that nobody filled stays as it is.

    An address of this site is one piece, to its end.
    """
    pieces = []
    for place, piece in enumerate(PLACES.split(text)):
        filled = PLACE.sub(lambda found: values.get(found[1], found[0]), piece)
        name = "url" if piece.startswith("{url}") else piece.strip("{}")
        pieces.append((filled, name if place % 2 else ""))
    return Said(tuple(piece for piece in pieces if piece[0]))
