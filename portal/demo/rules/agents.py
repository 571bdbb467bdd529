"""Fictional property agents with registrations in every state, and what was decided about them."""

from collections.abc import Iterator

from portal.core.calendar import add_months
from portal.demo.rules import identity
from portal.demo.rules.setting import SOURCE, Dice, Facts, Setting

SHARE_WITH_AGENTS = 0.3
CLASSES = ("broker", "broker", "assistant", "senior")
STATES = (*["active"] * 5, "left")
YEARS = 36
# Of the agency that is shown: class, state, months since the registration.
SHOWN = (
    ("senior", "active", 10),
    ("broker", "active", 20),
    ("assistant", "active", 5),
    ("broker", "active", 40),
    ("broker", "left", 15),
    ("assistant", "cancelled", 30),
)
SANCTION = {
    "document": "（演示）淮房罚〔2026〕7号",
    "title": "以隐瞒房屋抵押情况的方式促成交易，警告并罚款",
    "basis": "《房地产经纪管理办法》第二十五条、第三十七条（演示）",
    "authority": "演示住房和城乡建设局",
}
COMMENDATION = "2025年度服务标兵（演示）"


def number(subject: Facts, place: int) -> str:
    """A registration number that no real agent has."""
    return f"YS{subject['code'][9:17]}{place:02}"


def of_shown(setting: Setting, dice: Dice, subject: Facts, earlier: str) -> Iterator[Facts]:
    """The agents of the agency that is shown; the first came from another agency."""
    for place, (agent_class, state, months) in enumerate(SHOWN, 1):
        one = _agent(setting, dice, subject, place, agent_class, state, months)
        one["commendations"] = COMMENDATION if place == 1 else ""
        if place == 1:
            begun = add_months(one["from_on"], -30)
            yield {**one, "subject_code": earlier, "from_on": begun,
                   "until_on": add_months(begun, 29)}  # fmt: skip
        yield one


def of_agency(setting: Setting, dice: Dice, subject: Facts) -> Iterator[Facts]:
    """Two agents of some ordinary agencies."""
    if not dice.chance(SHARE_WITH_AGENTS):
        return
    for place in (1, 2):
        months = 2 + dice.below(40)
        yield _agent(setting, dice, subject, place, dice.pick(CLASSES), dice.pick(STATES), months)


def sanction(setting: Setting, of_number: str) -> Facts:
    """A decision about one agent that is on show today."""
    decided_on = setting.ago(120)
    return {**SANCTION, "number": of_number, "decided_on": decided_on,
            "public_until": add_months(decided_on, 12)}  # fmt: skip


def _agent(
    setting: Setting,
    dice: Dice,
    subject: Facts,
    place: int,
    agent_class: str,
    state: str,
    months: int,
) -> Facts:
    from_on = add_months(setting.today, -months)
    return {
        "subject_code": subject["code"],
        "number": number(subject, place),
        "name": identity.person(dice),
        "agent_class": agent_class,
        "state": state,
        "from_on": from_on,
        "until_on": None if state == "active" else add_months(from_on, months - 1),
        "valid_from": from_on,
        "valid_until": add_months(from_on, YEARS),
        "commendations": "",
        "source_unit": SOURCE,
    }
