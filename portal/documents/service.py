"""Issuing, ending and verifying sealed documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select

from portal.core import audit, clock, digest, ids, jobs, keys, pdf, revision, seal, storage
from portal.core.db import session
from portal.core.errors import Refused
from portal.documents import rules
from portal.documents.models import Document, PublishedKey
from portal.subjects.models import Subject

MOST_BYTES = 20 * 1024 * 1024


class Acting(Protocol):
    """Whoever acts, as the audit trail names them."""

    @property
    def label(self) -> str: ...


@dataclass(frozen=True)
class Frozen:
    """Everything that a document is printed from."""

    id: int
    number: str
    code: str
    kind: str
    title: str
    language: str
    template: str
    snapshot: Mapping[str, Any]
    hash: str
    issued_at: datetime
    valid_until: date | None
    subject_code: str

    @property
    def attachment(self) -> bytes:
        """The facts in their one way of writing; `hash` is their SHA-256."""
        return digest.canonical(self.snapshot)

    @property
    def grouped_code(self) -> str:
        return rules.in_groups(self.code)


@dataclass(frozen=True)
class Printed:
    """A finished file, stored under its SHA-256."""

    sha256: str
    sm3: str
    unsealed_sha256: str
    size: int


@dataclass(frozen=True)
class Verification:
    """Three answers: genuine? unchanged? still current? And what may be shown of the document."""

    found: str
    genuine: str
    unchanged: str
    reason: str
    standing: str | None = None
    document: Document | None = None
    successor: Document | None = None
    # Whether the person who signed the text with a passkey signed exactly it; empty: none did.
    signature: str = ""

    @property
    def facts(self) -> Sequence[Sequence[str]]:
        return self.document.snapshot.get("public", []) if self.document else []


def issue(
    kind: str,
    *,
    subject_id: int | None,
    account_id: int | None,
    title: str,
    snapshot: Mapping[str, Any],
    template: str,
    actor: Acting | str,
    language: str = "zh",
    valid_until: date | None = None,
) -> Document:
    """Freeze the facts under a number and a code; a job prints and seals them.

    `snapshot["public"]` holds label and value pairs that whoever has the code may read, so a
    person's name in it must be masked. Raises KeyError for an unknown kind.
    """
    now = clock.now()
    document = Document(
        number=None,
        code=ids.random_id(rules.CODE_LENGTH),
        kind=kind,
        title=title,
        language=language,
        subject_id=subject_id,
        account_id=account_id,
        template=template,
        snapshot=dict(snapshot),
        snapshot_hash=digest.sha256(digest.canonical(snapshot)),
        issued_at=now,
        valid_until=valid_until,
        state="preparing",
    )
    session.add(document)
    session.flush()  # the running number is the row's
    document.number = rules.number(kind, clock.today(), document.id)
    audit.record("documents.issue", "document", document.number, _label(actor), kind=kind)
    jobs.enqueue("documents.print", key=str(document.id), document_id=document.id)
    return document


def to_print(document_id: int) -> Frozen | None:
    """The facts of a document that is not printed yet."""
    document = session.get(Document, document_id)
    if document is None or document.state == "ready":
        return None
    code = session.scalar(select(Subject.code).where(Subject.id == document.subject_id))
    return Frozen(
        id=document.id,
        number=document.number or "",
        code=document.code,
        kind=document.kind,
        title=document.title,
        language=document.language,
        template=document.template,
        snapshot=document.snapshot,
        hash=document.snapshot_hash,
        issued_at=document.issued_at,
        valid_until=document.valid_until,
        subject_code=code or "",
    )


def finish(document_id: int, printed: Printed) -> None:
    """Say where the file is; a second printing of the same document changes nothing."""
    document = _need(document_id)
    if document.state == "ready":
        return
    register_keys()
    document.state, document.failure, document.ready_at = "ready", "", clock.now()
    document.sha256, document.sm3 = printed.sha256, printed.sm3
    document.unsealed_sha256, document.size = printed.unsealed_sha256, printed.size
    audit.record(
        "documents.seal", "document", document.number, "portal",
        sha256=printed.sha256, sm3=printed.sm3,
    )  # fmt: skip


def fail(document_id: int, reason: str) -> None:
    """Say that the document could not be printed, and why: "glyph" or "limits"."""
    document = _need(document_id)
    document.state, document.failure = "failed", reason
    audit.record("documents.fail", "document", document.number, "portal", reason=reason)


def print_again(document: Document, actor: Acting | str) -> None:
    """Try a document once more that could not be printed."""
    if document.state != "failed":
        raise Refused("not_failed")
    document.state = "preparing"
    audit.record("documents.print_again", "document", document.number, _label(actor))
    jobs.enqueue("documents.print", key=str(document.id), document_id=document.id)


def supersede(document: Document, *, by: Document | None, reason: str, actor: Acting | str) -> None:
    """A newer document takes the place of this one, or (without one) its facts were corrected."""
    if document.revoked_on or document.superseded_on:
        raise Refused("ended_already")
    document.superseded_by = by.id if by else None
    document.superseded_on = clock.today()
    document.superseded_reason = reason
    audit.record(
        "documents.supersede", "document", document.number, _label(actor),
        by=by.number if by else None, reason=reason,
    )  # fmt: skip


def revoke(document: Document, *, reason: str, actor: Acting | str) -> None:
    """The document no longer counts from today on; its verification says so and why."""
    if document.revoked_on:
        raise Refused("ended_already")
    document.revoked_on, document.revoked_reason = clock.today(), reason
    audit.record("documents.revoke", "document", document.number, _label(actor), reason=reason)


def get(number: str) -> Document | None:
    """The document with this number; whose it is, the caller asks."""
    plain = rules.read_number(number)
    if plain is None:
        return None
    return session.scalar(select(Document).where(Document.number == plain))


def by_id(document_id: int) -> Document | None:
    """The document of this row; whose it is, the caller asks."""
    return session.get(Document, document_id)


def standing(document: Document) -> str:
    """preparing, failed, in_force, expired, superseded or revoked."""
    return rules.standing(document, clock.today())


def file(document: Document) -> bytes:
    """The sealed PDF. Raises storage.Missing while there is none."""
    return storage.get(document.sha256)


def verify_number(number: str, code: str) -> Verification:
    """What number and code of a paper stand for; both must fit, and nobody learns which did not."""
    plain, secret = rules.read_number(number), rules.read_code(code)
    if plain is None or secret is None:
        return _verdict("unknown")
    return _found("by_code", Document.number == plain, Document.code == secret)


def verify_code(text: str) -> Verification:
    """What a scanned code or a signed token stands for."""
    secret = rules.read_code(text)
    if secret:
        return _found("by_code", Document.code == secret)
    token = rules.read_token(text)
    if token is None or not _is_signed(token, text):
        return _verdict("unknown")
    return _found("by_token", Document.number == token.number)


def verify_file(data: bytes) -> Verification:
    """What a file is that somebody was handed. It is looked at in memory and forgotten."""
    known = _by_hash(data)
    if known is not None:
        return _verdict("original", known)
    published = published_keys("seal")
    check = seal.check(data, [key.fingerprint for key in published])
    if check.found == "sealed":
        revoked = {key.fingerprint for key in published if key.revoked_on}
        if check.fingerprint in revoked:
            return _verdict("withdrawn_seal")
        document = get(check.identifier)
        return _verdict("sealed" if document else "broken", document)
    return _verdict(check.found, _by_hash(data[: check.covered]) if check.covered else None)


def signature_in(data: bytes) -> str:
    """Whether the facts attached to a PDF hold a person's signature, and whether it is right."""
    return rules.signature_of(pdf.attached(data))


