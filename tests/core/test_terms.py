"""Time limits come from dated data."""

from datetime import date

import pytest

from portal.core import content, terms
from portal.core.calendar import Term
from portal.core.terms import LawTerm, Limit

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("key", "length", "unit", "verified"),
    [
        ("pub.double", 7, "working days", True),
        ("pub.withdraw", 3, "days", True),
        ("rep.accept", 3, "working days", True),
        ("rep.decide", 7, "working days", True),
        ("rep.extend", 10, "working days", True),
        ("rep.serious.max", 36, "months", True),
        ("rep.bar", 3, "years", False),
        ("obj.accept", 2, "working days", False),
        ("log.keep", 6, "months", True),
    ],
)
def test_a_term_has_length_unit_and_basis(key: str, length: int, unit: str, verified: bool) -> None:
    term = terms.term(key, TODAY)
    assert (term.length, term.unit, term.verified) == (length, unit, verified)
    assert term.basis


def test_every_term_is_named_in_both_languages_and_keys_are_dated_once() -> None:
    loaded = terms.load()
    assert all(each.zh and each.en and each.from_zh and each.from_en for each in loaded)
    assert len({(each.key, each.effective_from) for each in loaded}) == len(loaded)


def test_limits_that_are_not_times_stand_apart() -> None:
    assert terms.limits()[0] == Limit(
        "prefee.lessons", "校外培训一次预收课时上限", "Most lessons prepaid at once", 60, "lessons",
        "校外培训预收费监管规定", "Rules on prepaid training fees", verified=True,
    )  # fmt: skip


def version(length: int, effective_from: date | None) -> LawTerm:
    return LawTerm(
        "k", "", "", length, "days", "", "", "b", "", verified=True, effective_from=effective_from
    )


@pytest.mark.parametrize(
    ("on", "length"),
    [(date(2024, 1, 1), 5), (date(2025, 1, 1), 6), (date(2026, 3, 31), 6), (date(2026, 4, 1), 7)],
)
def test_the_version_in_force_on_the_day_counts(
    monkeypatch: pytest.MonkeyPatch, on: date, length: int
) -> None:
    versions = (version(7, date(2026, 4, 1)), version(5, None), version(6, date(2025, 1, 1)))
    monkeypatch.setattr(terms, "load", lambda: versions)
    assert terms.term("k", on) == Term(length, "days", "b")


def test_before_the_first_version_the_first_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "load", lambda: (version(7, date(2026, 4, 1)),))
    assert terms.term("k", date(2020, 1, 1)).length == 7


def test_an_unknown_key_or_unit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(content.ContentError, match="key 'no.such' is missing"):
        terms.term("no.such", TODAY)
    row = dict(content.need(terms.FILE, "terms")[0]) | {"unit": "moons"}
    monkeypatch.setattr(content, "need", lambda _path, _key: [row])
    with pytest.raises(content.ContentError, match="pub.double: unit 'moons' is unknown"):
        terms.load.__wrapped__()
