"""What a number, a signed token and a verdict are made of."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from portal.core import keys
from portal.core.digits import CREDIT_ALPHABET
from portal.core.ids import ALPHABET, check_character, normalise_id, to_letters, to_number
from portal.core.text import N_

PREFIX = "HN"
NUMBER_LENGTH = 20
SEQUENCE_END = 10**8
CODE_LENGTH = 16  # 80 bits of chance
TOKEN_VERSION = 2
EPOCH = date(2020, 1, 1)
NEVER = 0xFFFF
HASH_BYTES, HINT_BYTES, SUBJECT_BYTES = 8, 4, 12
BODY_BYTES = 1 + 1 + 2 + 4 + 2 + SUBJECT_BYTES + HASH_BYTES + HINT_BYTES

# The letter in the number, and what the kind is called.
KINDS: Mapping[str, tuple[str, str]] = {
    "general": ("G", N_("普通信用报告")),
    "special": ("S", N_("专项信用报告")),
    "listing": ("P", N_("企业上市合法合规信息核查报告")),
    "statement": ("N", N_("自然人无违法违规信息核查")),
    "commitment": ("C", N_("信用承诺书")),
    "receipt": ("R", N_("回执")),
    "decision": ("D", N_("决定书")),
    "figures": ("F", N_("办理情况月报")),
    "other": ("X", N_("其他文件")),
}
# Labels of what may be read of a document, for the catalogue; whoever issues one may use others.
LABELS = (N_("主体"), N_("姓名"), N_("统一社会信用代码"), N_("期间"), N_("领域"), N_("用途"))
STATES = {
    "preparing": N_("正在生成"),
    "failed": N_("没有生成"),
    "in_force": N_("有效"),
    "expired": N_("已过有效期"),
    "superseded": N_("已被新文件取代"),
    "revoked": N_("已撤销"),
}

# Answers to “genuine?” and “unchanged?”, and a sentence that says why, by what the check found.
YES, NO, UNKNOWN = "yes", "no", "unknown"
VERDICTS: Mapping[str, tuple[str, str, str]] = {
    "original": (
        YES,
        YES,
        N_("这就是本站签发的那一份文件，一个字节都没有变。"),
    ),
    "sealed": (
        YES,
        YES,
        N_("印章有效，盖章之后内容没有变。文件的个别字节与存档不同，不影响内容。"),
    ),
    "by_code": (
        YES,
        UNKNOWN,
        N_("编号和校验码相符。请把您手里的文件与下面的要点逐项核对，或者放入文件核验。"),
    ),
    "by_token": (
        YES,
        UNKNOWN,
        N_("二维码的签名有效。请把您手里的文件与下面的要点逐项核对，或者放入文件核验。"),
    ),
    "appended": (
        NO,
        NO,
        N_("盖章之后有人在文件后面加了内容。请不要采信这一份，向持有人要原件。"),
    ),
    "changed": (
        NO,
        NO,
        N_("文件带着本站的印章，但内容与盖章时不同。请不要采信这一份。"),
    ),
    "other_seal": (
        NO,
        UNKNOWN,
        N_("文件上的印章不是本站的，不能确认它是本站签发的。"),
    ),
    "several_seals": (
        NO,
        UNKNOWN,
        N_("文件上有不止一个签章，本站签发的文件只有一个，不能确认。"),
    ),
    "withdrawn_seal": (
        NO,
        UNKNOWN,
        N_("文件上的印章已经停用，不能再凭它确认。"),
    ),
    "no_seal": (
        NO,
        UNKNOWN,
        N_("文件上没有本站的印章。截图、扫描和另存的文件都不带印章，请用原文件核验。"),
    ),
    "not_pdf": (
        NO,
        UNKNOWN,
        N_("这不是PDF文件。请放入下载时得到的原文件。"),
    ),
    "broken": (
        NO,
        UNKNOWN,
        N_("文件读不出来，可能没有传完整，也可能被改过。"),
    ),
    "unknown": (
        NO,
        UNKNOWN,
        N_("没有找到编号和校验码都相符的文件。请对照纸面再输一次，字母O和数字0不用区分。"),
    ),
}


class _Document(Protocol):
    state: str
    valid_until: date | None
    revoked_on: date | None
    superseded_on: date | None


@dataclass(frozen=True)
class Token:
    """What the larger code on a document says without any network."""

    letter: str
    issued_on: date
    sequence: int
    valid_until: date | None
    subject_code: str
    hash: str
    key_hint: str

    @property
    def number(self) -> str:
        return _numbered(self.letter, self.issued_on, self.sequence)


def number(kind: str, day: date, sequence: int) -> str:
    """HN, kind, day, running number, check character; raises KeyError for an unknown kind."""
    return _numbered(KINDS[kind][0], day, sequence)


def _numbered(letter: str, day: date, sequence: int) -> str:
    body = f"{PREFIX}{letter}{day:%Y%m%d}{sequence % SEQUENCE_END:08d}"
    return body + check_character(body)


def read_number(text: str) -> str | None:
    """A number as somebody typed it, or None when it cannot be one."""
    plain = normalise_id(text)
    if len(plain) != NUMBER_LENGTH or not set(plain) <= set(ALPHABET):
        return None
    if not plain.startswith(PREFIX) or check_character(plain[:-1]) != plain[-1]:
        return None
    return plain


def read_code(text: str) -> str | None:
    """A verification code as somebody typed it, or None when it cannot be one."""
    plain = normalise_id(text)
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET) else None


def in_groups(code: str) -> str:
    """Four by four, for people who read it aloud."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


