"""Kinds and states of commitments, what a promise needs before it is signed, and when it ends."""

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from portal.core.calendar import Calendar, Term, add, add_months
from portal.core.errors import Refused
from portal.core.text import N_
from portal.core.units import CREDIT_OFFICE
from portal.core.workflow import Workflow, step

# Seed items 10 and 12 of the work plan; the words of the upload form stand in UPLOAD_KINDS.
KINDS = {
    "approval": N_("审批替代"),
    "certificate": N_("证明替代"),
    "deferred": N_("容缺受理"),
    "repair": N_("信用修复"),
    "public": N_("主动公示"),
    "sector": N_("行业自律"),
}
# Only a voluntary promise may be taken back later (R6.5).
VOLUNTARY = frozenset({"public", "sector"})
WITHDRAWAL_MINUTES = 10
# A name is confirmed from this level on; a promise binds, so whoever signs is known by name.
SIGNING_LEVEL = 2
REGION = "340400"
REMINDERS = (7, 1)
ANSWER_TERM = "commitment.answer"
BLANK_LENGTH = 200
LARGEST = 10**9

MEANS = {
    "passkey": N_("通行密钥（签名人自己的密钥签署文本指纹）"),
    "totp": N_("验证器动态码"),
    "code": N_("发到手机或邮箱的确认码"),
}


@dataclass(frozen=True)
class Look:
    """How a state is shown: a word, its tone and icon, and what it means."""

    word: str
    tone: str
    icon: str
    meaning: str


STATES: Mapping[str, Look] = {
    "in_force": Look(N_("生效"), "ok", "circle-check", N_("已签署，承诺有效。")),
    "keeping": Look(N_("履行中"), "active", "clock", N_("有约定日期的事项还没有到期，正在履行。")),
    "kept": Look(N_("已履行"), "ok", "circle-check", N_("受理单位确认全部履行。")),
    "partly_kept": Look(N_("部分履行"), "warn", "circle-minus", N_("受理单位确认部分履行。")),
    "overdue": Look(
        N_("逾期未履行"), "warn", "warn", N_("有事项过了约定日期，还没有报告履行情况。")
    ),
    "breach_review": Look(
        N_("违诺认定中"), "warn", "warn", N_("受理单位已通知承诺人，正在等答复或者正在认定。")
    ),
    "broken": Look(N_("违诺"), "danger", "circle-cross", N_("受理单位依据证据认定没有履行。")),
    "withdrawn": Look(N_("已撤回"), "quiet", "back", N_("承诺人已撤回，不再有效。")),
    "expired": Look(N_("到期"), "quiet", "circle-minus", N_("承诺的期限已到。")),
}
OUTCOMES = {"kept": N_("全部履行"), "partly": N_("部分履行"), "not": N_("未履行")}
# What is stored; the rest of STATES is computed from dates.
WORKFLOW = Workflow(
    "signed",
    (
        step("withdraw", "signed", to="withdrawn", by="promisor"),
        step("confirm_kept", "signed", "partly_kept", to="kept", by="clerk"),
        step("confirm_partly", "signed", to="partly_kept", by="clerk", needs_note=True),
        step("notify_breach", "signed", "partly_kept", to="breach_review", by="clerk",
             term=ANSWER_TERM, needs_note=True),
        step("drop_breach", "breach_review", to="signed", by="clerk reviewer", needs_note=True),
        step("decide_breach", "breach_review", to="broken", by="reviewer", needs_note=True,
             needs_second=True),
        step("correct", "broken", "partly_kept", to="signed", by="objection", needs_note=True),
    ),
)  # fmt: skip
STEP_WORDS = {
    "sign": N_("已签署"),
    "withdraw": N_("承诺人撤回"),
    "report": N_("承诺人报告履行情况"),
    "confirm_duty": N_("受理单位确认一项"),
    "confirm_kept": N_("受理单位确认全部履行"),
    "confirm_partly": N_("受理单位确认部分履行"),
    "notify_breach": N_("受理单位通知可能违诺"),
    "answer": N_("承诺人答复"),
    "drop_breach": N_("受理单位认定不构成违诺"),
    "decide_breach": N_("受理单位认定违诺"),
    "correct": N_("异议成立，撤销认定"),
}
# What staff of the receiving office are asked to do.
ACTIONS = {
    "confirm_kept": N_("确认全部履行"),
    "confirm_partly": N_("确认部分履行"),
    "notify_breach": N_("通知承诺人可能违诺"),
    "drop_breach": N_("认定不构成违诺"),
    "decide_breach": N_("认定违诺"),
}
ENDED = frozenset({"kept", "broken", "withdrawn"})
UPLOAD_KINDS = {
    "approval": "审批替代型",
    "certificate": "证明事项型",
    "deferred": "容缺受理型",
    "repair": "信用修复型",
    "public": "主动型",
    "sector": "行业自律型",
}


