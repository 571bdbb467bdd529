"""The key that signs what QR codes carry: from the setting, or a file while developing."""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64
_secret = ""


def start(secret: str, fallback: Path) -> None:
    """Take the secret from the setting, or make one in `fallback` (never in production)."""
    global _secret
    _secret = secret or _from_file(fallback)


def new_secret() -> str:
    """A fresh value for the setting QR_KEY."""
    return secrets.token_urlsafe(32)


def private_key(secret: str | None = None) -> Ed25519PrivateKey:
    """The Ed25519 key of `secret` (default: the one in use)."""
    seed = hashlib.sha256((secret or _secret).encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_bytes(secret: str | None = None) -> bytes:
    """The 32 bytes that anyone verifies with."""
    return private_key(secret).public_key().public_bytes_raw()


def sign(body: bytes, key: Ed25519PrivateKey) -> str:
    """The bytes and their Ed25519 signature, in the alphabet of alphanumeric QR codes."""
    return base64.b32encode(body + key.sign(body)).decode().rstrip("=")


def body_of(token: str) -> bytes:
    """The bytes that a token carries, not yet verified; empty when it is no token."""
    return _decoded(token)[:-SIGNATURE_BYTES]


def verify(token: str, public_key: bytes) -> bool:
    """Whether the holder of `public_key` (32 raw bytes) signed exactly this token."""
    raw = _decoded(token)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            raw[-SIGNATURE_BYTES:], raw[:-SIGNATURE_BYTES]
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(token: str) -> bytes:
    try:
        return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return b""


def _from_file(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret())
    return path.read_text().strip()
