"""The seal: the demo's own, a real file, a wrong password, and a process that does not answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from flask import Flask

from portal.core import demo_authority, seal, workers

pytestmark = pytest.mark.limit(20)


@pytest.fixture
def start(app: Flask) -> Iterator[object]:
    before = seal._settings
    yield lambda **changes: seal.start(seal.Settings(around="信用淮南", **changes))
    seal.start(before)


def test_the_demo_seal_is_made_once_and_plainly_named(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    start(folder=tmp_path)
    first = seal.certificate()
    assert "演示专用" in first.subject
    assert first.is_demo
    start(folder=tmp_path)
    assert seal.certificate() == first
    demo_authority.make(tmp_path, tmp_path / "seal.p12", "另一个")
    assert seal.certificate() == first
    assert (tmp_path / "seal.p12").stat().st_mode & 0o077 == 0


def test_many_that_make_the_demo_seal_at_once_end_with_one(tmp_path: Path) -> None:
    target = tmp_path / "seal.p12"
    with ThreadPoolExecutor(8) as people:
        made = people.map(lambda _n: demo_authority.make(tmp_path, target, "某"), range(32))
        assert list(made) == [None] * 32
    assert {file.name for file in tmp_path.iterdir()} == {
        "seal.p12", demo_authority.KEY_FILE, demo_authority.CERTIFICATE_FILE,
    }  # fmt: skip


def test_a_real_file_needs_its_password(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    demo_authority.make(tmp_path, tmp_path / "plain.p12", "某机关")
    loaded = pkcs12.load_pkcs12((tmp_path / "plain.p12").read_bytes(), None)
    assert loaded.key
    assert loaded.cert
    (tmp_path / "real.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", loaded.key, loaded.cert.certificate, None,  # type: ignore[arg-type]
            serialization.BestAvailableEncryption(b"right"),
        )
    )  # fmt: skip
    start(file=str(tmp_path / "real.p12"), password="right", folder=tmp_path)
    assert not seal.certificate().is_demo
    assert seal.revocation_list([]) is None
    assert seal.authority() == ""
    start(file=str(tmp_path / "real.p12"), password="wrong", folder=tmp_path)
    with pytest.raises(seal.SealError, match="did not answer"):
        seal.seal(b"%PDF-1.7")


def test_a_file_without_a_certificate_is_refused(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    empty = pkcs12.serialize_key_and_certificates(
        None, None, None, [_certificate(tmp_path)], serialization.NoEncryption()
    )
    (tmp_path / "empty.p12").write_bytes(empty)
    start(file=str(tmp_path / "empty.p12"), folder=tmp_path)
    with pytest.raises(seal.SealError, match="no certificate"):
        seal.certificate()


def _certificate(folder: Path):  # type: ignore[no-untyped-def]
    demo_authority.make(folder, folder / "other.p12", "某")
    loaded = pkcs12.load_pkcs12((folder / "other.p12").read_bytes(), None)
    assert loaded.cert
    return loaded.cert.certificate


def test_what_is_no_document_is_not_sealed(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    start(folder=tmp_path)
    with pytest.raises(seal.SealError):
        seal.seal(b"hello")


def test_a_checker_that_takes_too_long_confirms_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(*_arguments: object, **_named: object) -> None:
        raise workers.WorkerError

    monkeypatch.setattr(seal._checker, "ask", ask)
    assert seal.check(b"%PDF-", []).found == "broken"


def test_a_pool_starts_its_processes_before_they_are_asked() -> None:
    pool = workers.Pool("checker.py", size=2)
    pool.warm()
    processes = [process for process in pool._take_free() if process]
    assert len({process.pid for process in processes}) == 2
    for process in processes:
        pool.free.put(process)
    assert pool.ask({"trusted": []}, b"x", seconds=20)[0]["found"] == "not_pdf"
    pool.stop()
    assert all(process.poll() is not None for process in processes)
