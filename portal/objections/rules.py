"""What may be objected to, on which ground, and how an objection goes: one field at a time."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.errors import Refused
from portal.core.text import N_
from portal.core.workflow import Offer, State, Workflow, step

WORKFLOW = Workflow(
    "submitted",
    (
        step("accept", "submitted", to="accepted", by="clerk", term="obj.self"),
        step("decline", "submitted", to="declined", by="clerk", needs_note=True),
        step("return", "submitted", "accepted", to="returned", by="clerk", needs_note=True),
        step("resubmit", "returned", to="submitted", by="applicant", term="obj.accept"),
        step("inquire", "accepted", to="inquired", by="clerk", term="obj.provider"),
        step("answer", "inquired", to="verified", by="provider clerk", term="obj.feedback",
             needs_note=True),
        step("extend", "inquired", to="extended", by="clerk", term="obj.provider",
             needs_note=True, extends=True),
        step("answer_extended", "extended", to="verified", by="provider clerk",
             term="obj.feedback", needs_note=True),
        step("propose", "accepted", "verified", to="proposed", by="clerk", term="obj.feedback",
             needs_note=True),
        step("send_back", "proposed", to="accepted", by="reviewer", term="obj.self",
             needs_note=True),
        step("decide", "proposed", to="decided", by="reviewer", needs_second=True),
        step("settle", "decided", "declined", to="settled", by="applicant"),
        step("reopen", "decided", "declined", to="submitted", by="applicant",
             term="obj.accept", needs_note=True),
        step("withdraw", "submitted", "returned", "accepted", "inquired", "extended", "verified",
             to="withdrawn", by="applicant"),
    ),
    term="obj.accept",
)  # fmt: skip

STATES = {
    "submitted": State("received", N_("异议已收到，正在决定是否受理。")),
    "returned": State("waiting", N_("需要您补充材料，等待期间不计入办理时间。")),
    "accepted": State("working", N_("已经受理，公开页面上有“有异议”的标记，正在核对。")),
    "inquired": State("working", N_("正在请数据提供单位核实。")),
    "extended": State("working", N_("核实需要更多时间，期限已延长一次。")),
    "verified": State("working", N_("数据提供单位已经回复，正在形成结果。")),
    "proposed": State("working", N_("核对完成，正在由第二人审核。")),
    "decided": State("answered", N_("已经逐项答复，结果和理由写在下面。")),
    "declined": State("answered", N_("这次没有受理，原因和您可以怎么办写在下面。")),
    "settled": State("solved", N_("您已说明问题解决了。")),
    "withdrawn": State("withdrawn", N_("您已撤回，需要时可以再提。")),
}
STEP_WORDS = {
    "accept": N_("已受理，加上“有异议”标记"),
    "decline": N_("不予受理"),
    "return": N_("已请申请人补充材料"),
    "resubmit": N_("补充后再次提交"),
    "inquire": N_("已请数据提供单位核实"),
    "answer": N_("数据提供单位回复"),
    "answer_extended": N_("数据提供单位回复"),
    "propose": N_("核对完成，已交第二人审核"),
    "send_back": N_("审核后退回重新核对"),
    "decide": N_("已逐项答复"),
    "settle": N_("申请人确认已解决"),
}
ACTIONS = {
    "accept": N_("受理，加上“有异议”标记"),
    "decline": N_("决定不予受理"),
    "inquire": N_("请数据提供单位核实"),
    "answer": N_("写明数据提供单位的回复"),
    "answer_extended": N_("写明数据提供单位的回复"),
    "propose": N_("核对完成，交第二人审核"),
    "send_back": N_("退回重新核对"),
    "decide": N_("逐项答复"),
}
OFFERS = {
    "resubmit": Offer(N_("补好了，继续"), N_("先在下面“补充材料”里上传，再点这里。")),
    "settle": Offer(N_("问题解决了")),
    "reopen": Offer(N_("请再办一次"), N_("有新的事实或证据，请写明。"), N_("原因")),
    "withdraw": Offer(N_("撤回异议"), N_("撤回后标记会去掉，不影响以后再提。")),
}

GROUNDS = {
    "wrong": N_("内容写错了"),
    "missing": N_("缺少内容"),
    "duplicate": N_("重复了"),
    "not_public": N_("依法不应当公示"),
    "over_time": N_("超过了公示期限"),
    "differs": N_("与认定单位公布的不一致"),
}
# Fields that may be wrong, by what the objection is about. A field that ends a record stands last.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "record": {
        "title": N_("标题"),
        "number": N_("文书号"),
        "summary": N_("摘要"),
        "decided_on": N_("决定日期"),
        "authority": N_("认定单位"),
        "record_class": N_("类别"),
        "performed_on": N_("履行日期"),
        "whole": N_("整条记录不应当有"),
    },
    "grade": {"grade": N_("等级"), "facts": N_("评级所依据的事实")},
    "commitment": {"state": N_("履行状态"), "text": N_("承诺内容")},
    "promise": {
        "title": N_("名称"),
        "state": N_("履行状态"),
        "due_on": N_("应当履行的日期"),
        "counterpart": N_("对方企业"),
        "amount": N_("金额"),
    },
    "personal": {"name": N_("姓名"), "contact": N_("联系方式"), "other": N_("其他个人信息")},
}
DATES = frozenset({"decided_on", "performed_on", "due_on"})
# Whose values are words of the portal, which every language has.
WORDS_OF_OURS = frozenset({"record_class", "grade", "state"})
OUTCOMES = {"corrected": N_("予以更正"), "kept": N_("不予更正")}


@dataclass(frozen=True)
class Claim:
    """One field: what is shown, and what should stand there."""

    field: str
    shown: str
    claimed: str


@dataclass(frozen=True)
class Decision:
    """What became of one claim, and why; `value` is what stands there from now on."""

    field: str
    outcome: str
    reason: str
    value: str = ""


def check_claims(target: str, claims: Sequence[Claim], ground: str) -> None:
    """An objection names a ground and at least one field, with what is right.

    Raises Refused beside the answer that is missing.
    """
    if not claims or any(claim.field not in FIELDS[target] for claim in claims):
        raise Refused("field_missing", "fields")
    if ground not in GROUNDS:
        raise Refused("ground_missing", "ground")
    if any(not claim.claimed.strip() for claim in claims):
        raise Refused("claim_missing", "claimed")


def check_decisions(claims: Sequence[Claim], decisions: Sequence[Decision]) -> None:
    """Every field is answered with a reason; a correction says what stands there from now on.

    Raises Refused (`decision_missing`, `reason_missing`, `value_missing`) for the answer that is
    missing: outcome-title, reason-title or value-title.
    """
    if {each.field for each in claims} != {each.field for each in decisions}:
        raise Refused("decision_missing")
    for each in decisions:
        if each.outcome not in OUTCOMES:
            raise Refused("decision_missing", f"outcome-{each.field}")
        if not each.reason.strip():
            raise Refused("reason_missing", f"reason-{each.field}")
        if each.outcome == "corrected" and each.field != "whole" and not each.value.strip():
            raise Refused("value_missing", f"value-{each.field}")


def fingerprint(target: str, target_id: str, claims: Sequence[Claim], ground: str) -> str:
    """The same facts again give the same fingerprint, however they are spaced."""
    told = sorted((claim.field, "".join(claim.claimed.split())) for claim in claims)
    text = json.dumps([target, target_id, ground, told], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_upheld(decisions: Sequence[Decision]) -> bool:
    """Whether anything was corrected."""
    return any(each.outcome == "corrected" for each in decisions)


def claims_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """Claims as they are stored."""
    return tuple(Claim(row["field"], row["shown"], row["claimed"]) for row in rows)


def decisions_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Decision, ...]:
    """Decisions as they are stored."""
    return tuple(
        Decision(row["field"], row["outcome"], row["reason"], row.get("value", "")) for row in rows
    )
