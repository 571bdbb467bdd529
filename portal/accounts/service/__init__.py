"""Accounts, their sessions and second factors, whom they act for, and what they are told."""

from portal.accounts.rules import contact as read_contact
from portal.accounts.service.messages import (
    count_messages,
    count_unread,
    deliver,
    mark_all_read,
    notices_of,
    notify,
    notify_subject,
    send_to,
)
from portal.accounts.service.registering import add_individual, add_staff, find_by_contact
from portal.accounts.service.representing import (
    accounts_for,
    acts_of,
    log_act,
    may,
    represented,
    require,
    scopes_for,
)
from portal.accounts.service.sessions import (
    actor_of,
    begin_session,
    confirm_session,
    end_all_sessions,
    end_session,
    load,
    purge,
    sessions_of,
    touch,
)

__all__ = [
    "accounts_for", "actor_of", "acts_of", "add_individual", "add_staff", "begin_session",
    "confirm_session", "count_messages", "count_unread", "deliver", "end_all_sessions",
    "end_session", "find_by_contact", "load", "log_act", "mark_all_read", "may", "notices_of",
    "notify", "notify_subject", "purge", "read_contact", "represented", "require", "scopes_for",
    "send_to", "sessions_of", "touch",
]  # fmt: skip