def register_keys() -> None:
    """Publish the certificate of the seal and the key of the tokens, if they are new."""
    certificate = seal.certificate()
    _register("seal", certificate.fingerprint, certificate.pem)
    public = keys.public_bytes()
    _register("token", digest.sha256(public), public.hex())


def published_keys(kind: str) -> Sequence[PublishedKey]:
    """Every key of this kind that was ever published, oldest first."""
    return session.scalars(
        select(PublishedKey).where(PublishedKey.kind == kind).order_by(PublishedKey.id)
    ).all()


def revoke_key(fingerprint: str, *, actor: str) -> None:
    """Stop trusting a certificate or key from today on."""
    key = session.scalar(select(PublishedKey).where(PublishedKey.fingerprint == fingerprint))
    if key is None:
        raise Refused("no_such_key")
    key.revoked_on = clock.today()
    audit.record("documents.revoke_key", "published_key", key.id, actor)
    revision.bump()


def revocation_list() -> bytes | None:
    """The authority's list in DER, where the site has an authority of its own."""
    ended = [key.material for key in published_keys("seal") if key.revoked_on]
    return seal.revocation_list(ended)


def token(document: Frozen) -> str:
    """The signed claim of a document, for its larger code."""
    letter = rules.KINDS[document.kind][0]
    claim = rules.Token(
        letter=letter,
        issued_on=document.issued_at.astimezone(clock.CITY).date(),
        sequence=document.id % rules.SEQUENCE_END,
        valid_until=document.valid_until,
        subject_code=document.subject_code,
        hash=document.hash,
        key_hint=digest.sha256(keys.public_bytes()),
    )
    return rules.sign_token(claim, keys.private_key())


