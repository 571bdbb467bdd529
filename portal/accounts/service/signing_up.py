"""Signing up, and setting a new password when the old one is forgotten or should change."""

import secrets

from sqlalchemy import delete

from portal.accounts import rules
from portal.accounts.models import Account, SentCode, SignInSession
from portal.accounts.rules import Contact
from portal.accounts.service.messages import notify, send_to
from portal.accounts.service.proving import send_code, take_sent_code
from portal.accounts.service.registering import add_individual, find_by_contact, hash_password
from portal.core import audit, outgoing
from portal.core.db import session
from portal.core.errors import Refused

Sent = tuple[str, str]


def check_channel(contact: Contact, *, is_shown: bool) -> None:
    """Refuse a way by which no code can be sent, unless the demo shows it on the page."""
    if not outgoing.is_configured(contact.channel) and not is_shown:
        raise Refused("channel_missing", "contact")


def begin_sign_up(
    *, name: str, contact: str, password: str, is_adult: bool, language: str, is_shown: bool
) -> Sent:
    """Send a code to confirm the contact; whether an account exists is told to its owner only."""
    if not is_adult:
        raise Refused("not_adult", "is_adult")
    where = rules.contact(contact)
    check_channel(where, is_shown=is_shown)
    data = {"name": name, "password": hash_password(password, (name, where.address))}
    if find_by_contact(where) is not None:
        send_to(where, "sign_up_known", language)
        return secrets.token_urlsafe(16), ""
    return send_code("sign_up", where, "sign_up_code", language, data)


def finish_sign_up(ticket: str, typed: str, *, language: str) -> Account:
    """Make the account whose contact the code confirms. Raises Refused."""
    row = take_sent_code(ticket, "sign_up", typed)
    where = _contact_of(row)
    if find_by_contact(where) is not None:
        raise Refused("sent_code_over", "one_time_code")
    account = add_individual(
        name=row.data["name"], contact=where, password_hash=row.data["password"]
    )
    account.language = language
    return account


def begin_recovery(*, contact: str, language: str, is_shown: bool) -> Sent:
    """Send a code for a new password; nothing tells whether there is an account."""
    where = rules.contact(contact)
    check_channel(where, is_shown=is_shown)
    account = find_by_contact(where)
    if account is None:
        return secrets.token_urlsafe(16), ""
    return send_code("recover", where, "recover_code", language, {"account": account.id})


def finish_recovery(ticket: str, typed: str, password: str) -> Account:
    """Set a new password; second factors stay as they are. Raises Refused.

    Every other code that was sent for it is over too.
    """
    row = take_sent_code(ticket, "recover", typed)
    account = session.get_one(Account, row.data["account"])
    others = (SentCode.purpose == "recover", SentCode.address == row.address)
    session.execute(delete(SentCode).where(*others))
    change_password(account, password, keep="")
    return account


def change_password(account: Account, password: str, *, keep: str) -> None:
    """Set a new password and sign every other browser out. Raises Refused."""
    own = (account.name, account.phone or "", account.email or "")
    account.password_hash = hash_password(password, own)
    session.execute(
        delete(SignInSession).where(
            SignInSession.account_id == account.id, SignInSession.id != keep
        )
    )
    notify(account.id, "password_changed")
    audit.record("accounts.change_password", "account", account.id, f"account:{account.id}")


def _contact_of(row: SentCode) -> Contact:
    return Contact(row.data["channel"], row.address)
