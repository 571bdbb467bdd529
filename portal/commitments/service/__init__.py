"""Signing commitments, keeping them, finding them, asking for them."""

from portal.commitments.rules import KINDS, STATES, UPLOAD_KINDS
from portal.commitments.service.asking import (
    ask,
    askable,
    progress,
    read_codes,
    request,
    requests_of,
)
from portal.commitments.service.drafting import (
    begin,
    check,
    content_of,
    get,
    promisors,
    purge,
    save,
    save_signer,
    signed,
    text_of,
)
from portal.commitments.service.finding import (
    Listing,
    all_mine,
    asked_of,
    begun,
    changed_since,
    document_of,
    due,
    file_of,
    listed_of,
    mine,
    of_office,
    office,
    public,
    register,
    take_changed,
)
from portal.commitments.service.keeping import (
    answer,
    confirm,
    confirm_duty,
    correct,
    decide_breach,
    drop_breach,
    mark_disputed,
    may_confirm,
    notify_breach,
    offers,
    office_roles,
    read,
    report,
    send_reminder,
    state_words,
    step_words,
    take,
    tell_overdue,
    withdraw,
)
from portal.commitments.service.signing import (
    Confirmation,
    bump_when_listed,
    challenge,
    changed_texts,
    count_signed,
    sign,
)
from portal.commitments.texts import newest as newest_text

__all__ = [
    "KINDS", "STATES", "UPLOAD_KINDS", "Confirmation", "Listing", "all_mine", "answer", "ask",
    "askable", "asked_of", "begin", "begun", "bump_when_listed", "challenge", "changed_since",
    "changed_texts", "check", "confirm", "confirm_duty", "content_of", "correct",
    "count_signed", "decide_breach", "document_of", "drop_breach", "due", "file_of", "get",
    "listed_of", "mark_disputed", "may_confirm", "mine", "newest_text", "notify_breach",
    "of_office", "offers", "office", "office_roles", "progress", "promisors", "public", "purge",
    "read", "read_codes", "register", "report", "request", "requests_of", "save", "save_signer",
    "send_reminder", "sign", "signed", "state_words", "step_words", "take",
    "take_changed", "tell_overdue", "text_of", "withdraw",
]  # fmt: skip
