"""Passkeys: registered, used to sign in, and used to sign the hash of a document."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from portal.accounts import rules
from portal.accounts.models import Account, Challenge, Passkey
from portal.accounts.service.messages import notify
from portal.core import audit, clock, db, outgoing
from portal.core.db import session
from portal.core.errors import Refused

MOST_PASSKEYS = 10
CHALLENGE_BYTES = 32


@dataclass(frozen=True)
class RelyingParty:
    """Whom a passkey belongs to, by the address that pages are served from."""

    origin: str

    @property
    def host(self) -> str:
        """The name that browsers tie the passkey to."""
        return urlsplit(self.origin).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Browsers tie passkeys to names, never to a bare address of a machine."""
        return not self.host.replace(".", "").isdigit()


def registration_options(account: Account, party: RelyingParty) -> str:
    """What the browser needs to make a key pair, as JSON."""
    # Imported where it is used, here and below: eight megabytes that public pages do without.
    import webauthn

    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name=outgoing.site()[0] or party.host,
        user_id=account.user_handle,
        user_name=account.email or account.phone or account.name,
        user_display_name=account.name,
        challenge=_new_challenge(f"register {account.id}"),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(account),
    )
    return str(webauthn.options_to_json(options))


def add_passkey(account: Account, credential: str, name: str, party: RelyingParty) -> Passkey:
    """Keep the public half of a new key pair. Raises Refused."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    if len(account.passkeys) >= MOST_PASSKEYS:
        raise Refused("passkeys_many", "credential")
    challenge = _take_challenge(credential, f"register {account.id}")
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused("passkey_wrong", "credential") from error
    passkey = Passkey(
        account_id=account.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name[:60],
        created_at=clock.now(),
    )
    account.passkeys.append(passkey)
    _changed(account, "factor_added", name)
    return passkey


def remove_passkey(account: Account, passkey_id: int) -> None:
    """Forget one passkey. Raises Refused when it is not there, or when staff need it."""
    passkey = next((one for one in account.passkeys if one.id == passkey_id), None)
    if passkey is None:
        raise Refused("no_such_passkey")
    if account.kind == "staff" and not account.has_totp and len(account.passkeys) == 1:
        raise Refused("last_factor")
    account.passkeys.remove(passkey)
    session.delete(passkey)
    _changed(account, "factor_removed", passkey.name)


def sign_in_options(party: RelyingParty, account: Account | None = None) -> str:
    """What the browser needs to sign in with a passkey; of one account when it is known."""
    return _request(_new_challenge(f"sign in {account.id if account else 0}"), party, account)


def take_sign_in(credential: str, party: RelyingParty, account: Account | None = None) -> Account:
    """The account whose passkey answered (which must be `account` where given). Raises Refused."""
    challenge = _take_challenge(credential, f"sign in {account.id if account else 0}")
    passkey = _verified(credential, challenge, party, account)
    return session.get_one(Account, passkey.account_id)


def sign_challenge(account: Account, challenge: bytes, party: RelyingParty) -> str:
    """What the browser needs to have a passkey of `account` sign `challenge`, as JSON.

    The challenge is the hash of what is signed: the signature stays verifiable with it.
    """
    return _request(challenge, party, account)


def verify_assertion(
    account: Account, challenge: bytes, credential: str, party: RelyingParty
) -> Passkey:
    """The passkey of `account` that signed exactly `challenge`. Raises Refused."""
    return _verified(credential, challenge, party, account)


def public_key_of(passkey: Passkey) -> str:
    """The public half of a key pair as anybody can read it: SubjectPublicKeyInfo in base64."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from webauthn import helpers

    decoded = helpers.decode_credential_public_key(passkey.public_key)
    key = helpers.decoded_public_key_to_cryptography(decoded)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode()


def _request(challenge: bytes, party: RelyingParty, account: Account | None) -> str:
    import webauthn

    options = webauthn.generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=_descriptors(account) if account else None,
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return str(webauthn.options_to_json(options))


def _verified(
    credential: str, challenge: bytes, party: RelyingParty, account: Account | None
) -> Passkey:
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        answer = webauthn.helpers.parse_authentication_credential_json(credential)
        passkey = session.scalar(
            select(Passkey)
            .join(Account, Account.id == Passkey.account_id)
            .where(Passkey.credential_id == answer.raw_id, Account.closed_at.is_(None))
        )
        if passkey is None or (account is not None and passkey.account_id != account.id):
            raise Refused("passkey_wrong", "credential")
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused("passkey_wrong", "credential") from error
    passkey.sign_count, passkey.used_at = verified.new_sign_count, clock.now()
    return passkey


def _descriptors(account: Account) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in account.passkeys]


def _new_challenge(purpose: str) -> bytes:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    expires_at = clock.now() + timedelta(minutes=rules.CHALLENGE_MINUTES)
    session.add(Challenge(id=_challenge_id(challenge), purpose=purpose, expires_at=expires_at))
    return challenge


def _take_challenge(credential: str, purpose: str) -> bytes:
    """The challenge that this answer names, if it was ours, is young and was not used before."""
    from webauthn import base64url_to_bytes

    try:
        said = json.loads(base64url_to_bytes(json.loads(credential)["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("passkey_wrong", "credential") from error
    waiting = (
        Challenge.id == _challenge_id(challenge),
        Challenge.purpose == purpose,
        Challenge.expires_at > clock.now(),
    )
    if not db.changed(delete(Challenge).where(*waiting)):
        raise Refused("passkey_wrong", "credential")
    return challenge


def _challenge_id(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()


def _changed(account: Account, key: str, name: str) -> None:
    notify(account.id, key, what=name)
    label = f"account:{account.id}"
    audit.record(f"accounts.{key}", "account", account.id, label, what="passkey")
