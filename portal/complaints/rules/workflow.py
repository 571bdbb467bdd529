"""How each kind goes on: a table for defaults, one for concerns, one for copies."""

from dataclasses import replace

from portal.core.text import N_
from portal.core.workflow import Offer, State, Step, Workflow, step


def _held(term: str) -> tuple[Step, ...]:
    """What was held back goes on to its unit, or ends unless its writer explains."""
    return (
        step("release", "held", to="submitted", by="clerk", term=term),
        step("dismiss", "held", to="dismissed", by="clerk", needs_note=True),
        step("explain", "dismissed", to="held", by="applicant", term="dir.look", needs_note=True),
    )


_AFTER = (
    step("settle", "answered", "declined", to="settled", by="applicant"),
    step("give_up", "answered", "declined", to="unsolved", by="applicant"),
    step("reopen", "answered", "declined", to="review", by="applicant", term="dir.review",
         needs_note=True),
    step("answer_review", "review", to="answered", by="clerk", needs_note=True),
)  # fmt: skip

CONCERN = Workflow(
    "submitted",
    (
        step("accept", "submitted", to="accepted", by="clerk", term="dir.other"),
        step("accept_question", "submitted", to="accepted", by="clerk", term="dir.inquiry"),
        step("transfer", "submitted", to="submitted", by="clerk", needs_note=True),
        step("assign", "submitted", to="submitted", by="clerk", needs_note=True),
        step("decline", "submitted", "accepted", to="declined", by="clerk", needs_note=True),
        step("return", "submitted", "accepted", to="returned", by="clerk", needs_note=True),
        step("resubmit", "returned", to="submitted", by="applicant", term="dir.accept"),
        step("extend", "accepted", to="extended", by="clerk", term="dir.extend",
             needs_note=True, extends=True),
        step("answer", "accepted", "extended", to="answered", by="clerk", needs_note=True),
        *_AFTER,
        *_held("dir.accept"),
        step("withdraw", "held", "submitted", "returned", "accepted", "extended", "review",
             to="withdrawn", by="applicant"),
    ),
    term="dir.accept",
)  # fmt: skip

DEFAULT = Workflow(
    "submitted",
    (
        step("register", "submitted", to="registered", by="clerk", term="gov.examine"),
        step("transfer", "submitted", to="submitted", by="clerk", needs_note=True),
        step("assign", "submitted", to="submitted", by="clerk", needs_note=True),
        step("decline", "submitted", "registered", to="declined", by="clerk", needs_note=True),
        step("return", "submitted", "registered", to="returned", by="clerk", needs_note=True),
        step("resubmit", "returned", to="submitted", by="applicant", term="gov.register"),
        step("verify", "registered", to="verifying", by="clerk", term="gov.verify"),
        step("extend", "verifying", to="extended", by="clerk", term="gov.extend",
             needs_note=True, extends=True),
        step("untrue", "verifying", "extended", to="answered", by="clerk", needs_note=True),
        step("true", "verifying", "extended", to="rectifying", by="clerk", term="gov.rectify",
             needs_note=True),
        step("partly", "verifying", "extended", to="rectifying", by="clerk", term="gov.rectify",
             needs_note=True),
        step("rectified", "rectifying", to="answered", by="clerk", needs_note=True),
        step("refused", "rectifying", to="refused", by="clerk", term="gov.confirm",
             needs_note=True),
        step("send_back", "refused", to="rectifying", by="reviewer", term="gov.rectify",
             needs_note=True),
        step("confirm", "refused", to="confirmed", by="reviewer", needs_note=True,
             needs_second=True),
        step("rectified_late", "confirmed", to="answered", by="clerk", needs_note=True),
        step("give_up", "confirmed", to="unsolved", by="applicant"),
        *_AFTER,
        *_held("gov.register"),
        step("withdraw", "held", "submitted", "returned", "registered", "verifying", "extended",
             "rectifying", "review", to="withdrawn", by="applicant"),
    ),
    term="gov.register",
)  # fmt: skip

# A copy of what another authority works on: only its outcome is noted.
COPY = Workflow(
    "registered_copy",
    (
        step("solved", "registered_copy", to="settled", by="applicant"),
        step("not_solved", "registered_copy", to="unsolved", by="applicant", needs_note=True),
        step("withdraw", "registered_copy", to="withdrawn", by="applicant"),
    ),
)

