"""Facts written down in one way, and the two hashes of what is written."""

import pytest

from portal.core import digest


def test_facts_are_written_in_one_way() -> None:
    assert digest.canonical({"b": 1, "a": ["字", None]}) == '{"a":["字",null],"b":1}'.encode()
    assert digest.canonical({"a": ["字", None], "b": 1}) == digest.canonical(
        {"b": 1, "a": ["字", None]}
    )
    with pytest.raises(ValueError, match="JSON compliant"):
        digest.canonical({"a": float("nan")})


def test_both_hashes_are_the_known_ones() -> None:
    """FIPS 180-4 and GB/T 32905, A.1."""
    assert digest.sha256(b"abc").startswith("ba7816bf8f01cfea")
    assert digest.sm3(b"abc").startswith("66c7f0f462eeedd9")
