"""The fields, cursors and days of the open data."""

from datetime import date

import pytest

from portal.core import cells
from portal.core.errors import Refused
from portal.opendata import rules

TODAY = date(2026, 11, 20)


def test_a_cursor_leads_back_to_its_place() -> None:
    text = rules.cursor(date(2026, 9, 1), 17)
    assert rules.place(text) == (date(2026, 9, 1), 17)
    assert rules.place("") is None


@pytest.mark.parametrize("text", ["x", "2026-09-01", "2026-13-01.1", "2026-09-01.-1", "1.2.3"])
def test_a_strange_cursor_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        rules.place(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "day_unknown"),
        ("2026-11-21", "day_in_future"),
        ("2026-08-21", "day_too_far_back"),
    ],
)
def test_a_day_that_cannot_be_answered_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.since(text, TODAY)
    assert refused.value.reason == reason


def test_changes_are_told_of_a_week_unless_asked_otherwise() -> None:
    assert rules.since("", TODAY) == date(2026, 11, 13)
    assert rules.since("2026-11-20", TODAY) == TODAY


@pytest.mark.parametrize(
    ("public_from", "public_until", "updated_on", "expected"),
    [
        (date(2026, 1, 1), date(2026, 11, 18), date(2026, 2, 1), date(2026, 11, 18)),  # ended
        (date(2026, 1, 1), date(2026, 11, 1), date(2026, 11, 19), date(2026, 11, 19)),  # late
        (date(2027, 1, 1), None, date(2026, 11, 19), date(2026, 11, 19)),  # screened
        (None, date(2026, 11, 18), date(2026, 11, 2), date(2026, 11, 2)),  # never public
    ],
)
def test_what_is_gone_is_gone_from_a_day(
    public_from: date | None, public_until: date | None, updated_on: date, expected: date
) -> None:
    assert rules.gone_on(public_from, public_until, updated_on, TODAY) == expected


def test_cells_are_plain_and_run_no_formula() -> None:
    assert [rules.cell(value) for value in (None, True, False, 3, ["a", "b"], [["a", "b"]])] == [
        "", "1", "0", "3", "a；b", "a：b",
    ]  # fmt: skip
    for start in cells.FORMULA_STARTS:
        assert cells.defused(f"{start}1") == f"'{start}1"
    assert cells.defused("牛肉汤") == "牛肉汤"


def test_every_dataset_has_a_schema_of_its_fields() -> None:
    for fields in rules.DATASETS.values():
        name = next(key for key, told in rules.TYPES.items() if told is fields)
        assert list(rules.schema(name)["properties"]) == [field.name for field in fields]
