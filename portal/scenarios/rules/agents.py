"""The registration of a property agent: classes, states, and what is true of it on a day."""

from datetime import date

from portal.core.text import N_

CLASSES = {
    "assistant": N_("房地产经纪人协理"),
    "broker": N_("房地产经纪人"),
    "senior": N_("高级房地产经纪人"),
}
STATES = {
    "active": N_("在职"),
    "left": N_("离职"),
    "cancelled": N_("登记已注销"),
    "expired": N_("登记已过期"),
}


def state_on(state: str, valid_until: date | None, today: date) -> str:
    """The state of a registration on a day; one that ran out is expired unless cancelled."""
    if state != "cancelled" and valid_until is not None and valid_until < today:
        return "expired"
    return state


def normalised(number: str) -> str:
    """A registration number as people type it: blanks, width and case do not matter."""
    return "".join(number.split()).upper()
