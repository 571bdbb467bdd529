"""Who has which part in a case, and who may not see it at all."""

import pytest

from portal.core.units import CREDIT_OFFICE
from portal.desk import rules


@pytest.mark.parametrize(("roles", "body", "parts"), [
    (("handler",), "ecology", {"clerk"}),
    (("handler", "verifier"), "ecology", {"clerk", "provider"}),
    (("handler",), "health", set()),
    (("reviewer", "handler"), CREDIT_OFFICE, {"reviewer"}),
    (("auditor", "admin"), "ecology", set()),
])  # fmt: skip
def test_staff_act_for_their_own_body_and_the_credit_office_reviews_for_all(
    roles: tuple[str, ...], body: str, parts: set[str]
) -> None:
    assert rules.parts(roles, body, "", "ecology", "") == parts


@pytest.mark.parametrize(("own", "of_case", "parts"), [
    ("340403002", "340403002", {"clerk"}), ("340403002", "340403003", set()),
    ("340403002", "", set()), ("", "340403002", {"clerk"}),
])  # fmt: skip
def test_a_station_has_the_cases_of_its_town_and_the_county_those_of_all(
    own: str, of_case: str, parts: set[str]
) -> None:
    assert rules.parts(("handler",), "panji-district", own, "panji-district", of_case) == parts
