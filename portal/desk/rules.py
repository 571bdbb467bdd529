"""Which roles of the workflow a member of staff has in a case, and which cases stay closed."""

from collections.abc import Collection

from portal.core.units import CREDIT_OFFICE

# A role of an account, and the role it plays in a workflow.
PARTS = {"handler": "clerk", "reviewer": "reviewer", "verifier": "provider"}


def state_of_age(days: float | None, most: float) -> str:
    """Whether something was done lately enough; unknown when nobody wrote down that it was."""
    if days is None:
        return "unknown"
    return "set" if days <= most else "open"


def parts(
    roles: Collection[str], body: str | None, area: str, case_body: str, case_area: str
) -> frozenset[str]:
    """What somebody may do in a case of a unit: of their own, of a station of their own body, or
    as the credit office's reviewer in any."""
    own = {part for role, part in PARTS.items() if role in roles}
    if body == case_body and area in ("", case_area):
        return frozenset(own)
    return frozenset(own & {"reviewer"}) if body == CREDIT_OFFICE else frozenset()
