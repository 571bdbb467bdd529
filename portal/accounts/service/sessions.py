"""Signed-in browsers: begun, found again, confirmed, ended."""

import secrets
from collections.abc import Sequence
from typing import cast

from sqlalchemy import delete, select, update

from portal.accounts import rules
from portal.accounts.models import Account, Attempt, Challenge, SentCode, SignInSession
from portal.core import audit, clock, db, parking, sealing
from portal.core.actor import Actor, Kind, SignedIn
from portal.core.db import session
from portal.core.errors import Refused


def actor_of(account: Account) -> Actor:
    """What pages and services are told of an account."""
    return Actor(
        account_id=account.id,
        name=account.name,
        kind=cast(Kind, account.kind),
        roles=frozenset(account.roles),
        body=account.body,
        area=account.area_code,
        level=account.level,
    )


def begin_session(account: Account, *, user_agent: str) -> str:
    """Sign a browser in; returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        SignInSession(
            id=_id(token),
            account_id=account.id,
            device=rules.device(user_agent),
            created_at=now,
            seen_at=now,
            confirmed_at=now,
        )
    )
    audit.record("accounts.sign_in", "account", account.id, f"account:{account.id}")
    return token


def account_of(actor: Actor) -> Account:
    """The account of a signed-in person."""
    return session.get_one(Account, actor.account_id)


def get_open(account_id: int) -> Account | None:
    """An account that was not closed."""
    return session.scalar(
        select(Account).where(Account.id == account_id, Account.closed_at.is_(None))
    )


def first_step(account: Account) -> list[str | int]:
    """What a browser keeps between password and second step; worth nothing once that is changed."""
    return [account.id, sealing.digest(account.password_hash or "", "first step")]


def after_first_step(account_id: int, kept: str) -> Account | None:
    """The open account whose first step was taken with the password that it still has."""
    account = get_open(account_id)
    return account if account and first_step(account) == [account_id, kept] else None


def speak(account: Account, language: str) -> None:
    """Write to this person in the language they use."""
    account.language = language


def load(token: str) -> SignedIn | None:
    """The living session of a token, or None."""
    found = session.execute(
        select(SignInSession, Account)
        .join(Account, Account.id == SignInSession.account_id)
        .where(SignInSession.id == _id(token), Account.closed_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    now = clock.now()
    if not rules.is_alive(account.kind, created_at=row.created_at, seen_at=row.seen_at, now=now):
        return None
    return SignedIn(
        actor=actor_of(account),
        session_id=row.id,
        confirmed_at=row.confirmed_at,
        is_stale=now - row.seen_at >= rules.SEEN_STEP,
    )


def touch(session_id: str) -> None:
    """Note that a session was used just now."""
    session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(seen_at=clock.now())
    )


def confirm_session(session_id: str, actor: Actor) -> None:
    """Note that its person proved anew who they are."""
    now = clock.now()
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .values(confirmed_at=now, seen_at=now)
    )
    audit.record("accounts.confirm", "account", actor.account_id, actor.label)


def sessions_of(actor: Actor) -> Sequence[SignInSession]:
    """Every browser in which this person is signed in, last used first."""
    rows = session.scalars(
        select(SignInSession)
        .where(SignInSession.account_id == actor.account_id)
        .order_by(SignInSession.seen_at.desc(), SignInSession.id)
    )
    now = clock.now()
    return [
        row
        for row in rows
        if rules.is_alive(actor.kind, created_at=row.created_at, seen_at=row.seen_at, now=now)
    ]


def end_session(session_id: str, actor: Actor) -> None:
    """Sign one of this person's browsers out. Raises Refused when there is no such session."""
    own = (SignInSession.id == session_id, SignInSession.account_id == actor.account_id)
    if not db.changed(delete(SignInSession).where(*own)):
        raise Refused("no_such_session")
    audit.record("accounts.sign_out", "account", actor.account_id, actor.label)


def end_all_sessions(actor: Actor) -> int:
    """Sign this person out everywhere; returns how many browsers that were."""
    ended = db.changed(delete(SignInSession).where(SignInSession.account_id == actor.account_id))
    audit.record("accounts.sign_out_everywhere", "account", actor.account_id, actor.label)
    return ended


def purge() -> None:
    """Take away what has run out: sessions, codes, challenges, failures, parked answers."""
    now = clock.now()
    oldest = now - max(rules.LONGEST.values())
    session.execute(delete(SignInSession).where(SignInSession.created_at < oldest))
    session.execute(delete(SentCode).where(SentCode.expires_at <= now))
    session.execute(delete(Challenge).where(Challenge.expires_at <= now))
    session.execute(delete(Attempt).where(Attempt.at < now - rules.FAILURE_WINDOW))
    parking.purge()


def _id(token: str) -> str:
    return sealing.digest(token, "session")
