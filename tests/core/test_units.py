"""Units, and who stands in conflict with whom."""

import pytest

from portal.core.units import Unit, is_conflicted, unit_of_key

PARENTS = {"office": "county", "county": "city", "city": None, "other": None}


@pytest.mark.parametrize(("unit", "about", "expected"), [
    ("county", "county", True), ("office", "county", True), ("city", "county", False),
    ("office", "city", True), ("other", "county", False), ("office", "", False),
    ("county/1", "county", True), ("county/1", "county/1", True), ("county", "county/1", False),
    ("county/2", "county/1", False), ("other/1", "county/1", False),
])  # fmt: skip
def test_nobody_handles_a_case_about_the_own_unit_or_the_one_above(
    unit: str, about: str, expected: bool
) -> None:
    assert is_conflicted(unit_of_key(unit), unit_of_key(about), PARENTS) is expected


@pytest.mark.parametrize("key", ["county", "county/340403002"])
def test_a_unit_and_its_key_are_the_same(key: str) -> None:
    assert unit_of_key(key).key == key
    assert Unit("county").area == ""
