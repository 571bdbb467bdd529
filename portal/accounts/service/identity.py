"""Signing in with an identity service by OpenID Connect: code flow, PKCE, state and nonce."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

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
    from authlib.common.security import generate_token
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    begun = Begun("", generate_token(32), generate_token(32), generate_token(64))
    address = prepare_grant_uri(
        _metadata(settings)["authorization_endpoint"],
        settings.client_id,
        "code",
        redirect_uri=back,
        scope=settings.scope,
        state=begun.state,
        nonce=begun.nonce,
        code_challenge=create_s256_code_challenge(begun.verifier),
        code_challenge_method="S256",
    )
    return replace(begun, address=str(address))


def finish(settings: Identity, back: str, begun: Mapping[str, str], answer: str) -> Mapped:
    """Who signed in there; `answer` is the address the browser came back to. Raises Refused."""
    import httpx
    from authlib.common.errors import AuthlibBaseError
    from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response
    from joserfc.errors import JoseError

    metadata = _metadata(settings)
    try:
        said = parse_authorization_code_response(answer, state=begun["state"])
        token = _token(settings, metadata, back, said["code"], begun["verifier"])
        claims = _claims(token["id_token"], settings, metadata, begun["nonce"])
        known = _asked(metadata["userinfo_endpoint"], token["access_token"])
    except (AuthlibBaseError, httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        raise Refused("identity_wrong") from error
    if known.get("sub") != claims["sub"]:
        raise Refused("identity_wrong")
    return mapped(settings.issuer, {**claims, **known})


def _token(
    settings: Identity, metadata: Mapping[str, Any], back: str, code: str, verifier: str
) -> dict[str, Any]:
    import httpx

    answer = httpx.post(
        metadata["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": settings.client_id,
            "code_verifier": verifier,
        },
        auth=(settings.client_id, settings.client_secret) if settings.client_secret else None,
        timeout=TIMEOUT_SECONDS,
    )
    return dict(answer.raise_for_status().json())


def _asked(address: str, token: str) -> dict[str, Any]:
    return _read(address, {"Authorization": f"Bearer {token}"})


def _read(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    import httpx

    answer = httpx.get(address, headers=headers, timeout=TIMEOUT_SECONDS)
    return dict(answer.raise_for_status().json())


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
    """Take the service's word for whom a person represents, if it knows the person well."""
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
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(_read(metadata["jwks_uri"]))  # type: ignore[arg-type]
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
    import httpx

    address = f"{settings.issuer}/.well-known/openid-configuration"
    try:
        answer = _read(address)
    except (httpx.HTTPError, ValueError) as error:
        raise Refused("identity_away") from error
    if str(answer.get("issuer", "")).rstrip("/") != settings.issuer:
        raise Refused("identity_away")
    return answer
