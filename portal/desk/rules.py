"""Which roles of the workflow a member of staff has in a case, and which cases stay closed."""

from collections.abc import Collection, Mapping

# A role of an account, and the role it plays in a workflow.
PARTS = {"handler": "clerk", "reviewer": "reviewer", "verifier": "provider"}
# The credit office reviews for every body of the city.
CREDIT_OFFICE = "development-reform"


def parts(roles: Collection[str], body: str | None, case_body: str) -> frozenset[str]:
    """What somebody may do in a case of a body: their own body's, or as the credit office's
    reviewer in any."""
    own = {part for role, part in PARTS.items() if role in roles}
    if body == case_body:
        return frozenset(own)
    return frozenset(own & {"reviewer"}) if body == CREDIT_OFFICE else frozenset()


def is_conflicted(body: str | None, about_body: str, parents: Mapping[str, str | None]) -> bool:
    """Whether somebody acts for the body complained of, or for one that answers to it."""
    if not about_body:
        return False
    while body is not None:
        if body == about_body:
            return True
        body = parents.get(body)
    return False
