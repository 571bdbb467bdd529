"""Kinds of wrong and double codes, and how each is told from what is on file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portal.core.text import N_

KINDS = {
    "wrong": N_("错码"),
    "old": N_("旧代码"),
    "many_names": N_("一码多主体"),
    "many_codes": N_("一主体多码"),
    "category": N_("类别与代码不符"),
    "ended": N_("注销或吊销后仍在使用"),
    "twice": N_("同一记录在两个代码下"),
}
# Rows that stayed out, by the rule that kept them out.
QUARANTINED = {
    "code": "wrong",
    "code_misplaced": "wrong",
    "outer_check": "wrong",
    "inner_check": "wrong",
    "excel": "wrong",
    "region": "wrong",
    "organisation_code": "wrong",
    "old_number": "old",
    "another_name": "many_names",
    "category_mismatch": "category",
}
UNKNOWN = N_("登记机关不明")
COLUMNS = ("类别", "代码", "名称", "与什么冲突或错在哪里", "登记机关", "发现日期")


class Known(NamedTuple):
    """What is compared of a subject."""

    code: str
    name: str
    normalised: str
    representative: str
    address: str
    kind: str
    authority: str


class Fault(NamedTuple):
    """One wrong or double code."""

    kind: str
    code: str
    other: str
    name: str
    authority: str


def double(subjects: Iterable[Known]) -> Iterator[Fault]:
    """One subject under several codes: by name, representative and address, or by the inner code.

    A name alone says nothing: shops of one name are many.
    """
    same: dict[tuple[str, ...], list[Known]] = defaultdict(list)
    for each in subjects:
        same["inner", each.code[8:17]].append(each)
        if each.representative and each.address:
            same["facts", each.normalised, each.representative, each.address].append(each)
    told = set()
    for group in same.values():
        first, *others = sorted(group)
        for each in others:
            if (each.code, first.code) not in told:
                told.add((each.code, first.code))
                yield Fault("many_codes", each.code, first.code, each.name, each.authority)


def mismatched(subject: Known, expected: str | None) -> Iterator[Fault]:
    """A kind of subject that a code of this prefix cannot have."""
    if expected and expected != subject.kind:
        yield Fault("category", subject.code, subject.kind, subject.name, subject.authority)
