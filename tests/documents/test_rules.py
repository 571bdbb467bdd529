"""Numbers that notice a slip, tokens that notice a forgery, and what a document is worth today."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from portal.core import keys
from portal.core.ids import ALPHABET
from portal.documents import rules

TODAY = date(2026, 11, 20)
NUMBER = rules.number("general", TODAY, 7)


def test_a_number_says_kind_day_and_sequence() -> None:
    assert "HNG2026112000000007" + NUMBER[-1] == NUMBER
    assert rules.number("general", TODAY, 10**8 + 7) == NUMBER
    with pytest.raises(KeyError):
        rules.number("no such kind", TODAY, 1)


def test_the_letters_of_kinds_differ_and_need_no_second_look() -> None:
    letters = [letter for letter, _name in rules.KINDS.values()]
    assert len(set(letters)) == len(letters)
    assert set(letters) <= set(ALPHABET)


def test_a_number_is_read_as_people_type_it() -> None:
    assert rules.read_number(f" {NUMBER[:5]}-{NUMBER[5:].lower()} ".replace("0", "o")) == NUMBER


@given(st.integers(0, rules.NUMBER_LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(place: int, letter: str) -> None:
    typed = NUMBER[:place] + letter + NUMBER[place + 1 :]
    assert rules.read_number(typed) == (NUMBER if typed == NUMBER else None)


@pytest.mark.parametrize("text", ["", "HN", "X" * 20, "淮" * 20, NUMBER + "1"])
def test_other_texts_are_no_number(text: str) -> None:
    assert rules.read_number(text) is None


def test_a_code_is_read_in_groups_and_small_letters() -> None:
    code = "0123456789ABCDEF"
    assert rules.read_code(rules.in_groups(code).lower()) == code
    assert rules.read_code("short") is None
    assert rules.read_code("淮" * 16) is None


@dataclass
class Issued:
    state: str = "ready"
    valid_until: date | None = None
    revoked_on: date | None = None
    superseded_on: date | None = None


@pytest.mark.parametrize(
    ("issued", "standing"),
    [
        (Issued(), "in_force"),
        (Issued("preparing", revoked_on=TODAY), "preparing"),
        (Issued("failed"), "failed"),
        (Issued(valid_until=TODAY), "in_force"),
        (Issued(valid_until=date(2026, 11, 19)), "expired"),
        (Issued(superseded_on=TODAY, valid_until=date(2026, 1, 1)), "superseded"),
        (Issued(superseded_on=TODAY, revoked_on=TODAY), "revoked"),
    ],
)
def test_a_document_stands_until_it_ends_or_is_withdrawn(issued: Issued, standing: str) -> None:
    assert rules.standing(issued, TODAY) == standing
    assert standing in rules.STATES


KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
TOKEN = rules.Token("G", TODAY, 7, date(2027, 1, 1), "92340499MADEM0011M", "ab" * 8, "cd" * 4)


@pytest.mark.parametrize("until", [None, date(2027, 1, 1)])
@pytest.mark.parametrize("code", ["", "92340499MADEM0011M"])
def test_a_token_says_what_was_put_in(until: date | None, code: str) -> None:
    token = rules.Token("G", TODAY, 7, until, code, "ab" * 8, "cd" * 4)
    text = rules.sign_token(token, KEY)
    assert rules.read_token(text) == token
    assert token.number == NUMBER
    assert keys.verify(text, KEY.public_key().public_bytes_raw())


@given(st.integers(0, 150), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_changed_token_is_no_longer_signed(place: int, letter: str) -> None:
    text = rules.sign_token(TOKEN, KEY)
    changed = text[:place] + letter + text[place + 1 :]
    is_same = changed == text
    assert keys.verify(changed, KEY.public_key().public_bytes_raw()) is is_same


@pytest.mark.parametrize("text", ["", "A", "AAAA", "!!!", "A" * 157, "淮"])
def test_other_texts_are_no_token(text: str) -> None:
    assert rules.read_token(text) is None
    assert not keys.verify(text, b"0" * 32)


def signed_by(key: Any) -> dict[str, Any]:
    """The facts of a text that was signed with a key as WebAuthn does it."""
    text = "本人承诺属实"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
    client = json.dumps({"type": "webauthn.get", "challenge": challenge.rstrip("=")}).encode()
    signed = b"authenticator" + hashlib.sha256(client).digest()
    scheme: dict[type, tuple[Any, ...]] = {
        ec.EllipticCurvePrivateKey: (ec.ECDSA(hashes.SHA256()),),
        rsa.RSAPrivateKey: (padding.PKCS1v15(), hashes.SHA256()),
    }
    more = next((found for kind, found in scheme.items() if isinstance(key, kind)), ())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    proof = {
        "client_data": client,
        "authenticator_data": b"authenticator",
        "signature": key.sign(signed, *more),
        "public_key": spki,
    }
    told = {name: base64.b64encode(value).decode() for name, value in proof.items()}
    return {"signed_text": text, "signature": told}


KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "Ed25519": Ed25519PrivateKey.generate,
}


@pytest.mark.limit(5)
@pytest.mark.parametrize("kind", KEYS)
def test_a_passkey_of_any_kind_signed_this_text_and_no_other(kind: str) -> None:
    facts = signed_by(KEYS[kind]())
    assert rules.signature_of(facts) == "yes"
    assert rules.signature_of({**facts, "signed_text": "本人承诺不属实"}) == "no"
    other = signed_by(KEYS[kind]())["signature"]["signature"]
    changed = {**facts["signature"], "signature": other}
    assert rules.signature_of({**facts, "signature": changed}) == "no"


def test_a_signature_of_a_kind_that_no_passkey_has_is_not_believed() -> None:
    facts = signed_by(ed448.Ed448PrivateKey.generate())
    assert rules.signature_of(facts) == "no"


@pytest.mark.parametrize("proof", [None, {}, "x", {"signature": "?"}])
def test_without_a_whole_proof_nobody_signed(proof: Any) -> None:
    expected = "no" if proof == {"signature": "?"} else ""
    assert rules.signature_of({"signed_text": "x", "signature": proof}) == expected
