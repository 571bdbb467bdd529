"""The code on a door: its five states, and the signed claim that needs no network to verify."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.core import keys
from portal.core.digits import CREDIT_ALPHABET
from portal.core.ids import ALPHABET, to_letters, to_number
from portal.core.text import N_

ID_LENGTH = 10
VALID_YEARS = 3
VERSION = 1
EPOCH = date(2020, 1, 1)
CODE_BYTES, ID_BYTES, DAY_BYTES = 12, 7, 2
BODY_BYTES = 2 + ID_BYTES + 2 * DAY_BYTES + CODE_BYTES

STATES = {
    "valid": N_("有效"),
    "expired": N_("已过期"),
    "replaced": N_("已更换"),
    "revoked": N_("已停用"),
    "unknown": N_("没有登记"),
}


class _Dated(Protocol):
    valid_until: date
    revoked_on: date | None
    replaced_by: str | None


@dataclass(frozen=True)
class Claim:
    """What a signed code says of itself."""

    id: str
    code: str
    issued_on: date
    valid_until: date
    key_id: int


def state_of(door_code: _Dated | None, today: date) -> str:
    """One of five plain states; the last day of validity still counts."""
    if door_code is None:
        return "unknown"
    if door_code.revoked_on is not None and door_code.revoked_on <= today:
        return "revoked"
    if door_code.replaced_by is not None:
        return "replaced"
    return "valid" if today <= door_code.valid_until else "expired"


def sign(claim: Claim, key: Ed25519PrivateKey) -> str:
    """The claim and its Ed25519 signature, in the alphabet of alphanumeric QR codes."""
    return keys.sign(_pack(claim), key)


def read(token: str) -> Claim | None:
    """What a token claims, not yet verified; None when it is no token."""
    body = keys.body_of(token)
    if len(body) != BODY_BYTES or body[0] != VERSION:
        return None
    days = [int.from_bytes(body[place : place + 2]) for place in (9, 11)]
    return Claim(
        id=to_letters(int.from_bytes(body[2:9]), ALPHABET, ID_LENGTH),
        code=to_letters(int.from_bytes(body[13:]), CREDIT_ALPHABET, 18),
        issued_on=EPOCH + timedelta(days[0]),
        valid_until=EPOCH + timedelta(days[1]),
        key_id=body[1],
    )


def _pack(claim: Claim) -> bytes:
    days = [(day - EPOCH).days.to_bytes(DAY_BYTES) for day in (claim.issued_on, claim.valid_until)]
    return b"".join(
        (
            bytes((VERSION, claim.key_id)),
            to_number(claim.id, ALPHABET).to_bytes(ID_BYTES),
            *days,
            to_number(claim.code, CREDIT_ALPHABET).to_bytes(CODE_BYTES),
        )
    )
