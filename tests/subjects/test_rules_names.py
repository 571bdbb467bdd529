"""What the index is asked for, by how frequent the words are."""

import pytest

from portal.subjects.rules import names
from portal.subjects.rules.names import Asked, asked

WRITTEN, BEGINNING, INITIALS, _PINYIN = names.query_ways(["nrt"])


def test_one_word_is_the_beginning_of_tokens() -> None:
    assert asked(WRITTEN, ["牛肉"]) == Asked(beginnings=("牛肉",))
    assert asked(INITIALS, ["nrt"], {}) == Asked(beginnings=("ⁱnrt",))


def test_one_long_word_is_asked_for_eight_letters_at_a_time_and_looked_for() -> None:
    assert asked(INITIALS, ["hnsabcnrtg"]) == Asked(tokens=("ⁱhnsabcnr", "ⁱsabcnrtg"), unsure=(0,))


def test_what_very_many_names_have_is_met_on_the_way_through_them() -> None:
    assert asked(WRITTEN, ["店"], {"店": 0.3}) == Asked(unsure=(0,), is_walked=True)
    assert asked(WRITTEN, ["店"], {"店": 0.04}) == Asked(beginnings=("店",))
    assert asked(BEGINNING, ["淮"], {"‹淮": 0.8}) == Asked(unsure=(0,), is_walked=True)


def test_of_several_words_only_the_rare_ones_are_asked_for() -> None:
    shares = {"店": 0.3, "ⁱhn": 0.9}
    assert asked(WRITTEN, ["店", "a"], shares) == Asked(beginnings=("a",), unsure=(0,))
    assert asked(INITIALS, ["hn", "nrt"], shares) == Asked(beginnings=("ⁱnrt",), unsure=(0,))
    assert asked(INITIALS, ["hn", "qqq", "xxx"], shares) == Asked(
        beginnings=("ⁱqqq", "ⁱxxx"), unsure=(0,)
    )


def test_a_rare_word_is_asked_for_as_it_is_beside_a_filter() -> None:
    assert asked(WRITTEN, ["牛肉汤"], {}, filters=1) == Asked(beginnings=("牛肉汤",))


def test_where_nobody_knows_how_frequent_words_are_all_are_asked_for() -> None:
    assert asked(INITIALS, ["hn", "nrt"]) == Asked(beginnings=("ⁱhn", "ⁱnrt"))
    assert asked(WRITTEN, ["牛肉汤", "馆"]) == Asked(tokens=("牛肉", "肉汤"), unsure=(0, 1))


def test_frequent_words_as_written_are_asked_for_in_pairs() -> None:
    shares = {"公司": 0.4, "淮南": 0.9}
    assert asked(WRITTEN, ["公司", "淮南"], shares) == Asked(tokens=("公司", "淮南"))
    assert asked(WRITTEN, ["公司"], shares, filters=1) == Asked(tokens=("公司",))


def test_an_index_without_order_walks_where_pairs_would_have_to_be_sorted() -> None:
    shares = {"公司": 0.4, "淮南": 0.9, "超市": 0.04}
    walked = asked(WRITTEN, ["公司", "淮南"], shares, is_ordered=False)
    assert walked == Asked(unsure=(0, 1), is_walked=True)
    assert asked(WRITTEN, ["公司"], shares, filters=1, is_ordered=False).is_walked
    few = asked(WRITTEN, ["超市"], shares, filters=1, is_ordered=False)
    assert few == Asked(tokens=("超市",))


def test_an_index_without_order_is_told_pairs_beside_rare_words() -> None:
    found = asked(WRITTEN, ["张记", "牛肉汤", "店"], {"牛肉汤": 0.03, "店": 0.3}, is_ordered=False)
    assert found == Asked(tokens=("牛肉", "肉汤"), beginnings=("张记",), unsure=(1, 2))
    found = asked(INITIALS, ["hn", "nrt"], {"ⁱhn": 0.9}, is_ordered=False)
    assert found == Asked(beginnings=("ⁱnrt",), unsure=(0,))


@pytest.mark.parametrize(("hn", "gs"), [(0.1, 0.2), (0.2, 0.1)])
def test_of_words_that_seldom_meet_the_rarest_is_asked_for(hn: float, gs: float) -> None:
    rarest = ("ⁱhn",) if hn < gs else ("ⁱgs",)
    unsure = (1,) if hn < gs else (0,)
    found = asked(INITIALS, ["hn", "gs"], {"ⁱhn": hn, "ⁱgs": gs})
    assert found == Asked(beginnings=rarest, unsure=unsure)


def test_frequent_words_that_are_not_in_every_twentieth_name_are_asked_for_together() -> None:
    shares = {"ⁱnr": 0.04, "ⁱgs": 0.03, "ⁱhn": 0.9}
    assert asked(INITIALS, ["nr", "gs", "hn"], shares) == Asked(
        beginnings=("ⁱgs", "ⁱnr"), unsure=(2,)
    )


def test_a_long_word_beside_a_frequent_one_is_what_is_asked_for() -> None:
    found = asked(INITIALS, ["hnsabcnrtg", "hn"], {"ⁱhn": 0.9})
    assert found == Asked(tokens=("ⁱhnsabcnr", "ⁱsabcnrtg"), unsure=(0, 1))