UNREADABLE = (
    InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip


def signature_of(facts: Mapping[str, Any]) -> str:
    """Whether the person who signed with a passkey signed exactly this text: yes, no, or nothing.

    W3C Web Authentication 7.2: the signature covers the authenticator's data and the SHA-256 of
    the client's data, and these hold the challenge, which here is the SHA-256 of the text.
    """
    proof = facts.get("signature")
    if not isinstance(proof, Mapping) or not proof:
        return ""
    try:
        client, authenticator, signature, spki = (
            base64.b64decode(proof[name], validate=True)
            for name in ("client_data", "authenticator_data", "signature", "public_key")
        )
        said = json.loads(client)
        digest = hashlib.sha256(facts["signed_text"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if said["type"] != "webauthn.get" or said["challenge"] != challenge:
            return NO
        _verify_signature(spki, signature, authenticator + hashlib.sha256(client).digest())
    except UNREADABLE:
        return NO
    return YES


def _verify_signature(spki: bytes, signature: bytes, signed: bytes) -> None:
    key = load_der_public_key(spki)
    if isinstance(key, EllipticCurvePublicKey):
        key.verify(signature, signed, ECDSA(hashes.SHA256()))
    elif isinstance(key, RSAPublicKey):
        key.verify(signature, signed, PKCS1v15(), hashes.SHA256())
    elif isinstance(key, Ed25519PublicKey):
        key.verify(signature, signed)
    else:
        raise UnsupportedAlgorithm(type(key).__name__)


def standing(document: _Document, today: date) -> str:
    """One of STATES; the last day of validity still counts."""
    if document.state != "ready":
        return document.state
    if document.revoked_on is not None:
        return "revoked"
    if document.superseded_on is not None:
        return "superseded"
    if document.valid_until is not None and today > document.valid_until:
        return "expired"
    return "in_force"


def sign_token(token: Token, key: Ed25519PrivateKey) -> str:
    """The token with its Ed25519 signature, in the alphabet of alphanumeric QR codes."""
    until = NEVER if token.valid_until is None else (token.valid_until - EPOCH).days
    code = to_number(token.subject_code, CREDIT_ALPHABET) if token.subject_code else 0
    body = b"".join(
        (
            bytes((TOKEN_VERSION, ord(token.letter))),
            (token.issued_on - EPOCH).days.to_bytes(2),
            token.sequence.to_bytes(4),
            until.to_bytes(2),
            code.to_bytes(SUBJECT_BYTES),
            bytes.fromhex(token.hash)[:HASH_BYTES],
            bytes.fromhex(token.key_hint)[:HINT_BYTES],
        )
    )
    return keys.sign(body, key)


def read_token(text: str) -> Token | None:
    """What a token claims, not yet verified; None when it is no token."""
    body = keys.body_of(text)
    if len(body) != BODY_BYTES or body[0] != TOKEN_VERSION or chr(body[1]) not in ALPHABET:
        return None
    until = int.from_bytes(body[8:10])
    code = int.from_bytes(body[10:22])
    return Token(
        letter=chr(body[1]),
        issued_on=EPOCH + timedelta(int.from_bytes(body[2:4])),
        sequence=int.from_bytes(body[4:8]),
        valid_until=None if until == NEVER else EPOCH + timedelta(until),
        subject_code=to_letters(code, CREDIT_ALPHABET, 18) if code else "",
        hash=body[22:30].hex(),
        key_hint=body[30:34].hex(),
    )
