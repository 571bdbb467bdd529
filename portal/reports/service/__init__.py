"""Reports: asked for, shared, looked up by those a business allows, and logged."""

from portal.reports.law import load as law_on_file
from portal.reports.rules import Granting, Scope, years_before
from portal.reports.service.issuing import (
    ask,
    changed_since,
    end_corrected,
    end_with,
    find,
    mine,
    own_businesses,
)
from portal.reports.service.looking import lookups_of, note_look_up
from portal.reports.service.sharing import (
    grant,
    granted,
    granted_to,
    grants_of,
    grants_to,
    key_of,
    open_share,
    opened,
    share,
    shared,
    shares_of,
    use_grant,
    withdraw_grant,
    withdraw_share,
)

__all__ = [
    "Granting", "Scope", "ask", "changed_since", "end_corrected", "end_with", "find", "grant",
    "granted", "granted_to", "grants_of", "grants_to", "key_of", "law_on_file", "lookups_of",
    "mine", "note_look_up", "open_share", "opened", "own_businesses", "share", "shared",
    "shares_of", "use_grant", "withdraw_grant", "withdraw_share", "years_before",
]  # fmt: skip
