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
    "稍后": "when: 过1分钟",
    "免费": "不收费",
    "不正确": "what is right",
    "输入错误": "what to write",
    "操作成功": "what was done",
    "操作失败": "what happened and what to do",
    "老赖": "这条记录",
    "温馨提示": "nothing",
    "热忱": "nothing",
    "欢迎": "nothing",
    "点击此处": "the words of what it leads to",
    "竭诚": "nothing",
}
# Names that are not ours to change, and forms that count as one word each.
QUOTED = re.compile(
    r"非法财物|非法人|!(?=\[)|“[^”]*”|《[^》]*》|%\(\w+\)[sd]|`[^`]*`|\]\([^)]*\)|https?://\S+"
)
# Counted time and money stand in digits; the second day and the last one are no counts.
COUNTED = re.compile(
    r"(?<!第)[二两三四五六七八九十百千]+个?(工作日|天|小时|分钟|个月|年|元)|(?<!下)一个?(工作日|小时|分钟)"
)
# Only a sample of what to type is written so.
ISO_DAY = re.compile(r"(?<!例如)(?<!写成)(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d)")
PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\uff5e~]")
BUTTON = re.compile(
    r"""button\(_\(["']([^"']+)["']|<button[^>]*>(?:\{\{ button or )?(?:\{\{ )?_\(["']([^"']+)["']"""
)
LONGEST_BUTTON = 8
NO_ACTION = {"提交", "确定", "确认提交", "OK", "下一步"}
# Where somebody could be asked for money, the page says that nobody may.
ERRANDS = ("help/repair", "help/objection", "help/complaint")
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
    words += [f"“{found[0]}”: write digits" for found in COUNTED.finditer(plain)]
    words += [f"“{found[0]}”: write 2026年10月15日" for found in ISO_DAY.finditer(plain)]
    words += [f"“{found[0]}”: write words" for found in PICTURES.finditer(plain)]
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
    assert faults("三个工作日内答复")
    assert faults("一小时内有效")
    assert not faults("从第二天起算，最后一天是休息日的顺延")
    assert faults("2026-10-15前")
    assert not faults("日期写成2026-10-15，例如2026-10-15")
    assert faults("办好了\U0001f389")
    assert faults("请稍后再来")


def buttons() -> dict[str, str]:
    """The words of every button in the templates, and where one stands."""
    return {
        first or second: str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for first, second in BUTTON.findall(path.read_text("utf-8"))
    }


def test_a_button_says_in_a_few_words_what_it_does() -> None:
    told = buttons()
    assert len(told) > 50
    long = {label: path for label, path in told.items() if len(HAN.findall(label)) > LONGEST_BUTTON}
    assert long == {}
    assert NO_ACTION & set(told) == set()


@pytest.mark.parametrize("name", ERRANDS)
def test_an_errand_says_that_it_is_free_and_that_nobody_hastens_it(name: str) -> None:
    text = (ROOT / "content" / "zh" / f"{name}.md").read_text("utf-8")
    assert "不收费" in text
    assert "没有任何中介可以加快" in text
