"""Opening and moving cases: the only code that sets a state or a clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import inspect, select, update

from portal.accounts import service as accounts
from portal.cases import rules
from portal.cases.models import Case, CaseDeadline, CaseEvent, CaseFile, Draft
from portal.cases.rules import SYSTEM, By
from portal.cases.service import files, papers
from portal.core import audit, calendar, clock, ids, terms
from portal.core.calendar import Term
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.units import Unit
from portal.core.workflow import Step

__all__ = ["SYSTEM", "By"]

REFERENCE_LENGTH = 6
CODE_LENGTH = 12


class Kind(Protocol):
    """What the service of a capability offers, so that desk and tracking can move its cases."""

    AFTER_FILES: str
    """The page that follows the upload of files, with the place `{id}` for the draft's."""

    def advance(self, case: Any, name: str, *, by: By, note: str = "", **answers: Any) -> None:
        """Take a step and do what follows from it."""


_kinds: dict[str, Any] = {}


def start(kinds: Mapping[str, Any]) -> None:
    """Take the services that move the cases of each kind."""
    _kinds.clear()
    _kinds.update(kinds)


def open_case(case: Case, *, by: By, draft: Draft, code: str = "") -> str:
    """Give `case` its reference, first state and clocks; its files come from the draft.

    Returns the code that opens it without an account. The draft goes with it, so that a second
    sending finds the case: `drafts.get` raises Sent.
    """
    today = clock.today()
    case.reference = new_reference(case.letter, today)
    case.state = case.workflow.start
    case.opened_at = clock.now()
    case.intent = draft.id
    code = code or ids.random_id(CODE_LENGTH)
    case.code_hash = rules.code_hash(case.reference, code)
    session.add(case)
    session.flush()  # files and clocks point at its id
    session.execute(
        update(CaseFile).where(CaseFile.draft_id == draft.id).values(case_id=case.id, draft_id=None)
    )
    session.expire(draft, ["files"])
    session.delete(draft)
    if case.workflow.term:
        _begin(case, case.workflow.term, "state", today)
    for key in case.clocks:
        _begin(case, key, "total", today)
    _note(case, "open", by)
    audit.record(f"{case.kind}.open", "case", case.reference, by.label)
    papers.receive(case)
    tell(case, "case_opened")
    return code


def step_words(kind: str) -> Mapping[str, str]:
    """The words of the steps of a kind, Chinese sources."""
    model = inspect(Case).polymorphic_map[kind].class_
    return {**rules.STEP_WORDS, **model.step_words}


def page_after_files(draft: Draft) -> str:
    """Where the upload of files leads on to."""
    return str(_kinds[draft.kind].AFTER_FILES.format(id=draft.id))


def new_reference(letter: str, today: date) -> str:
    """A number that people read aloud: kind, year and month, six random characters."""
    return f"{letter}{today:%y%m}{ids.random_id(REFERENCE_LENGTH)}"


def act(
    case: Case, name: str, *, by: By, note: str = "", expected: str = "", **answers: Any
) -> None:
    """Take a step through the service of the case's kind, so that its effects follow.

    `expected` is the state the page showed. Raises Refused when the case moved on meanwhile.
    """
    _lock(case)
    rules.check_expected(expected, case.state)
    _kinds[case.kind].advance(case, name, by=by, note=note, **answers)


def is_offered(case: Case, name: str) -> bool:
    """Whether a step of the table fits where the case lies; only its kind could say no."""
    asked: Callable[[Any, str], bool] | None = getattr(_kinds.get(case.kind), "is_offered", None)
    return asked is None or asked(case, name)


def answer(case: Case, name: str, *, by: By, note: str = "", expected: str = "") -> None:
    """Take a step of the applicant, or add words to the case.

    Raises Refused when the step needs words and has none, or the case moved on.
    """
    if name == "words":
        add_words(case, by=by, note=note)
    else:
        act(case, name, by=by, note=note, expected=expected)


def add_memo(case: Case, *, by: By, memo: str) -> None:
    """A note among staff; the applicant does not see it."""
    rules.check_note(memo)
    if _is_repeated(case, "memo", by, memo=memo):
        return
    _note(case, "memo", by, memo=memo)
    audit.record(f"{case.kind}.memo", "case", case.reference, by.label)


def note_reveal(case: Case, *, by: By, reason: str) -> None:
    """Say in the timeline, which the applicant reads, that somebody looked at the contacts."""
    _note(case, "reveal", by, note=reason)
    tell(case, "case_words")


