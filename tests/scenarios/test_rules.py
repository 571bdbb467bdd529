"""A grade follows from facts and a date, adds up, names its limits, and says when it may change."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.calendar import add_months
from portal.scenarios import rulebook
from portal.scenarios.rules import (
    NEVER,
    STEPS,
    Fact,
    FactKind,
    Grade,
    Indicator,
    Outcome,
    RecordFact,
    Rule,
    climb,
    grade,
    of_points,
)
from portal.scenarios.rules.check import faults, reachable

TODAY = date(2026, 11, 20)
SOUP = rulebook.load()["beef-soup"]
RATED = [rule for rule in rulebook.load().values() if rule.is_rated]
BEST = {"licence": "valid", "inspection": "passed", "quantified": "a", "sampling": "passed",
        "complaints": "100", "commitment": "kept"}  # fmt: skip


def facts(today: date = TODAY, **changed: str | None) -> list[Fact]:
    """The facts of a very good shop, some changed; None takes one away."""
    values = {key: value for key, value in {**BEST, **changed}.items() if value is not None}
    return [Fact(key, value, add_months(today, -2)) for key, value in values.items()]


def penalty(id_: int = 1, *, of_class: str = "general", months_ago: int = 1) -> RecordFact:
    decided_on = add_months(TODAY, -months_ago)
    return RecordFact(id_, "penalty", of_class, decided_on, decided_on, add_months(decided_on, 36))


def line_of(found: Grade, key: str) -> object:
    return next(line for line in found.lines if line.indicator.key == key)


def test_a_shop_without_fault_or_honour_is_excellent() -> None:
    found = grade(SOUP, facts(), [], TODAY)
    assert (found.grade, found.points) == ("excellent", 97)
    assert found.vetoes == found.missing == ()
    assert found.holds_until == add_months(add_months(TODAY, -2), 12)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"inspection": "corrected"}, "good"),
        ({"inspection": "corrected", "commitment": None, "complaints": "60"}, "fair"),
        ({"inspection": "expired", "commitment": None, "complaints": "60",
          "quantified": None, "sampling": None}, "poor"),
        ({"sampling": "failed"}, "fair"),
        ({"inspection": "failed"}, "suspended"),
        ({"licence": None}, "none"),
        ({"licence": "a value that no rule knows"}, "good"),
    ],
)  # fmt: skip
def test_the_facts_decide_the_grade(changed: dict[str, str | None], expected: str) -> None:
    assert grade(SOUP, facts(**changed), [], TODAY).grade == expected


def test_one_penalty_halves_its_points_and_two_take_them() -> None:
    one = grade(SOUP, facts(), [penalty()], TODAY)
    two = grade(SOUP, facts(), [penalty(1), penalty(2, months_ago=2)], TODAY)
    assert [line_of(each, "penalties").got for each in (one, two)] == [5, 0]
    assert line_of(two, "penalties").record_ids == (1, 2)
    assert line_of(two, "penalties").better_on == add_months(add_months(TODAY, -2), 24)


def test_a_serious_record_suspends_and_is_named() -> None:
    found = grade(SOUP, facts(), [penalty(of_class="serious")], TODAY)
    assert found.grade == "suspended"
    assert [line.indicator.key for line in found.vetoes] == ["serious"]


def test_a_record_that_is_not_public_any_more_does_not_count() -> None:
    ended = penalty(of_class="serious")._replace(public_until=TODAY)
    later = penalty(of_class="serious")._replace(public_from=TODAY + timedelta(1))
    assert grade(SOUP, facts(), [ended], TODAY).grade == "excellent"
    tomorrow = grade(SOUP, facts(), [later], TODAY)
    assert (tomorrow.grade, tomorrow.changes_on) == ("excellent", TODAY + timedelta(1))


def test_an_honour_adds_points_for_three_years() -> None:
    honour = RecordFact(1, "honour", None, TODAY, TODAY, None)
    assert grade(SOUP, facts(), [honour], TODAY).points == 100
    assert grade(SOUP, facts(add_months(TODAY, 36)), [honour], add_months(TODAY, 36)).points == 97


def test_a_licence_that_runs_out_suspends_from_the_next_day() -> None:
    ending = [*facts(licence=None), Fact("licence", "valid", add_months(TODAY, -59), TODAY)]
    today = grade(SOUP, ending, [], TODAY)
    assert (today.grade, today.changes_on) == ("excellent", TODAY + timedelta(1))
    tomorrow = grade(SOUP, ending, [], TODAY + timedelta(1))
    assert tomorrow.grade == "suspended"
    assert tomorrow.missing == ()


def test_a_grade_ends_when_nothing_new_was_reported() -> None:
    later = add_months(TODAY, 10)
    found = grade(SOUP, facts(), [], later)
    assert (found.grade, found.is_out_of_date) == ("none", True)
    assert grade(SOUP, facts(), [], later - timedelta(1)).changes_on == later


def test_no_rule_works_before_its_day() -> None:
    early = date(2026, 9, 30)
    found = grade(SOUP, facts(early), [], early)
    assert (found.grade, found.changes_on) == ("none", SOUP.effective_from)


def test_a_shop_without_facts_is_not_graded_and_nothing_is_held_against_it() -> None:
    found = grade(SOUP, [], [], TODAY)
    assert (found.grade, found.missing) == ("none", ("licence", "inspection"))
    assert (found.holds_until, found.changes_on) == (None, NEVER)
    assert climb(SOUP, found) is None


def test_the_newest_fact_counts() -> None:
    newer = Fact("inspection", "corrected", TODAY)
    assert grade(SOUP, [*facts(), newer], [], TODAY).points == 87


@pytest.mark.parametrize(
    ("changed", "records", "above", "short", "first"),
    [
        ({"inspection": "corrected"}, [], "excellent", 3, "inspection"),
        ({"sampling": "failed"}, [], "good", 0, "sampling"),
        ({"inspection": "failed"}, [], "good", 0, "inspection"),
        ({}, [penalty(of_class="serious")], "good", 0, "serious"),
    ],
)
def test_the_way_to_the_next_grade_is_told(
    changed: dict[str, str], records: list[RecordFact], above: str, short: int, first: str
) -> None:
    found = climb(SOUP, grade(SOUP, facts(**changed), records, TODAY))
    assert found is not None
    assert (found.grade, found.short, found.lines[0].indicator.key) == (above, short, first)


def test_the_best_has_nothing_above_it() -> None:
    assert climb(SOUP, grade(SOUP, facts(), [], TODAY)) is None


DAYS = st.integers(-1500, 400).map(lambda days: TODAY + timedelta(days))
RECORDS = st.lists(
    st.builds(
        RecordFact, st.integers(1, 9), st.sampled_from(["penalty", "serious", "honour", "reward"]),
        st.sampled_from([None, "general", "serious"]), DAYS, DAYS, st.none() | DAYS,
    ), max_size=5,
)  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, list[Fact], list[RecordFact]]:
    rule = draw(st.sampled_from(RATED))
    found = [
        Fact(kind.key, value, draw(DAYS), draw(st.none() | DAYS))
        for kind in rule.facts
        if (value := draw(st.none() | st.sampled_from([*kind.values, "97", "85", "3", "?"])))
    ]
    return rule, found, draw(RECORDS)


@given(cases())
def test_the_points_shown_add_up_and_every_limit_is_named(
    case: tuple[Rule, list[Fact], list[RecordFact]],
) -> None:
    rule, found, records = case
    result = grade(rule, found, records, TODAY)
    assert result.points == sum(line.got for line in result.lines)
    assert sum(line.indicator.full for line in result.lines) == 100
    assert all(0 <= line.got <= line.indicator.full for line in result.lines)
    if result.grade not in {"none", of_points(rule, result.points)}:
        assert result.grade in {line.outcome.limit for line in result.vetoes}


@given(cases())
def test_nothing_changes_before_the_day_that_is_told(
    case: tuple[Rule, list[Fact], list[RecordFact]],
) -> None:
    rule, found, records = case
    today = grade(rule, found, records, TODAY)
    last = min(today.changes_on - timedelta(1), TODAY + timedelta(500))
    then = grade(rule, found, records, last)
    assert (then.grade, then.points, then.lines) == (today.grade, today.points, today.lines)


@given(cases(), st.data())
def test_a_better_fact_never_lowers_a_grade(
    case: tuple[Rule, list[Fact], list[RecordFact]], data: st.DataObject
) -> None:
    rule, _found, records = case
    kinds = [kind for kind in rule.facts if kind.values]
    worse = {kind.key: data.draw(st.sampled_from(list(kind.values))) for kind in kinds}
    better = {
        kind.key: data.draw(
            st.sampled_from(list(kind.values)[: list(kind.values).index(worse[kind.key]) + 1])
        )
        for kind in kinds
    }
    low, high = (
        grade(rule, [Fact(*each, TODAY) for each in values.items()], records, TODAY)
        for values in (worse, better)
    )
    assert high.points >= low.points
    assert STEPS.index(high.grade) <= STEPS.index(low.grade)


def test_every_rule_of_the_annex_holds_together() -> None:
    book = rulebook.load()
    assert [rule.number for rule in book.values()] == list(range(1, 16))
    assert [fault for rule in book.values() for fault in faults(rule)] == []
    assert all(set(STEPS[:4]) <= reachable(rule) for rule in RATED)
    assert len(RATED) == 10


LINE = SOUP.indicators[0]
PENALTIES = next(each for each in SOUP.indicators if each.kinds)
BARE = FactKind("bare", "", "")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"purpose_en": ""}, "its purpose has no words in one of the languages"),
        ({"facts": (BARE, *SOUP.facts)}, "fact 'bare' has no words"),
        ({"indicators": ()}, "has neither indicators nor a reason"),
        ({"indicators": SOUP.indicators[1:]}, "do not add up to 100"),
        ({"thresholds": {"good": 75, "excellent": 90, "fair": 60}}, "needs thresholds"),
        ({"thresholds": {"excellent": 101, "good": 75, "fair": 60}}, "'excellent' cannot be reached"),
        ({"needs": ("nothing",)}, "needs an unknown fact 'nothing'"),
        ({"indicators": (replace(LINE, fact="x"), *SOUP.indicators[1:])}, "an unknown fact 'x'"),
        ({"indicators": (replace(LINE, outcomes=LINE.outcomes[:2]), *SOUP.indicators[1:])},
         "has no outcome for 'missing'"),
        ({"indicators": (replace(LINE, outcomes=LINE.outcomes[1:]), *SOUP.indicators[1:])},
         "do not reach from 0 to 20"),
        ({"indicators": (replace(LINE, outcomes=(Outcome(20, "a", "b", limit="?"),)),)},
         "has unknown limits: ?"),
        ({"indicators": (replace(PENALTIES, outcomes=PENALTIES.outcomes[1:]),)},
         "has no outcome for no record"),
        ({"indicators": (replace(LINE, outcomes=(Outcome(0, "a", "b", "valid"),)),)},
         "the advice of an outcome of 'licence' has no words"),
    ],
)  # fmt: skip
def test_a_fault_of_a_rule_is_named(changes: dict[str, object], sentence: str) -> None:
    found = list(faults(replace(SOUP, **changes)))
    assert any(sentence in fault for fault in found), found


def test_an_indicator_is_a_plain_value() -> None:
    assert Indicator("a", "b", "c", 1, ()).months == 0
