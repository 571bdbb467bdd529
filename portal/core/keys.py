"""The private key that signs door codes: from the setting, or a file while developing."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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


def _from_file(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret())
    return path.read_text().strip()
