"""How long a session lasts, what a password must be, when trying is over, who may act for whom."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.core.actor import IDLE
from portal.core.errors import Refused

# A working day; afterwards everyone signs in anew.
LONGEST = {"individual": timedelta(hours=12), "staff": timedelta(hours=10)}
SEEN_STEP = timedelta(minutes=1)
# GB/T 22239-2019 asks for a lock; the usual one of assessments is 5 failures in 15 minutes.
MOST_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)

PASSWORD_SHORTEST = 10
PASSWORD_LONGEST = 128
CODE_MINUTES = 10
CHALLENGE_MINUTES = 5
RECOVERY_CODES = 10
CLAIM_DAYS = 90
INVITATION_DAYS = 14
LONGEST_REPRESENTATION_DAYS = 3 * 366
# Acting for a business needs a confirmed name: rules.md R11.2.
BUSINESS_LEVEL = 2

SCOPES = ("read", "report", "apply", "sign", "manage")
# Managing who acts for the business stays with its legal representative.
AGENT_SCOPES = ("read", "report", "apply", "sign")

# Who signs or manages must be known by name; a confirmed phone is enough for the rest.
SCOPE_LEVELS = {"sign": 2, "manage": 2}

PHONE = re.compile(r"1[3-9]\d{9}")
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,120}\.[^@\s,;<>\".]{2,20}")


@dataclass(frozen=True)
class Contact:
    """Where a person is reached: a phone or a mailbox."""

    channel: str
    address: str


def contact(text: str) -> Contact:
    """What was typed as phone or e-mail. Raises Refused."""
    plain = text.strip().lower()
    digits = re.sub(r"[\s()-]", "", plain).removeprefix("+86")
    if PHONE.fullmatch(digits):
        return Contact("sms", digits)
    if EMAIL.fullmatch(plain) and len(plain) <= 200:
        return Contact("email", plain)
    raise Refused("contact_unclear", "contact")


def check_password(password: str, breached: Collection[str], own: Collection[str]) -> None:
    """Refuse what is short, known to everyone, or made of the person's own name. No more rules."""
    if len(password) < PASSWORD_SHORTEST:
        raise Refused("password_short", "password", least=PASSWORD_SHORTEST)
    if len(password) > PASSWORD_LONGEST:
        raise Refused("password_long", "password", most=PASSWORD_LONGEST)
    plain = password.strip().lower()
    is_known = plain in breached or plain in {text.lower() for text in own if text}
    if is_known or len(set(plain)) < 3:
        raise Refused("password_known", "password")


def is_alive(kind: str, *, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session still counts."""
    return now - seen_at <= IDLE[kind] and now - created_at <= LONGEST[kind]


def check_failures(count: int) -> None:
    """Refuse further tries after too many failures."""
    if count >= MOST_FAILURES:
        raise Refused("locked", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


def in_force(*, from_on: date, until: date | None, ended_at: datetime | None, today: date) -> bool:
    """Whether a representation counts on a day; the last day counts."""
    return ended_at is None and from_on <= today and (until is None or today <= until)


def usable(scopes: Collection[str], level: int) -> frozenset[str]:
    """The scopes that a person known as surely as `level` may use."""
    return frozenset(scope for scope in scopes if SCOPE_LEVELS.get(scope, 1) <= level)


def check_grant(scopes: Collection[str], until: date, today: date) -> None:
    """What a legal representative may hand to an agent."""
    if not scopes or not set(scopes) <= set(AGENT_SCOPES):
        raise Refused("scopes_missing", "scopes")
    if until < today:
        raise Refused("until_past", "until")
    if until > today + timedelta(days=LONGEST_REPRESENTATION_DAYS):
        raise Refused("until_far", "until")


DEVICES: Mapping[str, str] = {
    "MicroMessenger": "WeChat",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Mapping[str, str] = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "HarmonyOS": "HarmonyOS",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """A browser and a system that their owner recognises; no two phones are told apart."""
    program = next((name for sign, name in DEVICES.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return " · ".join(filter(None, (program, system)))
