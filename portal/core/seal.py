"""The electronic seal of the site: its key, its certificate, sealing and checking."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from portal.core import demo_authority, workers
from portal.core.workers import Pool

SEAL_SECONDS = 20.0
CHECK_SECONDS = 10.0
DEMO_WORDS = "演示专用"


class SealError(Exception):
    """The seal could not be put on; the message says why."""


@dataclass(frozen=True)
class Check:
    """What the strict check of a file came to.

    `found` is "sealed", or why it is not: not_pdf, broken, no_seal, several_seals, other_seal,
    changed, appended. `covered` is how many bytes from the start one of our seals covers.
    """

    found: str
    identifier: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    covered: int = 0


@dataclass(frozen=True)
class Certificate:
    """A certificate of the seal as it is published."""

    fingerprint: str
    pem: str
    subject: str
    is_demo: bool


@dataclass(frozen=True)
class Settings:
    """Where the seal is: in `file` (PKCS#12), or a demo seal made in `folder` when first needed."""

    file: str = ""
    password: str = ""
    folder: Path = Path()
    around: str = ""
    time_stamps: str = ""

    @property
    def path(self) -> Path:
        return Path(self.file) if self.file else self.folder / "seal.p12"


_settings = Settings()
_sealer: Pool | None = None
_checker = Pool("checker.py")


def start(settings: Settings) -> None:
    """Use this seal from now on."""
    global _settings, _sealer
    if _sealer:
        _sealer.stop()
    _settings, _sealer = settings, None


def certificate() -> Certificate:
    """The certificate in use."""
    found = _load()
    return Certificate(
        fingerprint=hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest(),
        pem=found.public_bytes(Encoding.PEM).decode(),
        subject=found.subject.rfc4514_string(),
        is_demo=is_demo(),
    )


def is_demo() -> bool:
    """Whether the seal was made by the site itself, for trying out."""
    return not _settings.file


def revocation_list(revoked: list[str]) -> bytes | None:
    """The signed list of the demo authority; a real authority publishes its own."""
    if not is_demo():
        return None
    _load()
    certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in revoked]
    return demo_authority.revocation_list(_settings.folder, certificates)


def authority() -> str:
    """The certificate above the seal's, as PEM; empty where the file holds none."""
    loaded = pkcs12.load_pkcs12(_ready().read_bytes(), _settings.password.encode() or None)
    return "".join(
        each.certificate.public_bytes(Encoding.PEM).decode() for each in loaded.additional_certs
    )


def public_key(pem: str) -> dict[str, str]:
    """Kind and SubjectPublicKeyInfo (base64) of a certificate, as browsers take it."""
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "algorithm": "EC" if isinstance(key, ec.EllipticCurvePublicKey) else "RSA",
        "spki": base64.b64encode(spki).decode(),
    }


def seal(pdf: bytes) -> bytes:
    """The document with the visible seal and a signature over every byte. Raises SealError."""
    global _sealer
    if _sealer is None:
        _sealer = Pool(
            "sealer.py",
            environment={
                "SEAL_FILE": str(_ready()),
                "SEAL_PASSWORD": _settings.password,
                "SEAL_AROUND": _settings.around,
                "SEAL_BELOW": DEMO_WORDS if is_demo() else "",
                "TSA_URL": _settings.time_stamps,
            },
        )
    try:
        answer, sealed = _sealer.ask({}, pdf, seconds=SEAL_SECONDS)
    except workers.WorkerError as error:
        raise SealError("the seal did not answer") from error
    if answer["problem"]:
        raise SealError(answer["problem"])
    return sealed


def check(pdf: bytes, trusted: list[str]) -> Check:
    """Whether one of the certificates with these fingerprints sealed exactly this file."""
    try:
        answer, _nothing = _checker.ask({"trusted": trusted}, pdf, seconds=CHECK_SECONDS)
    except workers.WorkerError:
        return Check("broken")
    answer.pop("length")
    if answer.get("sealed_at"):
        answer["sealed_at"] = datetime.fromisoformat(answer["sealed_at"])
    return Check(**answer)


def _load() -> x509.Certificate:
    loaded = pkcs12.load_pkcs12(_ready().read_bytes(), _settings.password.encode() or None)
    if loaded.cert is None:
        raise SealError("the file of the seal holds no certificate")
    return loaded.cert.certificate


def _ready() -> Path:
    path = _settings.path
    if is_demo() and not path.exists():
        demo_authority.make(_settings.folder, path, DEMO_WORDS)
    return path
