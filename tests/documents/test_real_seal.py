"""A seal as an authority hands it out: an RSA key under its root, with a time-stamping service."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import page as page_validation
import pytest
from flask import Flask

from portal.core import seal
from portal.documents import document
from tests.documents.test_document import PROFILES, frozen

pytestmark = pytest.mark.limit(60)

PASSWORD = "of the seal"
SETTINGS = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def certificate(folder: Path, name: str, words: str, *extensions: str) -> None:
    """An RSA key and a certificate under the authority in `folder`."""
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out",
            folder / f"{name}.csr", "-subj", f"/CN={words}", "-utf8")  # fmt: skip
    (folder / f"{name}.ext").write_text("\n".join(extensions))
    openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "root.pem", "-CAkey",
            folder / "root.key", "-CAcreateserial", "-days", "30", "-extfile",
            folder / f"{name}.ext", "-out", folder / f"{name}.pem")  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "root.key", "-out",
            folder / "root.pem", "-days", "30", "-subj", "/CN=Trial root",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    certificate(folder, "seal", "Trial seal", "basicConstraints=critical,CA:false",
                "keyUsage=critical,digitalSignature,nonRepudiation")  # fmt: skip
    certificate(folder, "tsa", "Trial clock", "basicConstraints=critical,CA:false",
                "keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping")  # fmt: skip
    openssl("pkcs12", "-export", "-inkey", folder / "seal.key", "-in", folder / "seal.pem",
            "-certfile", folder / "root.pem", "-passout", f"pass:{PASSWORD}",
            "-out", folder / "seal.p12")  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder))
    return folder


@dataclass
class Clockmaker:
    """A time-stamping service; `asked` counts."""

    address: str
    asked: int = 0


@pytest.fixture
def clockmaker(authority: Path, tmp_path: Path) -> Iterator[Clockmaker]:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked += 1
            query, reply = tmp_path / "query", tmp_path / "reply"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl("ts", "-reply", "-queryfile", query, "-signer", authority / "tsa.pem", "-inkey",
                    authority / "tsa.key", "-chain", authority / "root.pem", "-config",
                    authority / "tsa.cnf", "-section", "tsa", "-out", reply)  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply.read_bytes())

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        made = Clockmaker(f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def sealed_with(app: Flask, sample: str, authority: Path, tmp_path: Path) -> Iterator[object]:
    before = seal._settings

    def made(tsa_url: str) -> Path:
        seal.start(
            seal.Settings(
                around="信用淮南", file=str(authority / "seal.p12"), password=PASSWORD,
                folder=tmp_path, time_stamps=tsa_url,
            )
        )  # fmt: skip
        with app.app_context():
            path = tmp_path / "sealed.pdf"
            path.write_bytes(seal.seal(document.unsealed(frozen())))
        return path

    yield made
    seal.start(before)


def said(path: Path, authority: Path) -> str:
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_seal_with_an_rsa_key_and_a_time_stamp_holds_for_strangers(
    sealed_with, clockmaker: Clockmaker, authority: Path
) -> None:  # type: ignore[no-untyped-def]
    path = sealed_with(clockmaker.address)
    assert clockmaker.asked
    assert "Signature is Valid" in said(path, authority)
    assert not seal.certificate().is_demo
    found = seal.check(path.read_bytes(), [seal.certificate().fingerprint])
    assert found.found == "sealed"
    for profile in PROFILES:
        report = page_validation.validate_pdf(path, profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


def test_without_a_time_stamp_nothing_is_asked(
    sealed_with, clockmaker: Clockmaker, authority: Path
) -> None:  # type: ignore[no-untyped-def]
    path = sealed_with("")
    assert not clockmaker.asked
    assert "Signature is Valid" in said(path, authority)


def test_a_clock_that_is_away_stops_the_seal_in_words(sealed_with) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(seal.SealError):
        sealed_with("http://127.0.0.1:9/")