def _is_signed(token: rules.Token, text: str) -> bool:
    for key in published_keys("token"):
        if key.fingerprint.startswith(token.key_hint) and not key.revoked_on:
            return keys.verify(text, bytes.fromhex(key.material))
    return False


def _found(how: str, *conditions: Any) -> Verification:
    document = session.scalar(select(Document).where(*conditions))
    return _verdict(how, document) if document else _verdict("unknown")


def _verdict(found: str, document: Document | None = None) -> Verification:
    genuine, unchanged, reason = rules.VERDICTS[found]
    if document is None:
        return Verification(found, genuine, unchanged, reason)
    # Of a changed copy only the original could be current, which helps nobody who holds the copy.
    current = None if unchanged == rules.NO else standing(document)
    return Verification(
        found, genuine, unchanged, reason, current, document,
        session.get(Document, document.superseded_by) if document.superseded_by else None,
        rules.signature_of(document.snapshot),
    )  # fmt: skip


def _by_hash(data: bytes) -> Document | None:
    return session.scalar(select(Document).where(Document.sha256 == digest.sha256(data)))


def _register(kind: str, fingerprint: str, material: str) -> None:
    known = session.scalar(
        select(PublishedKey.id).where(
            PublishedKey.kind == kind, PublishedKey.fingerprint == fingerprint
        )
    )
    if known is None:
        session.add(
            PublishedKey(
                kind=kind, fingerprint=fingerprint, material=material, registered_on=clock.today()
            )
        )
        revision.bump()


def _need(document_id: int) -> Document:
    document = session.get(Document, document_id)
    if document is None:
        raise LookupError(document_id)
    return document


def _label(actor: Acting | str) -> str:
    return actor if isinstance(actor, str) else actor.label


def authority() -> str:
    """The certificates above the seal's own, as PEM."""
    return seal.authority()


def has_authority() -> bool:
    """Whether the site signs a revocation list of its own."""
    return seal.is_demo()


def as_published() -> dict[str, Any]:
    """Every certificate and key, for programs that verify without the portal."""
    return {
        "seals": [
            {
                "sha256": key.fingerprint,
                "pem": key.material,
                **seal.public_key(key.material),
                "registered_on": key.registered_on.isoformat(),
                "revoked_on": key.revoked_on and key.revoked_on.isoformat(),
            }
            for key in published_keys("seal")
        ],
        "tokens": [
            {
                "type": "Ed25519",
                "hint": key.fingerprint[: 2 * rules.HINT_BYTES],
                "public_key": key.material,
                "registered_on": key.registered_on.isoformat(),
                "revoked_on": key.revoked_on and key.revoked_on.isoformat(),
            }
            for key in published_keys("token")
        ],
    }
