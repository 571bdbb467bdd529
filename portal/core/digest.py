"""The one way in which facts are written down, so that hashes of them can be compared."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Facts as JSON in UTF-8: keys sorted, no blanks. Raises ValueError for what JSON has not."""
    return json.dumps(
        facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256(data: bytes) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    """The national hash, GB/T 32905, in hexadecimal digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()
