"""The five states of a door code, and the claim that a stranger verifies offline."""

from dataclasses import dataclass, replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.badges import rules
from portal.core import keys, qr
from portal.core.ids import ALPHABET

TODAY = date(2026, 11, 20)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
CLAIM = rules.Claim("0123456789", "92340403MA2NRT016E", date(2026, 1, 2), date(2029, 1, 2), 7)
ADDRESS = "HTTPS://CREDIT.HUAINAN.GOV.CN/Q/"


@dataclass(frozen=True)
class Door:
    valid_until: date = date(2027, 1, 1)
    revoked_on: date | None = None
    replaced_by: str | None = None


@pytest.mark.parametrize(
    ("door", "state"),
    [
        (None, "unknown"),
        (Door(), "valid"),
        (Door(valid_until=TODAY), "valid"),
        (Door(valid_until=date(2026, 11, 19)), "expired"),
        (Door(replaced_by="X"), "replaced"),
        (Door(revoked_on=TODAY), "revoked"),
        (Door(revoked_on=date(2026, 11, 21)), "valid"),
        (Door(revoked_on=TODAY, replaced_by="X"), "revoked"),
        (Door(valid_until=date(2020, 1, 1), replaced_by="X"), "replaced"),
    ],
)
def test_a_door_code_has_one_of_five_states(door: Door | None, state: str) -> None:
    assert rules.state_of(door, TODAY) == state
    assert state in rules.STATES


def test_a_signed_claim_is_read_back_and_verified_with_the_public_key_alone() -> None:
    token = rules.sign(CLAIM, KEY)
    assert rules.read(token) == CLAIM
    assert rules.read(token.lower()) == CLAIM
    assert keys.verify(token, PUBLIC)


@given(
    st.text(ALPHABET, min_size=10, max_size=10),
    st.dates(rules.EPOCH, date(2150, 1, 1)),
    st.dates(rules.EPOCH, date(2150, 1, 1)),
    st.integers(0, 255),
)
def test_every_claim_survives_the_token(id_: str, first: date, last: date, key_id: int) -> None:
    claim = replace(CLAIM, id=id_, issued_on=first, valid_until=last, key_id=key_id)
    assert rules.read(rules.sign(claim, KEY)) == claim


def test_any_changed_character_breaks_the_signature() -> None:
    token = rules.sign(CLAIM, KEY)
    for place, letter in enumerate(token[:-1]):
        other = "A" if letter != "A" else "B"
        assert not keys.verify(token[:place] + other + token[place + 1 :], PUBLIC)


@pytest.mark.parametrize("text", ["", "0123456789", "!!!!", "A" * 30, "A" * 143, "签名"])
def test_what_is_no_token_claims_nothing(text: str) -> None:
    assert rules.read(text) is None
    assert not keys.verify(text, PUBLIC)


def test_another_key_does_not_verify() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    assert not keys.verify(rules.sign(CLAIM, KEY), other)


def test_the_sticker_stays_at_version_three_and_the_signed_code_below_eight() -> None:
    assert qr.version(ADDRESS + CLAIM.id, error="q") == 3
    assert qr.version(ADDRESS + rules.sign(CLAIM, KEY), error="m") <= 7
