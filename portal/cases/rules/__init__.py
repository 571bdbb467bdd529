"""Clocks of a case, who may take which step, and the code that opens it without an account."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.core.calendar import Calendar, Deadline, Term
from portal.core.errors import Refused
from portal.core.ids import normalise_id
from portal.core.text import N_

Tone = Literal["calm", "amber", "late"]
AMBER_PERCENT = 80


@dataclass(frozen=True)
class By:
    """Who takes a step: the audit label, the role in the workflow, the body acted for."""

    label: str
    role: str
    body: str = ""


SYSTEM = By("system", "system")

# What opens a case that nobody here works on, without a clock.
REGISTERED = N_("收到登记")
# What steps of every kind are called once they were taken; a kind adds its own words.
STEP_WORDS = {
    "open": N_("收到申请，开始计时"),
    "words": N_("补充说明"),
    "files": N_("补充材料"),
    "late": N_("超过了办理期限"),
    "transfer": N_("转给另一个单位办理"),
    "withdraw": N_("申请人撤回"),
    "extend": N_("已延长办理期限"),
    "reopen": N_("申请人请求再办"),
    "reveal": N_("工作人员查看了申请人的联系方式"),
}
# What staff are asked to do; a kind adds its own.
ACTIONS = {
    "accept": N_("受理"),
    "return": N_("请申请人补充材料"),
    "extend": N_("延长办理期限"),
}
# Who has to act now, by the role whose turn it is.
TURNS = {
    "applicant": N_("请您办理"),
    "clerk": N_("受理人员办理"),
    "reviewer": N_("审核人员办理"),
    "provider": N_("数据提供单位核实"),
}


@dataclass(frozen=True)
class Clock:
    """How a deadline stands on a day; the counts are working days."""

    days_left: int
    tone: Tone


def clock(calendar: Calendar, started_on: date, due_on: date, today: date) -> Clock:
    """How much is left until `due_on`; amber from 80 % of the working days on, late after it."""
    if today > due_on:
        return Clock(-max(1, calendar.working_days_between(due_on, today)), "late")
    total = max(1, calendar.working_days_between(started_on, due_on))
    used = calendar.working_days_between(started_on, today)
    is_amber = used * 100 >= AMBER_PERCENT * total
    return Clock(calendar.working_days_between(today, due_on), "amber" if is_amber else "calm")


def prolonged(calendar: Calendar, started_on: date, term: Term, paused_days: int) -> Deadline:
    """The end of a term whose clock stood still for some working days while others had to act."""
    length = term.length + paused_days
    return calendar.end(started_on, Term(length, term.unit, term.basis, term.verified))


def code_hash(reference: str, code: str) -> str:
    """What is stored instead of a tracking code; case, blanks and look-alikes do not matter."""
    return hashlib.sha256(f"{reference}:{normalise_id(code)}".encode()).hexdigest()


def check_second(actor: str, proposer: str) -> None:
    """Two people decide on an adverse publication or a person; raises Refused for the same one."""
    if actor == proposer:
        raise Refused("second_person_needed")


def check_note(note: str) -> None:
    """A step against somebody's wish needs its reason, Order 36; raises Refused without one."""
    if not note.strip():
        raise Refused("note_needed", "note")


def check_expected(expected: str, state: str) -> None:
    """Raises Refused when somebody else moved the case since the page was shown."""
    if expected and expected != state:
        raise Refused("moved_on", state=state)
