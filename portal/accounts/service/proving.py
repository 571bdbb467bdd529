"""Proving who one is: tries are counted, passwords and codes compared, codes sent."""

import secrets
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import delete, func, or_, select, update

from portal.accounts import rules
from portal.accounts.models import Account, Attempt, RecoveryCode, SentCode
from portal.accounts.rules import Contact
from portal.accounts.service.messages import notify, send_to
from portal.accounts.service.registering import find_by_contact, is_password
from portal.core import audit, clock, db, ids, outgoing, sealing
from portal.core.db import session
from portal.core.errors import Refused

TOTP_PURPOSE = "totp"
TOTP_STEP = 30
CODE_DIGITS = 6
DEMO_ADDRESS = "@demo.example"


def count_try(key: str) -> None:
    """Count one try before it is made, so that many at once cannot outrun the count.

    Commit it apart: a refused request forgets everything else. Raises Refused when over.
    """
    digest, now = sealing.digest(key, "attempt"), clock.now()
    recent = (Attempt.key == digest, Attempt.at > now - rules.FAILURE_WINDOW)
    rules.check_failures(session.scalar(select(func.count(Attempt.id)).where(*recent)) or 0)
    session.add(Attempt(key=digest, at=now))


def count_sending(typed: str) -> None:
    """Count one code about to be sent, whether or not an account is reached so; as `count_try`."""
    address = rules.contact(typed).address
    try:
        count_try(f"send {address}")
    except Refused as refusal:
        raise Refused("sent_often", "contact", **refusal.data) from refusal


def forget_tries(key: str) -> None:
    """A try that succeeded ends the count."""
    session.execute(delete(Attempt).where(Attempt.key == sealing.digest(key, "attempt")))


def authenticate(typed: str, password: str) -> Account:
    """The account with this phone or e-mail and password. Raises Refused, the same for all."""
    try:
        account = find_by_contact(rules.contact(typed))
    except Refused:
        account = None
    if not is_password(account, password) or account is None:
        raise Refused("sign_in_wrong", "password")
    forget_tries(sign_in_key(typed))
    return account


def sign_in_key(typed: str) -> str:
    """Under what the tries of one phone or mailbox are counted, however it is typed."""
    try:
        return f"sign-in {rules.contact(typed).address}"
    except Refused:
        return f"sign-in {typed}"


def confirm(account: Account, typed: str) -> None:
    """A password, a code of the app or a recovery code proves again who it is. Raises Refused."""
    if not is_password(account, typed):
        try:
            check_code(account, typed)
        except Refused as refusal:
            raise Refused("confirm_wrong", "password") from refusal
    forget_tries(f"confirm {account.id}")


def can_send_to(typed: str) -> bool:
    """Whether a code can leave for this phone or mailbox."""
    return outgoing.is_configured(rules.contact(typed).channel)


def needs_second_factor(account: Account) -> bool:
    """Staff always do; others when they have set one up."""
    return account.kind == "staff" or account.has_second_factor


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app."""
    return pyotp.random_base32()


def totp_address(secret: str, account: Account) -> str:
    """What the QR code for an authenticator app holds."""
    name = account.email or account.phone or account.name
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=outgoing.site()[0])


def set_totp(account: Account, secret: str, typed: str) -> None:
    """Use this secret from now on, if its first code was right. Raises Refused."""
    step = _matching_step(secret, typed)
    if step is None:
        raise Refused("code_wrong", "one_time_code")
    give_totp(account, secret)
    account.totp_last_step = step
    _factor(account, "factor_added", "totp")


def give_totp(account: Account, secret: str) -> None:
    """Let this secret count from now on."""
    account.totp_sealed = sealing.seal(secret.encode(), TOTP_PURPOSE)


def remove_totp(account: Account) -> None:
    """Forget the authenticator app. Raises Refused when staff would be left without any."""
    if account.kind == "staff" and not account.passkeys:
        raise Refused("last_factor")
    account.totp_sealed = account.totp_last_step = None
    _factor(account, "factor_removed", "totp")


def check_code(account: Account, typed: str) -> None:
    """Take a code of the authenticator app, or a recovery code; each only once. Raises Refused."""
    plain = typed.replace(" ", "").replace("-", "")
    if not (_take_totp(account, plain) or _take_recovery_code(account, plain)):
        raise Refused("code_wrong", "one_time_code")
    forget_tries(f"second {account.id}")


def renew_recovery_codes(account: Account) -> list[str]:
    """Ten new codes in place of all older ones; shown once, stored as fingerprints."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [ids.random_id(10) for _number in range(rules.RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, digest=_recovery_digest(account, code))
        for code in codes
    )
    label = f"account:{account.id}"
    audit.record("accounts.renew_recovery_codes", "account", account.id, label)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def count_recovery_codes(account_id: int) -> int:
    """How many recovery codes are still unused."""
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count(RecoveryCode.id)).where(*unused)) or 0