STATES = {
    "held": State("received", N_("已收到，先由工作人员看一遍，1个工作日内告诉您。")),
    "dismissed": State("answered", N_("没有转给办理单位，原因写在下面；您可以说明情况。")),
    "submitted": State("received", N_("已收到并开始计时，办理单位正在看。")),
    "registered": State("working", N_("已登记，正在审查是否属于这里办理。")),
    "returned": State("waiting", N_("需要您补充材料，等待期间不计入办理时间。")),
    "accepted": State("working", N_("已经受理，正在办理。")),
    "verifying": State("working", N_("正在向被反映单位的上级或主管部门核实。")),
    "extended": State("working", N_("需要更多时间，期限已延长一次，原因写在下面。")),
    "rectifying": State("working", N_("情况属实，被反映单位正在整改。")),
    "refused": State("working", N_("被反映单位没有整改，正在审核是否认定为失信。")),
    "confirmed": State("answered", N_("已认定为政府失信，记入该单位的公开履约记录。")),
    "answered": State("answered", N_("已经答复。请告诉我们问题解决了没有。")),
    "declined": State("answered", N_("不在这里办理，原因和可以去的地方写在下面。")),
    "review": State("working", N_("您不满意，正在由上一级复核。")),
    "settled": State("solved", N_("您已说明问题解决了。")),
    "unsolved": State("unsolved", N_("没有解决。您可以依法申请行政复议、提起诉讼，或者打12345。")),
    "withdrawn": State("withdrawn", N_("您已撤回，需要时可以再提。")),
    "registered_copy": State("received", N_("登记了一份。办理由受理机关进行，请把结果告诉我们。")),
}  # fmt: skip
STEP_WORDS = {
    "hold": N_("先由工作人员看一遍"),
    "release": N_("已看过，转给办理单位"),
    "dismiss": N_("没有转给办理单位"),
    "explain": N_("申请人说明了情况"),
    "accept": N_("已受理"),
    "accept_question": N_("已作为咨询受理"),
    "transfer": N_("不属于原单位，已转给另一个单位"),
    "assign": N_("市级办公室指定了办理单位"),
    "escalate": N_("超过期限，升到上一级"),
    "raise": N_("交给下一个办理单位"),
    "decline": N_("不在这里办理"),
    "return": N_("已请申请人补充材料"),
    "resubmit": N_("补充后再次提交"),
    "answer": N_("已答复"),
    "answer_review": N_("上一级复核后答复"),
    "settle": N_("申请人确认已解决"),
    "give_up": N_("申请人说明没有解决，不再继续"),
    "register": N_("已登记"),
    "verify": N_("审查通过，已转去核实"),
    "untrue": N_("核实：不属实"),
    "true": N_("核实：属实，要求整改"),
    "partly": N_("核实：部分属实，要求整改"),
    "rectified": N_("整改完成"),
    "refused": N_("没有整改，已提请认定"),
    "send_back": N_("审核后退回继续整改"),
    "confirm": N_("已认定为政府失信，记入公开履约记录"),
    "rectified_late": N_("认定以后整改完成"),
    "solved": N_("申请人说明已解决"),
    "not_solved": N_("申请人说明没有解决"),
    "rate": N_("申请人评价"),
    "retaliation": N_("申请人反映受到打击报复"),
    "protection": N_("申请人改了保护方式"),
    "extract": N_("审核过的摘要已发给被反映单位"),
    "response": N_("被反映单位作了说明"),
}
ACTIONS = {
    "release": N_("看过，转给办理单位"),
    "dismiss": N_("不转给办理单位"),
    "accept_question": N_("作为咨询受理"),
    "transfer": N_("不属于本单位，转给另一个单位"),
    "assign": N_("指定办理单位"),
    "decline": N_("答复不在这里办理"),
    "answer": N_("答复"),
    "answer_review": N_("复核后答复"),
    "register": N_("登记"),
    "verify": N_("审查通过，转去核实"),
    "untrue": N_("认定不属实"),
    "true": N_("认定属实，要求整改"),
    "partly": N_("认定部分属实，要求整改"),
    "rectified": N_("确认整改完成"),
    "refused": N_("没有整改，提请认定"),
    "send_back": N_("退回继续整改"),
    "confirm": N_("认定为政府失信，记入公开履约记录"),
    "rectified_late": N_("确认后来整改完成"),
}
OFFERS = {
    "explain": Offer(N_("说明情况"), N_("写明为什么这不是重复或无关的内容，工作人员会再看一遍。"),
                     N_("说明")),
    "resubmit": Offer(N_("补好了，继续"), N_("先在下面“补充材料”里上传，再点这里。")),
    "settle": Offer(N_("问题解决了")),
    "give_up": Offer(N_("没有解决，不再办了")),
    "reopen": Offer(N_("请上一级再办"), N_("由上一级复核，写明哪里没有解决。"), N_("原因")),
    "solved": Offer(N_("问题解决了")),
    "not_solved": Offer(N_("没有解决"), "", N_("受理机关怎样答复的")),
    "withdraw": Offer(N_("撤回"), N_("撤回后不再办理，不影响以后再提。")),
}  # fmt: skip

TABLES = {
    "default": DEFAULT,
    "concern": CONCERN,
    "praise": CONCERN,
    "question": CONCERN,
    "arrears": COPY,
    "consumer": COPY,
}
REOPENED = 2


def workflow_of(kind: str, *, is_held: bool) -> Workflow:
    """The table of a kind; what was held back begins with a person's look."""
    table = TABLES[kind]
    return replace(table, start="held", term="dir.look") if is_held else table
