"""Why the public does not see a record."""

from datetime import date
from typing import Any

import pytest

from portal.mine import rules

TODAY = date(2026, 11, 20)
PUBLIC: dict[str, Any] = {
    "public_from": date(2026, 9, 1),
    "public_until": date(2027, 9, 1),
    "repaired_on": None,
    "withdrawn_on": None,
}


@pytest.mark.parametrize(("facts", "reason"), [
    ({}, ""),
    ({"public_until": None}, ""),
    ({"withdrawn_on": TODAY, "repaired_on": TODAY}, "withdrawn"),
    ({"repaired_on": TODAY}, "repaired"),
    ({"public_from": None}, "minor"),
    ({"public_until": TODAY}, "ended"),
    ({"public_from": date(2026, 12, 1)}, "later"),
    ({"withdrawn_on": date(2026, 12, 1), "repaired_on": date(2026, 12, 1)}, ""),
])  # fmt: skip
def test_each_hidden_record_has_its_reason(facts: dict[str, Any], reason: str) -> None:
    assert rules.reason_hidden(**{**PUBLIC, **facts}, today=TODAY) == reason
    assert reason in {"", *rules.REASONS}
