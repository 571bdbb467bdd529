"""New accounts: of individuals, and of staff, whom an operator or the demo appoints."""

import secrets
from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from portal.accounts import rules
from portal.accounts.models import ROLES, Account
from portal.core import audit, clock, content
from portal.core.db import session
from portal.core.errors import Refused

HANDLE_BYTES = 32


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def breached() -> frozenset[str]:
    """The passwords that everybody tries first."""
    text = (content.ROOT / "passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def hash_password(password: str, own: Collection[str]) -> str:
    """What is stored of a password that the rules allow. Raises Refused."""
    rules.check_password(password, breached(), own)
    return _hasher().hash(password)


def is_password(account: Account | None, password: str) -> bool:
    """Whether it is the account's password; takes as long when there is no account."""
    known = account.password_hash if account else None
    try:
        _hasher().verify(known or _nobody(), password)
        return known is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def find_by_contact(contact: rules.Contact) -> Account | None:
    """The open account that is reached so."""
    column = Account.phone if contact.channel == "sms" else Account.email
    return session.scalar(
        select(Account).where(column == contact.address, Account.closed_at.is_(None))
    )


def add_individual(
    *, name: str, contact: rules.Contact | None, password_hash: str | None, level: int = 1
) -> Account:
    """Store a new individual whose contact was confirmed."""
    account = _new("individual", name, level)
    account.password_hash = password_hash
    if contact:
        _reach(account, contact)
    return _added(account, "accounts.sign_up")


def add_staff(
    *,
    name: str,
    contact: rules.Contact,
    password_hash: str | None,
    roles: Collection[str],
    body: str | None = None,
    area_code: str | None = None,
) -> Account:
    """Store a new member of staff. Raises Refused."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise Refused("roles_unknown", "roles", roles=", ".join(unknown))
    if find_by_contact(contact) is not None:
        raise Refused("contact_taken", "contact")
    account = _new("staff", name, 2)
    account.roles, account.body, account.area_code = sorted(roles), body, area_code
    account.password_hash = password_hash
    _reach(account, contact)
    return _added(account, "accounts.appoint")


def _new(kind: str, name: str, level: int) -> Account:
    return Account(
        kind=kind,
        name=name,
        level=level,
        user_handle=secrets.token_bytes(HANDLE_BYTES),
        roles=[],
        created_at=clock.now(),
        passkeys=[],
    )


def _reach(account: Account, contact: rules.Contact) -> None:
    if contact.channel == "sms":
        account.phone = contact.address
    else:
        account.email = contact.address


def _added(account: Account, action: str) -> Account:
    session.add(account)
    session.flush()  # the audit trail names its number
    audit.record(action, "account", account.id, f"account:{account.id}", roles=account.roles)
    return account
