"""The Chinese texts keep the rules of copy: short sentences, no shouting, no blame, no office words."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
LONGEST = 40
# Words that blame, shout, or say nothing, and what to write instead.
FORBIDDEN = {
    "！": "a full stop",
    "!": "a full stop",
    "非法": "what is missing or unclear",
    "您未": "这里还没有…",
    "尽快": "a date",
    "近期": "a date",
    "黑名单": "这条记录",
    "失信人员": "这条记录",
    "已办结": "已答复",
    "系统繁忙": "what happened and what to do",
    "请稍后再试": "过1分钟再试",
    "不予通过": "这次不能…",
    "会话已过期": "登录已到时间",
    "你": "您",
    "点击此处": "the words of what it leads to",
    "竭诚": "nothing",
}
# Names that are not ours to change, and forms that count as one word each.
QUOTED = re.compile(
    r"非法财物|!(?=\[)|“[^”]*”|《[^》]*》|%\(\w+\)[sd]|`[^`]*`|\]\([^)]*\)|https?://\S+"
)
ENDS = re.compile(r"[。；？：\n]")
HAN = re.compile(r"[\u4e00-\u9fff]")


def messages() -> list[tuple[str, str]]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    found = []
    for message in catalogue:
        parts = message.id if isinstance(message.id, tuple) else (message.id,)
        found += [("messages.po", part) for part in parts if HAN.search(part)]
    return found


def pages() -> list[tuple[str, str]]:
    found = []
    for path in sorted((ROOT / "content" / "zh").rglob("*.md")):
        _before, head, body = path.read_text("utf-8").split("+++\n", 2)
        name = str(path.relative_to(ROOT))
        found += [(name, line) for line in re.findall(r'"(.*)"', head)]
        found += [(name, cell) for line in body.splitlines() for cell in line.split("|")]
    return found


def faults(text: str) -> list[str]:
    """What breaks the rules in one text."""
    plain = QUOTED.sub("x", text)
    words = [f"“{word}”: write {instead}" for word, instead in FORBIDDEN.items() if word in plain]
    long = [sentence for sentence in ENDS.split(plain) if len(sentence.strip(" -*#")) > LONGEST]
    return words + [f"{len(sentence)} characters: {sentence}" for sentence in long]


@pytest.mark.parametrize("source", [messages, pages])
def test_texts_keep_the_rules_of_copy(source: object) -> None:
    told = source()  # type: ignore[operator]
    assert len(told) > 20
    assert {text: (where, faults(text)) for where, text in told if faults(text)} == {}


def test_what_breaks_the_rules_is_found() -> None:
    assert faults("操作成功！")
    assert faults("您未正确填写")
    assert faults("这" * 41)
    assert not faults("这" * 40 + "。" + "那" * 40)
