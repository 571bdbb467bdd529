"""Who has which part in a case, and who may not see it at all."""

import pytest

from portal.desk import rules

PARENTS = {"town": "county", "county": "city", "city": None, "other": None}


@pytest.mark.parametrize(("roles", "body", "parts"), [
    (("handler",), "ecology", {"clerk"}),
    (("handler", "verifier"), "ecology", {"clerk", "provider"}),
    (("handler",), "health", set()),
    (("reviewer", "handler"), rules.CREDIT_OFFICE, {"reviewer"}),
    (("auditor", "admin"), "ecology", set()),
])  # fmt: skip
def test_staff_act_for_their_own_body_and_the_credit_office_reviews_for_all(
    roles: tuple[str, ...], body: str, parts: set[str]
) -> None:
    assert rules.parts(roles, body, "ecology") == parts


@pytest.mark.parametrize(("body", "about", "expected"), [
    ("county", "county", True), ("town", "county", True), ("city", "county", False),
    ("other", "county", False), ("town", "", False), (None, "county", False),
])  # fmt: skip
def test_nobody_handles_a_case_about_the_own_body_or_the_one_above(
    body: str | None, about: str, expected: bool
) -> None:
    assert rules.is_conflicted(body, about, PARENTS) is expected