def is_of_demo(account: Account) -> bool:
    """Whether it is one of the demo, whose password everybody knows."""
    return (account.email or "").endswith(DEMO_ADDRESS)


def demo_code(account: Account) -> str | None:
    """The present code of a demo account, which has no phone; callers ask in a demo only."""
    if not is_of_demo(account) or account.totp_sealed is None:
        return None
    return pyotp.TOTP(_totp_secret(account)).at(clock.now())


def send_code(
    purpose: str, contact: Contact, key: str, language: str, data: dict[str, Any]
) -> tuple[str, str]:
    """Send a code; returns the ticket under which it is asked for, and the code itself."""
    ticket = secrets.token_urlsafe(16)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    session.add(
        SentCode(
            id=sealing.digest(ticket, "ticket"),
            purpose=purpose,
            address=contact.address,
            digest=sealing.digest(f"{ticket} {code}", "sent code"),
            data={"channel": contact.channel, **data},
            tries=0,
            expires_at=clock.now() + timedelta(minutes=rules.CODE_MINUTES),
        )
    )
    send_to(contact, key, language, code=code)
    return ticket, code


def take_sent_code(ticket: str, purpose: str, typed: str) -> SentCode:
    """Use up a sent code. Raises Refused when it is wrong, too old, or tried too often."""
    row = session.get(SentCode, sealing.digest(ticket, "ticket"))
    given = sealing.digest(f"{ticket} {typed.replace(' ', '')}", "sent code")
    if row is None or row.purpose != purpose or row.expires_at <= clock.now():
        raise Refused("sent_code_over", "one_time_code")
    if not secrets.compare_digest(row.digest, given):
        raise Refused("code_wrong", "one_time_code")
    if not db.changed(delete(SentCode).where(SentCode.id == row.id)):
        raise Refused("sent_code_over", "one_time_code")
    forget_tries(f"sent {ticket}")
    return row


def send_signing_code(account: Account, *, is_shown: bool) -> tuple[str, str]:
    """Send a code to whoever is about to sign; returns its ticket, and the code for a demo.

    Raises Refused when no code can be sent and the page does not show it.
    """
    ways = (("sms", account.phone), ("email", account.email))
    contacts = [Contact(channel, address) for channel, address in ways if address]
    can_leave = [each for each in contacts if outgoing.is_configured(each.channel)]
    chosen = next(iter([*can_leave, *(contacts if is_shown else ())]), None)
    if chosen is None:
        raise Refused("no_way_to_confirm")
    data = {"account_id": account.id}
    return send_code("sign", chosen, "signing_code", account.language, data)


def take_signing_code(account: Account, ticket: str, typed: str) -> None:
    """Use up the code that was sent for signing. Raises Refused."""
    if take_sent_code(ticket, "sign", typed).data["account_id"] != account.id:
        raise Refused("sent_code_over", "one_time_code")


def _take_totp(account: Account, typed: str) -> bool:
    if account.totp_sealed is None:
        return False
    step = _matching_step(_totp_secret(account), typed)
    if step is None:
        return False
    is_newer = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    own = (Account.id == account.id, is_newer)
    return db.changed(update(Account).where(*own).values(totp_last_step=step)) > 0


def _matching_step(secret: str, typed: str) -> int | None:
    """The time step whose code it is: this one, or the one before or after, for slow hands."""
    totp, now = pyotp.TOTP(secret), int(clock.now().timestamp())
    steps = (now // TOTP_STEP + shift for shift in (-1, 0, 1))
    plain = typed.replace(" ", "")
    return next(
        (step for step in steps if secrets.compare_digest(totp.at(step * TOTP_STEP), plain)), None
    ) if plain.isascii() else None  # fmt: skip


def _totp_secret(account: Account) -> str:
    plain = sealing.unseal(account.totp_sealed or b"", TOTP_PURPOSE)
    return (plain or b"").decode()


def _take_recovery_code(account: Account, typed: str) -> bool:
    given = _recovery_digest(account, ids.normalise_id(typed))
    unused = (RecoveryCode.account_id == account.id, RecoveryCode.digest == given,
              RecoveryCode.used_at.is_(None))  # fmt: skip
    if not db.changed(update(RecoveryCode).where(*unused).values(used_at=clock.now())):
        return False
    notify(account.id, "recovery_code_used", left=count_recovery_codes(account.id))
    return True


def _recovery_digest(account: Account, code: str) -> str:
    return sealing.digest(f"{account.id} {code}", "recovery code")


def _factor(account: Account, key: str, what: str) -> None:
    notify(account.id, key, what=what.upper() if what == "totp" else what)
    audit.record(f"accounts.{key}", "account", account.id, f"account:{account.id}", what=what)
