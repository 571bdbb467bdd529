"""What an import says of rows is said in the page's language; what it quotes stays as it is."""

import ast
from pathlib import Path

import pytest

from portal import words
from portal.ingest.rules import advice, findings
from portal.subjects.rules import codes
from portal.web import i18n


def test_sentences_are_known_again_with_their_values() -> None:
    examples = {
        advice.LATER_THAN_TODAY: {"field": "处罚决定日期", "today": "2026-11-20"},
        advice.TURNED: {"end": "有效期至", "start": "有效期自"},
        advice.IN_YUAN: {"amount": "5000"},
        advice.LARGE: {"amount": "5000", "same": "5000"},
        advice.COLUMNS: {"found": "3", "header": "4"},
        advice.EMPTY: {"field": "处罚机关"},
        advice.LONG: {"most": "10", "found": "12"},
        advice.ONE_OF: {"values": "是、否"},
    }
    assert set(examples) == set(advice.OWN)
    for message, values in examples.items():
        assert advice.taken_apart(message % values) == (message, values)
    length = "代码应为18位，现为%(length)d位。"
    assert advice.taken_apart(length % {"length": 5}) == (length, {"length": 5})
    assert advice.taken_apart("别的话") == ("别的话", {})


def test_every_sentence_of_the_code_check_with_values_is_among_them() -> None:
    tree = ast.parse(Path(codes.__file__).read_text())
    marked = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "N_"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(str(each) for each in marked if "%(" in str(each)) == sorted(advice.OF_CODES)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("代码应为18位，现为5位。", "5"),
        ("请填写事实内容。", "Please fill in the value of the fact."),
        ("请填写处罚机关。", 'Please fill in <span lang="zh">处罚机关</span>.'),
        ("没有这一天，请核对年、月、日。", "There is no such day"),
        ("以前写的<b>", '<span lang="zh">以前写的&lt;b&gt;</span>'),
    ],
)
def test_advice_is_told_in_english_and_quotes_chinese(sentence: str, told: str) -> None:
    assert "<b>" not in words.advice(sentence)
    with i18n.speaking("en"):
        assert told in words.advice(sentence)
        assert "<b>" not in words.advice(sentence)


def test_every_rule_has_an_english_name() -> None:
    with i18n.speaking("en"):
        assert all(i18n.translate(name).isascii() for name in findings.NAMES.values())
