"""Signing in with an identity service by OpenID Connect: code flow, PKCE, state and nonce."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from portal.accounts import rules
from portal.accounts.models import Account
from portal.accounts.service.claiming import take_over
from portal.accounts.service.registering import add_individual
from portal.config import Identity
from portal.core import clock, content
from portal.core.db import session
from portal.core.errors import Refused
from portal.subjects.models import Subject

TIMEOUT_SECONDS = 10.0
ALGORITHMS = ["RS256", "ES256", "PS256"]


@dataclass(frozen=True)
class Mapped:
    """What a person's claims came to, by content/identity.toml."""

    issuer: str
    subject: str
    name: str
    level: int
    code: str


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what must come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


def begin(settings: Identity, back: str) -> Begun:
    """Begin a sign-in at the identity service. Raises Refused when it does not answer."""
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    verifier = secrets.token_urlsafe(48)
    with _client(settings, back) as client:
        address, _state = client.create_authorization_url(
            _metadata(settings)["authorization_endpoint"],
            state=state,
            nonce=nonce,
            code_verifier=verifier,
        )
    return Begun(str(address), state, nonce, verifier)


def finish(settings: Identity, back: str, begun: Mapping[str, str], said: Mapping[str, str]) -> Mapped:
    """Who signed in there. `said` is the query of the answer. Raises Refused."""
    state, code = said.get("state", ""), said.get("code", "")
    if not secrets.compare_digest(state.encode(), begun["state"].encode()) or not code:
        raise Refused("identity_wrong")
    metadata = _metadata(settings)
    try:
        with _client(settings, back) as client:
            token = client.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=begun["verifier"]
            )
            claims = _claims(token["id_token"], settings, metadata, begun["nonce"])
            known = client.get(metadata["userinfo_endpoint"]).raise_for_status().json()
    except (AuthlibBaseError, httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        raise Refused("identity_wrong") from error
    if known.get("sub") != claims["sub"]:
        raise Refused("identity_wrong")
    return mapped(settings.issuer, {**claims, **known})


def mapped(issuer: str, claims: Mapping[str, Any]) -> Mapped:
    """A person from the claims of an identity service, as content/identity.toml reads them."""
    names = content.need("identity.toml", "claims")
    levels = content.need("identity.toml", "levels")
    name = str(claims.get(names["name"]) or "").strip()
    return Mapped(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=name[:100] or str(claims["sub"])[:100],
        level=int(levels.get(str(claims.get(names["level"], "")), 1)),
        code=str(claims.get(names["code"]) or "").strip().upper(),
    )


def enter(person: Mapped) -> Account:
    """The account of a person whom the identity service knows; made on the first visit."""
    account = session.scalar(
        select(Account).where(
            Account.issuer == person.issuer, Account.issuer_subject == person.subject
        )
    )
    if account is None:
        account = add_individual(
            name=person.name, contact=None, password_hash=None, level=person.level
        )
        account.issuer, account.issuer_subject = person.issuer, person.subject
    if account.closed_at is not None:
        raise Refused("identity_wrong")
    account.name, account.level = person.name, max(account.level, person.level)
    _represent(account, person)
    return account


def _represent(account: Account, person: Mapped) -> None:
    """Take the identity service's word for whom a person represents, if it knows the person well."""
    if not person.code or person.level < rules.BUSINESS_LEVEL:
        return
    subject = session.scalar(select(Subject).where(Subject.code == person.code))
    if subject is None:
        return
    try:
        take_over(account, subject, "oidc")
    except Refused:
        return  # represented already, as on every later visit


def _claims(
    id_token: str, settings: Identity, metadata: Mapping[str, Any], nonce: str
) -> dict[str, Any]:
    """The claims of an ID token that is signed by the service, for us, for this sign-in."""
    keys = KeySet.import_key_set(
        httpx.get(metadata["jwks_uri"], timeout=TIMEOUT_SECONDS).raise_for_status().json()
    )
    decoded = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(clock.now().timestamp()),
        leeway=120,
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": settings.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
    )
    registry.validate(decoded.claims)
    return dict(decoded.claims)


def _metadata(settings: Identity) -> dict[str, Any]:
    address = f"{settings.issuer}/.well-known/openid-configuration"
    try:
        answer = httpx.get(address, timeout=TIMEOUT_SECONDS).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise Refused("identity_away") from error
    if str(answer.get("issuer", "")).rstrip("/") != settings.issuer:
        raise Refused("identity_away")
    return dict(answer)


def _client(settings: Identity, back: str) -> OAuth2Client:
    return OAuth2Client(
        client_id=settings.client_id,
        client_secret=settings.client_secret or None,
        scope=settings.scope,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
    )