class _Duty(Protocol):
    @property
    def due_on(self) -> date: ...
    @property
    def reported_at(self) -> datetime | None: ...
    @property
    def outcome(self) -> str: ...


@dataclass(frozen=True)
class Blank:
    """A place in the text that the promisor fills in."""

    key: str
    zh: str
    en: str
    kind: Literal["text", "amount", "date", "number", "choice"]
    hint: str = ""
    hint_en: str = ""
    least: int = 0
    most: int = 0
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Due:
    """When a duty ends: on a day, so long after the signature, on an answered day, or with all."""

    days: int = 0
    months: int = 0
    on: date | None = None
    blank: str = ""
    end: bool = False


def standing(state: str, term_until: date | None, duties: Sequence[_Duty], today: date) -> str:
    """One of STATES; what depends on the day is computed and never stored."""
    if state != "signed":
        return state
    open_duties = [each for each in duties if not each.outcome]
    if any(is_overdue(each, today) for each in open_duties):
        return "overdue"
    if term_until is not None and today > term_until:
        return "expired"
    return "keeping" if open_duties else "in_force"


def is_overdue(duty: _Duty, today: date) -> bool:
    """Whether its last day is past and nobody has said that it was done."""
    return duty.due_on < today and duty.reported_at is None and not duty.outcome


def due_on(due: Due, *, signed_on: date, until: date | None, answers: Mapping[str, str]) -> date:
    """The last day of a duty; one that lies past the term ends with the term."""
    if due.on is not None:
        day = due.on
    elif due.blank:
        day = date.fromisoformat(answers[due.blank])
    elif due.end and until is not None:
        day = until
    else:
        day = add_months(signed_on, due.months) + timedelta(days=due.days)
    return min(day, until) if until is not None else day


def term_until(signed_on: date, months: int) -> date | None:
    """The last day of a promise; none for one that ends when it is kept."""
    return add(signed_on, Term(months, "months")) if months else None


def withdraw_until(signed_at: datetime) -> datetime:
    """Until when a promise can be taken back without giving a reason."""
    return signed_at + timedelta(minutes=WITHDRAWAL_MINUTES)


def may_withdraw(kind: str, *, state: str, signed_at: datetime, now: datetime) -> bool:
    """Within ten minutes always, later only a voluntary promise that nobody is deciding about."""
    return state == "signed" and (now < withdraw_until(signed_at) or kind in VOLUNTARY)


def check_withdrawal(kind: str, *, state: str, signed_at: datetime, now: datetime) -> None:
    """Raises Refused with the reason why it cannot be taken back."""
    if state != "signed":
        raise Refused("commitment_moved")
    if not may_withdraw(kind, state=state, signed_at=signed_at, now=now):
        raise Refused("withdrawal_over")


def check_offer(*, is_open: bool, from_on: date, today: date) -> None:
    """Refuse to begin or sign a template that is not offered today."""
    if not is_open:
        raise Refused("template_withdrawn")
    if today < from_on:
        raise Refused("template_early", from_on=from_on)


def check_answers(blanks: Iterable[Blank], answers: Mapping[str, str], today: date) -> None:
    """Every blank is filled with what it asks for. Raises Refused beside the first that is not."""
    for blank in blanks:
        value = answers.get(blank.key, "").strip()
        if not value:
            raise Refused("blank_missing", f"blank_{blank.key}")
        if len(value) > BLANK_LENGTH:
            raise Refused("blank_long", f"blank_{blank.key}")
        _CHECKS[blank.kind](blank, value, today)


def _check_text(blank: Blank, value: str, _today: date) -> None:
    if len(value) < blank.least:
        raise Refused("blank_short", f"blank_{blank.key}", least=blank.least)


