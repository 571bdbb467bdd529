"""One word for one thing: labels in code and law data agree with the glossary."""

from portal.core import content
from portal.records import law, rules
from portal.subjects.rules.code_tables import SUBJECT_KINDS

WORDS = {word["id"]: word for word in content.need("glossary.toml", "words")}
# “serious” is a class and a list; the glossary tells them apart.
RENAMED = {"serious": "serious_list"}


def test_every_word_has_an_identifier_a_chinese_and_an_english_form() -> None:
    words = content.need("glossary.toml", "words")
    assert len(WORDS) == len(words)
    assert all(set(word) == {"id", "zh", "en"} and all(word.values()) for word in words)
    assert all(word["id"].isidentifier() for word in words)


def test_one_chinese_word_has_one_english_word() -> None:
    pairs = {(word["zh"], word["en"]) for word in WORDS.values()}
    assert len(pairs) == len({zh for zh, _ in pairs})


def test_labels_of_kinds_classes_and_states_stand_in_the_glossary() -> None:
    for labels in (rules.CLASSES, rules.STATES):
        assert {key: WORDS[key]["zh"] for key in labels} == labels
    assert {key: WORDS[RENAMED.get(key, key)]["zh"] for key in rules.KINDS} == rules.KINDS


def test_the_law_data_use_the_words_of_the_glossary() -> None:
    loaded = law.load()
    for each in (*loaded.kinds.values(), *loaded.penalty_kinds):
        word = WORDS[RENAMED.get(each.key, each.key)]
        assert (each.zh, each.en.lower()) == (word["zh"], word["en"].lower())


def test_subject_kinds_of_codes_are_words_of_the_glossary() -> None:
    assert set(SUBJECT_KINDS.values()) <= set(WORDS)