def add_files(case: Case, sent: Sequence[tuple[str, bytes]], *, by: By) -> list[Refused]:
    """Keep the files that may be kept; returns the reason for each of the others."""
    before = len(case.files)
    refused = files.add(case, sent, role=by.role)
    count = len(case.files) - before
    if count:
        _note(case, "files", by, count=count)
        audit.record(f"{case.kind}.files", "case", case.reference, by.label, count=count)
    return refused


def advance(
    case: Case, name: str, *, by: By, note: str = "", memo: str = "", **details: Any
) -> Step:
    """Take one step of the case's workflow: state, clocks, timeline, audit trail, notice.

    Raises Refused when the table has no such step for this role, when its reason is missing, or
    when a second person is needed.
    """
    _lock(case)
    step = case.workflow.take(name, case.state, by.role)
    if step.needs_note:
        rules.check_note(note)
    if step.needs_second:
        rules.check_second(by.label, case.events[-1].actor)
    before, case.state = case.state, step.to
    _turn_clocks(case, step)
    if case.workflow.is_final(step.to):
        case.closed_at = clock.now()
    elif case.closed_at is not None:
        case.closed_at = None
    _note(case, name, by, note=note, memo=memo, **details)
    audit.record(
        f"{case.kind}.{name}", "case", case.reference, by.label, before=before, after=step.to
    )
    if case.present.look == "answered":
        papers.answer(case, step=name, note=note or _last_note(case))
    tell(case, f"case_{case.present.look}")
    return step


def add_words(case: Case, *, by: By, note: str) -> None:
    """More words from one side of a case; its state stays."""
    rules.check_note(note)
    if _is_repeated(case, "words", by, note=note):
        return
    _note(case, "words", by, note=note)
    audit.record(f"{case.kind}.words", "case", case.reference, by.label)
    if by.role != "applicant":
        tell(case, "case_words")


def give(case: Case, unit: Unit) -> None:
    """Let another unit act from now on; the clock of the present state becomes its own."""
    case.body_slug, case.unit_area = unit.body, unit.area
    for deadline in case.deadlines:
        if deadline.is_running and deadline.scope == "state":
            deadline.holder = unit.key


def hand_over(
    case: Case, unit: Unit, *, by: By, note: str, step: str = "transfer", anew: bool = False
) -> None:
    """Give a case to another unit; the move and its reason stand in the timeline.

    With `anew` the unit before keeps its clock, which ends here, and the new one has its own.
    """
    before = case.unit.key
    _note(case, step, by, note=note, before=before, after=unit.key)
    running = [each for each in case.deadlines if each.is_running and each.scope == "state"]
    if anew:
        for deadline in running:
            deadline.met_on = clock.today()
    give(case, unit)
    if anew:
        for deadline in running:
            _begin(case, deadline.key, "state", clock.today())
    audit.record(
        f"{case.kind}.{step}", "case", case.reference, by.label, before=before, after=unit.key
    )
    tell(case, "case_moved")


def note(case: Case, step: str, *, by: By, note: str = "", **details: Any) -> None:
    """Something that happened and moved no state, in the timeline and the audit trail."""
    _note(case, step, by, note=note, **details)
    audit.record(f"{case.kind}.{step}", "case", case.reference, by.label, **details)


def tell(case: Case, key: str) -> None:
    """Send the applicant a notice that names the case and nothing of its content."""
    if case.account_id is not None:
        accounts.notify(
            case.account_id, key, subject_id=case.subject_id, reference=case.shown_reference
        )


def note_late(today: date) -> int:
    """Say once of every clock that ran out: to the applicant, and in the timeline."""
    late = session.scalars(
        select(CaseDeadline)
        .where(
            CaseDeadline.due_on < today,
            CaseDeadline.met_on.is_(None),
            CaseDeadline.paused_on.is_(None),
            CaseDeadline.told_late_on.is_(None),
        )
        .order_by(CaseDeadline.id)
    ).all()
    for deadline in late:
        deadline.told_late_on = today
        _note(deadline.case, "late", SYSTEM, key=deadline.key, due_on=deadline.due_on.isoformat())
        audit.record(
            f"{deadline.case.kind}.late", "case", deadline.case.reference, "system",
            key=deadline.key,
        )  # fmt: skip
        tell(deadline.case, "case_late")
        escalate: Callable[[Any], None] | None = getattr(
            _kinds.get(deadline.case.kind), "escalate", None
        )
        if escalate is not None:
            escalate(deadline.case)
    return len(late)


