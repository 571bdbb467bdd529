"""What a body of the government promises, and how that stands."""

from datetime import date

from portal.core.text import N_

KINDS = {
    "procurement": N_("政府采购"),
    "tender": N_("招标投标"),
    "investment": N_("招商引资"),
    "policy": N_("政策兑现"),
    "works": N_("政府投资项目"),
    "court": N_("法院判决、裁定"),
    "other": N_("其他合同或承诺"),
}
STATES = {
    "performing": N_("正在履行"),
    "kept": N_("已经履行"),
    "late": N_("到期没有履行完"),
    "broken": N_("认定失信"),
    "cleared": N_("认定后已经履行"),
}
# A state that asks for something to be done; the count of these is to come to zero.
OPEN_DEFAULTS = frozenset({"broken"})
# The matters of a complaint of default, by what the promise is filed under.
OF_MATTER = {
    "procurement": "procurement",
    "tender": "tender",
    "investment": "investment",
    "support": "policy",
    "works": "works",
}


def state_on(stored: str, due_on: date | None, today: date) -> str:
    """How a promise stands on a day: one that is performed is late after its last day."""
    if stored == "performing" and due_on is not None and due_on < today:
        return "late"
    return stored


def period_is_turned(signed_on: date, due_on: date | None) -> bool:
    """Whether a promise would be due before it was made."""
    return due_on is not None and due_on < signed_on
