"""Who sees what of whoever speaks, the code of words, and what is held back for a person to see."""

import re
from collections.abc import Iterable, Mapping, Sequence

from portal.core.errors import Refused
from portal.core.text import N_

LEVELS = {
    "named": N_("实名"),
    "confidential": N_("保密"),
    "anonymous": N_("匿名"),
}
# Kinds that cannot be worked on without knowing who speaks.
NEEDS_NAME = frozenset({"default"})
# Who sees what, as the table before typing says it: the rows, then a cell for each level.
SIGHTS: Sequence[tuple[str, Mapping[str, str]]] = (
    (N_("办理单位看得到"), {
        "named": N_("您写的内容；姓名遮住一部分，看联系方式要写理由并留记录"),
        "confidential": N_("您写的内容；看姓名和联系方式要写理由并留记录"),
        "anonymous": N_("只有您写的内容"),
    }),
    (N_("被反映的单位看得到"), {
        "named": N_("审核过的摘要和您的名称"),
        "confidential": N_("只有审核过的摘要"),
        "anonymous": N_("只有审核过的摘要"),
    }),
    (N_("别人看得到"), {
        "named": N_("什么都看不到"),
        "confidential": N_("什么都看不到"),
        "anonymous": N_("什么都看不到"),
    }),
    (N_("我们怎么找您"), {
        "named": N_("电话、站内消息和查询码"),
        "confidential": N_("电话、站内消息和查询码"),
        "anonymous": N_("只能凭查询码，丢了找不回"),
    }),
)  # fmt: skip

MARKS = {
    "5": N_("非常满意"),
    "4": N_("满意"),
    "3": N_("基本满意"),
    "2": N_("不满意"),
    "1": N_("非常不满意"),
}
BAD = 2
LONGEST, SHORTEST = 3000, 20
CODE_WORDS = 6
SIMILAR = 0.8
SAME_DAY = 5

BREACHES = {
    "unpaid": N_("拖欠账款"),
    "policy": N_("政策、奖补不兑现"),
    "broken": N_("单方毁约"),
    "officials": N_("换了负责人就不认账"),
    "deposit": N_("保证金不退"),
    "other": N_("其他"),
}
# What a kind asks for on the page of what happened; all others ask as FACTS says.
FACTS = (N_("发生了什么"), N_("希望怎样解决"))
ASKS = {
    "praise": (N_("好在哪里"), N_("还想说的（可以不填）")),
    "question": (N_("想问什么"), N_("还想说的（可以不填）")),
}
PRIOR_STEPS = {
    "court": N_("已经起诉"),
    "arbitration": N_("已经仲裁"),
    "reconsideration": N_("已经申请行政复议"),
    "petition": N_("已经信访"),
    "none": N_("都没有"),
}
SIZES = {
    "micro": N_("微型企业或个体工商户"),
    "small": N_("小型企业"),
    "medium": N_("中型企业"),
    "large": N_("大型企业"),
}
# Matters before a court or another authority are decided there.
ELSEWHERE = frozenset({"court", "arbitration", "reconsideration", "petition"})


def asks(kind: str) -> tuple[str, str]:
    """The words over the two texts of a kind: what happened, and what is wanted."""
    return ASKS.get(kind, FACTS)


def check_protection(kind: str, level: str, name: str, contact: str) -> None:
    """Raises Refused for a level that the kind does not know, or a name that is missing."""
    if level not in LEVELS:
        raise Refused("protection_missing", "protection")
    if level == "anonymous":
        if kind in NEEDS_NAME:
            raise Refused("name_needed", "protection")
        return
    if not name.strip():
        raise Refused("name_missing", "name")
    if not contact.strip():
        raise Refused("contact_missing", "contact")


def check_facts(text: str) -> None:
    """Raises Refused when what happened is told in fewer than 20 or more than 3,000 characters."""
    length = len("".join(text.split()))
    if length < SHORTEST:
        raise Refused("facts_short", "facts")
    if length > LONGEST:
        raise Refused("facts_long", "facts")


def check_prior(steps: Iterable[str]) -> None:
    """Raises Refused for what a court or another authority has before it."""
    if ELSEWHERE & set(steps):
        raise Refused("elsewhere", "prior")


def words_of_code(words: Sequence[str], places: Sequence[int]) -> str:
    """A code as it is shown: words with blanks between; case and blanks do not matter later."""
    return " ".join(words[place] for place in places)


def held_because(
    *, trap: str, text: str, recent: Iterable[str], sent_today: int
) -> str:  # fmt: skip
    """Why a person looks at it first: a trap that only machines fill in, the same words again, or
    very many on one day; an empty string otherwise."""
    if trap:
        return "trap"
    if sent_today >= SAME_DAY:
        return "many"
    pieces = shingles(text)
    if any(likeness(pieces, shingles(other)) >= SIMILAR for other in recent):
        return "similar"
    return ""


HELD_WORDS = {
    "trap": N_("填写的方式像是程序自动填的，先由工作人员看一遍。"),
    "many": N_("今天收到很多件，先由工作人员看一遍。"),
    "similar": N_("最近收到过几乎一样的内容，先由工作人员看一遍。"),
}


def shingles(text: str) -> frozenset[str]:
    """Every three characters that stand together, without blanks and punctuation."""
    plain = re.sub(r"\W+", "", text)
    return frozenset(plain[place : place + 3] for place in range(max(1, len(plain) - 2)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """What share of their pieces two texts have in common."""
    return len(one & other) / len(one | other)


def is_bad(mark: str) -> bool:
    """Whether a mark opens a review by the next level."""
    return int(mark) <= BAD