def recount() -> int:
    """Count provisional deadlines anew, after a calendar for a further year came in."""
    changed = 0
    days = calendar.load()
    for deadline in session.scalars(select(CaseDeadline).where(CaseDeadline.is_provisional)):
        end = rules.prolonged(days, deadline.started_on, term_of(deadline), deadline.paused_days)
        if (end.due_on, end.is_provisional) != (deadline.due_on, deadline.is_provisional):
            deadline.due_on, deadline.is_provisional = end.due_on, end.is_provisional
            changed += 1
    return changed


def term_of(deadline: CaseDeadline) -> Term:
    """The time limit that a clock was started with."""
    return Term(
        deadline.length,
        deadline.unit,  # type: ignore[arg-type]
        deadline.basis,
        deadline.is_verified,
    )


def _last_note(case: Case) -> str:
    """The newest words that the desk wrote for the applicant: a second person adds none."""
    written = (event.note for event in reversed(case.events) if event.role != "applicant")
    return next((note for note in written if note), "")


def _lock(case: Case) -> None:
    """Read the case anew and keep others from moving it until this transaction ends."""
    session.flush()  # reading anew would forget what was changed and not written yet
    session.refresh(case, with_for_update=True)


def _begin(case: Case, key: str, scope: str, started_on: date) -> None:
    term = terms.term(key, started_on)
    end = calendar.load().end(started_on, term)
    case.deadlines.append(
        CaseDeadline(
            key=key,
            scope=scope,
            length=term.length,
            unit=term.unit,
            basis=term.basis,
            is_verified=term.verified,
            started_on=started_on,
            holder=case.unit.key,
            due_on=end.due_on,
            is_provisional=end.is_provisional,
            paused_days=0,
        )
    )


def _turn_clocks(case: Case, step: Step) -> None:
    """End the clock of the state that was left, begin that of the new one, stop or go on."""
    today = clock.today()
    open_ones = [each for each in case.deadlines if each.met_on is None]
    if step.extends and step.term:
        _extend(case, step.term)
    else:
        for deadline in open_ones:
            if deadline.scope == "state":
                deadline.met_on = today
        if step.term:
            _begin(case, step.term, "state", today)
    for deadline in open_ones:
        if deadline.scope == "total":
            _turn_total(deadline, case.states[step.to].look, today)


def _turn_total(deadline: CaseDeadline, look: str, today: date) -> None:
    """The clock of the whole case stands still while the applicant has to act, and ends with the
    answer."""
    if look == "waiting":
        deadline.paused_on = deadline.paused_on or today
        return
    _go_on(deadline, today)
    if look not in ("received", "working"):
        deadline.met_on = today


def _extend(case: Case, key: str) -> None:
    """The extension begins where the term before it ends; every running clock gets it."""
    term = terms.term(key, clock.today())
    for deadline in case.deadlines:
        if deadline.is_running:
            end = calendar.load().end(deadline.due_on, term)
            deadline.length += term.length
            deadline.due_on, deadline.is_provisional = end.due_on, end.is_provisional


def _go_on(deadline: CaseDeadline, today: date) -> None:
    """Start a stopped clock again; the working days that it stood still are added."""
    if deadline.paused_on is None:
        return
    days = calendar.load()
    deadline.paused_days += days.working_days_between(deadline.paused_on, today)
    deadline.paused_on = None
    end = rules.prolonged(days, deadline.started_on, term_of(deadline), deadline.paused_days)
    deadline.due_on, deadline.is_provisional = end.due_on, end.is_provisional


def _is_repeated(case: Case, step: str, by: By, *, note: str = "", memo: str = "") -> bool:
    """Whether the newest event says the same: its form was sent twice."""
    newest = case.events[-1]
    told = newest.step, newest.actor, newest.note, newest.memo
    return told == (step, by.label, note.strip(), memo.strip())


def _note(case: Case, step: str, by: By, *, note: str = "", memo: str = "", **details: Any) -> None:
    case.events.append(
        CaseEvent(
            at=clock.now(),
            step=step,
            state=case.state,
            role=by.role,
            actor=by.label,
            body_slug=by.body,
            unit=case.unit.key,
            note=note.strip(),
            memo=memo.strip(),
            details=details,
        )
    )
