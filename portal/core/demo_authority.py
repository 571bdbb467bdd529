"""A certificate authority for trying out, so plainly named that nobody takes it for a real one."""

import os
import threading
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from portal.core import clock

YEARS = timedelta(days=3650)
LIST_DAYS = timedelta(days=30)
KEY_FILE, CERTIFICATE_FILE = "authority.key", "authority.pem"


def make(folder: Path, target: Path, words: str) -> None:
    """An authority in `folder` and, signed by it, the key and certificate of the seal in `target`.

    Whoever is first wins; another process or thread that made one meanwhile uses the winner's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
    authority_name = _name(f"{words} 测试根证书")
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    sealing = (
        _builder(_name(f"{words} 信用淮南微门户电子印章"), authority_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(
        b"seal", key, sealing, [authority], serialization.NoEncryption()
    )
    secret = authority_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    if _first(target, bundle):
        _write(folder / KEY_FILE, secret)
        _write(folder / CERTIFICATE_FILE, authority.public_bytes(serialization.Encoding.PEM))


def revocation_list(folder: Path, revoked: list[x509.Certificate]) -> bytes:
    """The authority's signed list, in DER."""
    key = serialization.load_pem_private_key((folder / KEY_FILE).read_bytes(), None)
    authority = x509.load_pem_x509_certificate((folder / CERTIFICATE_FILE).read_bytes())
    now = clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(now)
        .next_update(now + LIST_DAYS)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    for certificate in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(now)
            .build()
        )
    signed = builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]
    return signed.public_bytes(serialization.Encoding.DER)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    # A day early: the clock of whoever checks may be behind.
    begins = clock.now() - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _first(path: Path, data: bytes) -> bool:
    """Whether this caller is the one that made the file; it appears whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    _write(draft, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
