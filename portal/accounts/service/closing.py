"""Closing an account: what is personal goes, what the law keeps stays without a name."""

from sqlalchemy import delete, select

from portal.accounts.models import (
    Account,
    Delivery,
    Message,
    Passkey,
    RecoveryCode,
    Representation,
    SignInSession,
)
from portal.core import audit, clock
from portal.core.actor import Actor
from portal.core.db import session

CLOSED_NAME = "已注销"


def close(actor: Actor) -> None:
    """Close this person's account: names, contacts and keys go, sessions end, nobody is
    represented any more. Cases and documents stay under the number of the account (PIPL 47)."""
    account = session.get_one(Account, actor.account_id)
    now = clock.now()
    for acting in session.scalars(
        select(Representation).where(
            Representation.account_id == account.id, Representation.ended_at.is_(None)
        )
    ):
        acting.ended_at = now
    messages = select(Message.id).where(Message.account_id == account.id)
    session.execute(delete(Delivery).where(Delivery.message_id.in_(messages)))
    for kind in (Message, Passkey, RecoveryCode, SignInSession):
        session.execute(delete(kind).where(kind.account_id == account.id))
    account.name = CLOSED_NAME
    account.phone = account.email = account.password_hash = account.totp_sealed = None
    account.issuer = account.issuer_subject = None
    account.closed_at = now
    audit.record("accounts.close", "account", account.id, actor.label)
