"""Moving concerns from unit to unit and step to step; late ones climb by themselves."""

from typing import Any

from portal.cases import service as cases
from portal.cases.service import SYSTEM, By
from portal.complaints import law
from portal.complaints.models import Complaint
from portal.complaints.rules import routing
from portal.complaints.rules.workflow import REOPENED
from portal.core import calendar, clock, ids
from portal.core.errors import Refused
from portal.core.units import Unit, is_conflicted, unit_of_key
from portal.government import service as government

AFTER_FILES = "/complaints/drafts/{id}/check"


def advance(case: Complaint, name: str, *, by: By, note: str = "", **answers: Any) -> None:
    """Take a step; transfers change the unit, a confirmed default enters the public record.

    Raises Refused for a step that the table does not have, or a unit that may not have the case.
    """
    if name in ("transfer", "assign"):
        _transfer(case, name, by=by, note=note, to=unit_of_key(answers.get("unit", "")))
        return
    if name == "reopen" and case.reopened >= REOPENED:
        raise Refused("reopened_enough")
    answers.pop("unit", None)
    cases.advance(case, name, by=by, note=note, **answers)
    if name == "release":
        _move(case, unit_of_key(case.route), by=by)
    elif name == "reopen":
        case.reopened += 1
        unit = next_unit(case)
        if unit is not None:
            _move(case, unit, by=SYSTEM)
    elif name == "confirm":
        case.promise_id = government.confirm_default(
            case.about,
            case.matter,
            number=f"{clock.today():%Y%m}-{ids.random_id(6)}",
            title=law.matters()[case.matter].zh,
            actor=by.label,
        )
    elif name == "rectified_late" and case.promise_id is not None:
        government.clear_default(case.promise_id, actor=by.label)


def is_offered(case: Complaint, name: str) -> bool:
    """Only the city's office names the unit that has to take a case."""
    return name != "assign" or case.unit == routing.office(case.about, law.city())


def escalate(case: Complaint) -> None:
    """Give a late case to the next level; its new unit has a clock of its own."""
    unit = routing.above(case.unit, _chain(case))
    if unit is not None:
        case.received_at = clock.now()
        cases.hand_over(case, unit, by=SYSTEM, note="", step="escalate", anew=True)


def next_units(case: Complaint) -> list[Unit]:
    """The units that a case may be given to: those of its chain, and the city's departments."""
    city = law.city()
    found = dict.fromkeys([*_chain(case), *map(Unit, city.parents)])
    return [
        unit for unit in found
        if unit != case.unit and not is_conflicted(unit, case.about, city.parents)
    ]  # fmt: skip


def next_unit(case: Complaint) -> Unit | None:
    """Who gets it when the present unit is late, or its answer is not accepted."""
    return routing.above(case.unit, _chain(case))


def _transfer(case: Complaint, name: str, *, by: By, note: str, to: Unit) -> None:
    case.workflow.take(name, case.state, by.role)
    office = routing.office(case.about, law.city())
    if not note.strip():
        raise Refused("note_needed", "note")
    if name == "assign" and case.unit != office:
        raise Refused("office_assigns")
    if to.body not in law.city().parents:
        raise Refused("unit_unfit", "unit")
    if name == "transfer":
        routing.check_transfer(
            calendar.load(), present=case.unit, to=to, about=case.about, city=law.city(),
            transfers=case.transfers, received_on=case.received_at.astimezone(clock.CITY).date(),
            today=clock.today(), is_assigned=case.is_assigned,
        )  # fmt: skip
        case.transfers += 1
    elif is_conflicted(to, case.about, law.city().parents):
        raise Refused("unit_unfit", "unit")
    else:
        case.is_assigned = True
    case.received_at = clock.now()
    cases.hand_over(case, to, by=by, note=note, step=name)


def _move(case: Complaint, unit: Unit, *, by: By) -> None:
    """Give a case to a unit whose clock has just begun."""
    if unit != case.unit:
        case.received_at = clock.now()
        cases.hand_over(case, unit, by=by, note="", step="raise")


def _chain(case: Complaint) -> tuple[Unit, ...]:
    matter = law.matters().get(case.matter)
    if matter is None:
        return ()
    return routing.chain(matter, case.area_code, case.about, law.city())
