"""Who works at the desk: appointed by the administrator, who sees no business data."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import ROLES, Account
from portal.bodies import service as bodies
from portal.core import audit, clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused


def members() -> Sequence[Account]:
    """Everybody who is or was appointed, by name."""
    query = select(Account).where(Account.kind == "staff")
    return session.scalars(query.order_by(Account.closed_at.is_not(None), Account.name)).all()


def member(account_id: int) -> Account | None:
    """A member of staff by number."""
    account = session.get(Account, account_id)
    return account if account is not None and account.kind == "staff" else None


def appoint(
    actor: Actor, *, name: str, contact: str, roles: Sequence[str], body: str, area_code: str
) -> Account:
    """Appoint somebody; the first password is set through /recover, the second factor at sign-in.

    Raises Refused for a contact that is taken or unclear, and for an unknown body or area.
    """
    _check_place(body, area_code)
    account = accounts.add_staff(
        name=name,
        contact=accounts.read_contact(contact),
        # Nobody knows it: whoever has the contact sets a password through /recover.
        password_hash=accounts.hash_password(secrets.token_urlsafe(32), ()),
        roles=roles,
        body=body or None,
        area_code=area_code or None,
    )
    audit.record("desk.appoint", "account", account.id, actor.label, roles=account.roles)
    return account


def change(
    account: Account, actor: Actor, *, roles: Sequence[str], body: str, area_code: str
) -> None:
    """Give other roles, body or area; every session of that person ends.

    Raises Refused for one's own account, and for an unknown role, body or area.
    """
    _check_other(account, actor)
    _check_place(body, area_code)
    if not roles or set(roles) - set(ROLES):
        raise Refused("roles_unknown", "roles")
    before = list(account.roles)
    account.roles = sorted(roles)
    account.body, account.area_code = body or None, area_code or None
    accounts.end_all_sessions(accounts.actor_of(account))
    audit.record(
        "desk.change_staff", "account", account.id, actor.label, before=before, after=account.roles
    )


def end(account: Account, actor: Actor) -> None:
    """End an appointment: no sign-in any more; the name stays beside what was done.

    Raises Refused for one's own account.
    """
    _check_other(account, actor)
    account.closed_at = clock.now()
    account.password_hash = account.totp_sealed = None
    accounts.end_all_sessions(accounts.actor_of(account))
    audit.record("desk.end_staff", "account", account.id, actor.label)


def _check_other(account: Account, actor: Actor) -> None:
    if account.id == actor.account_id:
        raise Refused("second_person_needed")


def _check_place(body: str, area_code: str) -> None:
    if body and body not in bodies.slugs():
        raise Refused("body_unknown", "body")
    if area_code and bodies.find_area(area_code) is None:
        raise Refused("area_unknown", "area_code")
