"""Why a record about oneself is not public."""

from datetime import date

from portal.core.text import N_

REASONS = {
    "withdrawn": N_("决定已变更或撤销，记录已撤下"),
    "repaired": N_("已修复，不再公示"),
    "ended": N_("公示期已满，不再公示"),
    "minor": N_("轻微的记录原则上不公示"),
    "later": N_("还没有到公示的日期，或者在重整、和解期间暂时屏蔽"),
}


def reason_hidden(
    *,
    public_from: date | None,
    public_until: date | None,
    repaired_on: date | None,
    withdrawn_on: date | None,
    today: date,
) -> str:
    """The key of the reason, or an empty string for a record that is public today."""
    if withdrawn_on and withdrawn_on <= today:
        return "withdrawn"
    if repaired_on and repaired_on <= today:
        return "repaired"
    if public_from is None:
        return "minor"
    if public_until and public_until <= today:
        return "ended"
    return "later" if public_from > today else ""
