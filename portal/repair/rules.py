"""May this record be repaired, from which day, by whom: pure answers, each with its article."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.core.calendar import Calendar
from portal.core.errors import Refused
from portal.core.text import N_
from portal.core.workflow import Offer, State, Workflow, step

WORKFLOW = Workflow(
    "submitted",
    (
        step("accept", "submitted", to="accepted", by="clerk", term="rep.decide"),
        step("return", "submitted", "accepted", "extended", to="returned", by="clerk",
             needs_note=True),
        step("resubmit", "returned", to="submitted", by="applicant", term="rep.accept"),
        step("decline", "submitted", to="declined", by="clerk", needs_note=True),
        step("hand_over", "submitted", to="handed_over", by="clerk", term="rep.total"),
        step("extend", "accepted", to="extended", by="clerk", term="rep.extend",
             needs_note=True, extends=True),
        step("propose_grant", "accepted", "extended", to="grant_proposed", by="clerk",
             term="rep.accept"),
        step("propose_refusal", "accepted", "extended", to="refusal_proposed", by="clerk",
             term="rep.accept", needs_note=True),
        step("grant", "grant_proposed", to="granted", by="reviewer", needs_second=True),
        step("refuse", "refusal_proposed", to="refused", by="reviewer", needs_second=True),
        step("send_back", "grant_proposed", "refusal_proposed", to="accepted", by="reviewer",
             term="rep.decide", needs_note=True),
        step("granted_outside", "handed_over", to="granted", by="clerk"),
        step("refused_outside", "handed_over", to="refused", by="clerk", needs_note=True),
        step("revoke", "granted", "settled", to="revoked", by="reviewer", needs_note=True),
        step("settle", "granted", "refused", "declined", to="settled", by="applicant"),
        step("reopen", "refused", "declined", to="submitted", by="applicant", term="rep.accept",
             needs_note=True),
        step("withdraw", "submitted", "returned", "accepted", "extended", "handed_over",
             to="withdrawn", by="applicant"),
    ),
    term="rep.accept",
)  # fmt: skip

STATES = {
    "submitted": State("received", N_("材料已收到，正在决定是否受理。")),
    "returned": State("waiting", N_("需要您补充材料，等待期间不计入办理时间。")),
    "accepted": State("working", N_("已经受理，认定单位正在核查。")),
    "extended": State("working", N_("情况需要核实，办理期限已延长一次。")),
    "handed_over": State("working", N_("材料已转到信用中国，由认定单位办理，结果会同步到这里。")),
    "grant_proposed": State("working", N_("核查完成，正在由第二人审核。")),
    "refusal_proposed": State("working", N_("核查完成，正在由第二人审核。")),
    "granted": State("answered", N_("准予修复，这条记录已经停止公示。")),
    "refused": State("answered", N_("这次不能修复，原因和您可以怎么办写在下面。")),
    "declined": State("answered", N_("这次没有受理，原因和您可以怎么办写在下面。")),
    "revoked": State("unsolved", N_("修复已撤销，记录恢复公示。对此有异议，可以提出。")),
    "settled": State("solved", N_("您已说明问题解决了。")),
    "withdrawn": State("withdrawn", N_("您已撤回，需要时可以再申请。")),
}
STEP_WORDS = {
    "accept": N_("已受理"),
    "return": N_("已请申请人补充材料"),
    "resubmit": N_("补充后再次提交"),
    "decline": N_("不予受理"),
    "hand_over": N_("材料已转到信用中国"),
    "propose_grant": N_("核查完成，交第二人审核"),
    "propose_refusal": N_("核查完成，交第二人审核"),
    "grant": N_("准予修复"),
    "refuse": N_("不予修复"),
    "send_back": N_("审核后退回重新核查"),
    "granted_outside": N_("信用中国反馈：准予修复"),
    "refused_outside": N_("信用中国反馈：不予修复"),
    "revoke": N_("发现材料不实，撤销修复"),
    "settle": N_("申请人确认已解决"),
}
ACTIONS = {
    "decline": N_("决定不予受理"),
    "hand_over": N_("材料转到信用中国"),
    "propose_grant": N_("拟准予修复，交第二人审核"),
    "propose_refusal": N_("拟不予修复，交第二人审核"),
    "grant": N_("同意准予修复"),
    "refuse": N_("同意不予修复"),
    "send_back": N_("退回重新核查"),
    "granted_outside": N_("记入信用中国的结果：准予修复"),
    "refused_outside": N_("记入信用中国的结果：不予修复"),
    "revoke": N_("材料不实，撤销修复"),
}
OFFERS = {
    "resubmit": Offer(N_("补好了，继续"), N_("先在下面“补充材料”里上传，再点这里。")),
    "settle": Offer(N_("问题解决了")),
    "reopen": Offer(
        N_("请再办一次"), N_("条件已经变化，或者认为结果不对，请写明原因。"), N_("原因")
    ),
    "withdraw": Offer(N_("撤回申请"), N_("撤回不影响以后再申请。")),
}


@dataclass(frozen=True)
class Authority:
    """A word in the name of a deciding authority, and where its records are repaired."""

    word: str
    route: str
    basis: str
    verified: bool


@dataclass(frozen=True)
class Facts:
    """What is known of a record on the day somebody asks."""

    kind: str
    is_adverse: bool
    kind_route: str
    authority: str
    record_class: str | None
    decided_on: date
    earliest_on: date | None
    public_until: date | None
    performed_on: date | None
    repaired_on: date | None
    withdrawn_on: date | None
    barred_until: date | None = None
    body: str | None = None


@dataclass(frozen=True)
class Condition:
    """One condition of repair: whether it is met, what it says, and what it stands on."""

    key: str
    is_met: bool
    text: str
    basis: str


@dataclass(frozen=True)
class Eligibility:
    """May repair be asked for here and today; if not, from which day or where else.

    `decides` is the slug of the city's body that decides, or None when it is handed over.
    """

    route: str
    conditions: tuple[Condition, ...]
    opens_on: date | None
    days_left: int
    decides: str | None
    is_over: bool

    @property
    def is_here(self) -> bool:
        """Whether this portal takes the application at all."""
        return self.route == "credit_china" and not self.is_over

    @property
    def may_apply(self) -> bool:
        return self.is_here and all(each.is_met for each in self.conditions)


PERIOD = N_("最短公示期已到")
NO_PERIOD = N_("轻微的记录没有最短公示期")
PERFORMED = N_("行为已改正、义务已履行（申请时您来证明）")
NOT_BARRED = N_("没有因为虚假材料被限制申请")


def route_of(facts: Facts, authorities: Iterable[Authority]) -> str:
    """Where a record is repaired: its kind says so, or a word in the name of its authority."""
    if not facts.is_adverse or facts.kind_route != "credit_china":
        return facts.kind_route if facts.is_adverse else "none"
    named = (each.route for each in authorities if each.word in facts.authority)
    return next(named, facts.kind_route)


def eligibility(
    facts: Facts, today: date, *, authorities: Iterable[Authority], basis: str
) -> Eligibility:
    """The conditions of Order 36 for one record on one day; `days_left` counts calendar days.

    Performance is not a condition of asking: proof of it goes with the application.
    """
    opens_on = _latest(facts.earliest_on, facts.barred_until)
    is_period_over = facts.earliest_on is None or facts.earliest_on <= today
    is_minor = facts.record_class == "minor"
    conditions = (
        Condition("period", is_period_over, NO_PERIOD if is_minor else PERIOD, basis),
        Condition("performed", True, PERFORMED, basis),
        Condition(
            "bar", facts.barred_until is None or facts.barred_until <= today, NOT_BARRED, basis
        ),
    )
    ended = (facts.repaired_on, facts.withdrawn_on, facts.public_until)
    return Eligibility(
        route=route_of(facts, authorities),
        conditions=conditions,
        opens_on=opens_on if opens_on and opens_on > today else None,
        days_left=max(0, (opens_on - today).days) if opens_on else 0,
        decides=facts.body,
        is_over=any(day is not None and day <= today for day in ended),
    )


def check_may_apply(found: Eligibility) -> None:
    """Raises Refused (`repair_ended`, `repair_elsewhere`, `repair_barred`, `repair_too_early`)."""
    if found.is_over:
        raise Refused("repair_ended")
    if not found.is_here:
        raise Refused("repair_elsewhere")
    for condition in found.conditions:
        if not condition.is_met:
            reason = {"period": "repair_too_early", "bar": "repair_barred"}[condition.key]
            raise Refused(reason, opens_on=found.opens_on)


def check_performed(performed_on: date, decided_on: date, today: date) -> None:
    """The day of performance lies between the decision and today; raises Refused."""
    if performed_on > today:
        raise Refused("performed_in_future", "performed_on")
    if performed_on < decided_on:
        raise Refused("performed_before_decision", "performed_on", decided_on=decided_on)


def check_plan(plan_until: date | None, today: date) -> None:
    """A plan of reorganisation or settlement has an end that is still to come; raises Refused."""
    if plan_until is None or plan_until <= today:
        raise Refused("plan_ended", "plan_until")


def reminder_day(calendar: Calendar, opens_on: date) -> date:
    """The day on which to remind: the first on which an office would also take it."""
    return calendar.next_working_day(opens_on)


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)
