"""Encrypts what must lie in the database and be read by the portal alone."""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_secret = b""


def start(secret: str) -> None:
    """Take the portal's secret; every key here is derived from it."""
    global _secret
    _secret = secret.encode()


def seal(plain: bytes, purpose: str) -> bytes:
    """`plain` under a key that serves `purpose` alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, purpose: str) -> bytes | None:
    """What was sealed, or None when the key or a byte of it is another."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(_key(purpose)).decrypt(nonce, rest, purpose.encode())
    except (InvalidTag, ValueError):
        return None


def digest(text: str, purpose: str) -> str:
    """A keyed fingerprint: equal texts are found, none is guessed from the database alone."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def _key(purpose: str) -> bytes:
    return hmac.new(_secret, purpose.encode(), hashlib.sha256).digest()