def _check_number(blank: Blank, value: str, _today: date) -> None:
    if not (value.isascii() and value.isdigit()):
        raise Refused("blank_number", f"blank_{blank.key}")
    most = blank.most or LARGEST
    if not blank.least <= int(value) <= most:
        raise Refused("blank_range", f"blank_{blank.key}", least=blank.least, most=most)


def _check_date(blank: Blank, value: str, today: date) -> None:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise Refused("blank_date", f"blank_{blank.key}") from error
    latest = today + timedelta(days=blank.most or 366)
    if not today <= day <= latest:
        raise Refused("blank_day", f"blank_{blank.key}", latest=latest)


def _check_choice(blank: Blank, value: str, _today: date) -> None:
    if value not in {zh for zh, _en in blank.choices}:
        raise Refused("blank_choice", f"blank_{blank.key}")


_CHECKS = {
    "text": _check_text,
    "amount": _check_number,
    "number": _check_number,
    "date": _check_date,
    "choice": _check_choice,
}


def check_ticks(wanted: Iterable[str], ticked: Collection[str]) -> None:
    """Each clause is agreed to by itself. Raises Refused beside the first that is not."""
    for key in wanted:
        if key not in ticked:
            raise Refused("clause_missing", f"clause_{key}")


def check_consent(publication: str, *, agreed: bool) -> None:
    """Where publication belongs to the promise, it is agreed to by a tick of its own."""
    if publication == "required" and not agreed:
        raise Refused("consent_missing", "consent")


def check_signer(level: int, typed: str, name: str, *, is_own_name: bool) -> None:
    """Who signs is known by name, and types it; in an own promise exactly the own name."""
    if level < SIGNING_LEVEL:
        raise Refused("name_unconfirmed")
    if not typed.strip():
        raise Refused("signer_missing", "signer")
    if is_own_name and "".join(typed.split()) != "".join(name.split()):
        raise Refused("signer_differs", "signer")


def office_parts(roles: Collection[str], body: str | None, receiver: str) -> list[str]:
    """The parts of a member of staff in a commitment to `receiver`.

    Those of that office, and the second look at a breach by the credit office's reviewer.
    """
    parts = ["clerk"] if {"handler", "verifier"} & set(roles) and body == receiver else []
    if "reviewer" in roles and body in {receiver, CREDIT_OFFICE}:
        parts.append("reviewer")
    return parts


def check_outcome(outcome: str, note: str) -> None:
    """What was found of a duty; anything but full performance says what is missing."""
    if outcome not in OUTCOMES:
        raise Refused("outcome_missing", "outcome")
    if outcome != "kept" and not note.strip():
        raise Refused("note_needed", "note")


def check_confirmation(duties: Sequence[_Duty]) -> None:
    """All duties are looked at before the whole is confirmed."""
    if any(not duty.outcome for duty in duties):
        raise Refused("duties_open")


def answer_until(calendar: Calendar, noticed_on: date, term: Term) -> date:
    """Until when a promisor may answer before a breach is decided."""
    return calendar.end(noticed_on, term).due_on


def check_breach(*, answered: bool, answer_until: date | None, today: date, files: int) -> None:
    """A breach is decided on evidence, after an answer or after the time for one."""
    if not files:
        raise Refused("evidence_missing", "files")
    if not answered and (answer_until is None or today <= answer_until):
        raise Refused("answer_awaited", until=answer_until or today)


def reminder_days(due_on: date, today: date) -> list[date]:
    """On which days a duty is recalled: a week before, and the day before."""
    days = [due_on - timedelta(days=before) for before in REMINDERS]
    return [day for day in days if day > today]


def number(signed_on: date, sequence: int) -> str:
    """承诺编码: region, day and six running digits."""
    return f"{REGION}{signed_on:%Y%m%d}{sequence % 10**6:06d}"


def assertion(credential: str) -> dict[str, str]:
    """The three parts of a passkey's answer that prove it, in plain base64."""
    response = json.loads(credential)["response"]
    return {
        name: base64.b64encode(_from_url(response[given])).decode()
        for name, given in (
            ("client_data", "clientDataJSON"),
            ("authenticator_data", "authenticatorData"),
            ("signature", "signature"),
        )
    }


def _from_url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
