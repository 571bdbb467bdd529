"""Passwords, contacts, limits and scopes."""

from datetime import date, timedelta

import pytest

from portal.accounts import rules
from portal.core.errors import Refused

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "channel", "address"),
    [
        ("13900000001", "sms", "13900000001"),
        ("+86 139-0000-0001", "sms", "13900000001"),
        (" Wang@Example.COM ", "email", "wang@example.com"),
    ],
)
def test_a_contact_is_read_however_it_is_typed(typed: str, channel: str, address: str) -> None:
    assert rules.contact(typed) == rules.Contact(channel, address)


@pytest.mark.parametrize("typed", ["", "139", "12900000001", "a@b", "a b@example.com", "@"])
def test_what_is_no_contact_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="contact_unclear"):
        rules.contact(typed)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "password_short"),
        ("x1y" * 60, "password_long"),
        ("Password-Known", "password_known"),
        ("wang@example.com", "password_known"),
        ("abababababab", "password_known"),
    ],
)
def test_a_password_is_refused_for_one_of_three_reasons(password: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rules.check_password(password, {"password-known"}, ("wang@example.com", ""))


def test_a_sentence_is_a_good_password() -> None:
    rules.check_password("一碗牛肉汤再加两个烧饼", set(), ("王小麦",))


def test_an_agent_is_given_some_scopes_for_some_years() -> None:
    rules.check_grant(["read"], TODAY, TODAY)
    for scopes, until, reason in (
        ([], TODAY, "scopes_missing"),
        (["manage"], TODAY, "scopes_missing"),
        (["read"], TODAY - timedelta(days=1), "until_past"),
        (["read"], TODAY + timedelta(days=1099), "until_far"),
    ):
        with pytest.raises(Refused, match=reason):
            rules.check_grant(scopes, until, TODAY)


def test_signing_needs_a_known_name() -> None:
    assert rules.usable({"read", "sign", "manage"}, 1) == {"read"}
    assert rules.usable({"read", "sign", "manage"}, 2) == {"read", "sign", "manage"}


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0 Chrome/120", "WeChat · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Edg/120", "Edge · Windows"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_called_as_its_owner_calls_it(agent: str, device: str) -> None:
    assert rules.device(agent) == device
