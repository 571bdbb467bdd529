"""Accounts, their sessions and second factors, whom they act for, and what they are told."""

from portal.accounts.rules import Contact
from portal.accounts.rules import contact as read_contact
from portal.accounts.service.claiming import (
    accept_invitation,
    agents_of,
    claim,
    decide_conflict,
    import_claim_codes,
    invitations_of,
    invite,
    issue_claim_code,
    open_conflicts,
    take_over,
    withdraw,
    withdraw_invitation,
)
from portal.accounts.service.closing import close
from portal.accounts.service.identity import begin as begin_identity
from portal.accounts.service.identity import enter as enter_identity
from portal.accounts.service.identity import finish as finish_identity
from portal.accounts.service.messages import (
    PAGE_SIZE,
    count_messages,
    count_undelivered,
    count_unread,
    deliver,
    mark_all_read,
    notices_of,
    notify,
    notify_subject,
    send_to,
)
from portal.accounts.service.passkeys import (
    add_passkey,
    public_key_of,
    registration_options,
    remove_passkey,
    sign_challenge,
    sign_in_options,
    take_sign_in,
    verify_assertion,
)
from portal.accounts.service.proving import (
    authenticate,
    can_send_to,
    check_code,
    confirm,
    count_recovery_codes,
    count_sending,
    count_try,
    demo_code,
    give_totp,
    is_of_demo,
    needs_second_factor,
    new_totp_secret,
    remove_totp,
    renew_recovery_codes,
    send_signing_code,
    set_totp,
    sign_in_key,
    take_signing_code,
    totp_address,
)
from portal.accounts.service.registering import (
    add_individual,
    add_staff,
    find_by_contact,
    hash_password,
)
from portal.accounts.service.representing import (
    accounts_for,
    act_words,
    acts_of,
    log_act,
    may,
    represented,
    require,
    scopes_for,
)
from portal.accounts.service.sessions import (
    account_of,
    actor_of,
    after_first_step,
    begin_session,
    confirm_session,
    end_all_sessions,
    end_session,
    first_step,
    get_open,
    load,
    purge,
    sessions_of,
    speak,
    touch,
)
from portal.accounts.service.signing_up import (
    begin_recovery,
    begin_sign_up,
    change_password,
    finish_recovery,
    finish_sign_up,
)
from portal.accounts.service.standards import Standards, standards

__all__ = [
    "PAGE_SIZE", "Contact", "Standards", "accept_invitation", "account_of", "accounts_for",
    "act_words", "actor_of", "acts_of", "add_individual", "add_passkey", "add_staff",
    "after_first_step", "agents_of", "authenticate", "begin_identity", "begin_recovery",
    "begin_session", "begin_sign_up", "can_send_to", "change_password", "check_code", "claim",
    "close", "confirm", "confirm_session", "count_messages", "count_recovery_codes",
    "count_sending", "count_try", "count_undelivered", "count_unread", "decide_conflict",
    "deliver", "demo_code", "end_all_sessions", "end_session", "enter_identity",
    "find_by_contact", "finish_identity",
    "finish_recovery", "finish_sign_up", "first_step", "get_open", "give_totp", "hash_password",
    "import_claim_codes", "invitations_of", "invite", "is_of_demo", "issue_claim_code", "load",
    "log_act", "mark_all_read", "may", "needs_second_factor", "new_totp_secret", "notices_of",
    "notify", "notify_subject", "open_conflicts", "public_key_of", "purge",
    "read_contact", "registration_options", "remove_passkey", "remove_totp", "renew_recovery_codes",
    "represented", "require", "scopes_for", "send_signing_code", "send_to", "sessions_of",
    "set_totp", "sign_challenge", "sign_in_key", "sign_in_options", "speak", "standards",
    "take_over", "take_sign_in", "take_signing_code", "totp_address", "touch", "verify_assertion",
    "withdraw", "withdraw_invitation",
]  # fmt: skip
