"""Files are kept by the hash of their content, once, and only keys reach them."""

import hashlib
from pathlib import Path

import pytest

from portal.core import storage


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    storage.start(f"file://{tmp_path / 'files'}")
    return tmp_path / "files"


def test_what_was_put_comes_back_under_its_hash(folder: Path) -> None:
    key = storage.put(b"content")
    assert key == hashlib.sha256(b"content").hexdigest()
    assert storage.put(b"content") == key
    assert storage.get(key) == b"content"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_what_was_deleted_is_missing_and_may_be_deleted_again() -> None:
    key = storage.put(b"content")
    storage.delete(key)
    storage.delete(key)
    with pytest.raises(storage.Missing):
        storage.get(key)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_only_a_key_reaches_a_file(key: str) -> None:
    with pytest.raises(storage.Missing):
        storage.get(key)


def test_a_store_in_memory_serves_too() -> None:
    storage.start("memory:///")
    assert storage.get(storage.put(b"content")) == b"content"
    with pytest.raises(storage.Missing):
        storage.get("a" * 64)
    storage.delete("a" * 64)


def test_nothing_is_stored_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_store", None)
    monkeypatch.setattr(storage, "_folder", None)
    with pytest.raises(RuntimeError):
        storage.put(b"content")


def test_a_store_that_is_away_says_so_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:1", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "none",
        "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    storage.start("s3://portal/files")
    with pytest.raises(storage.Full) as refused:
        storage.put(b"content")
    assert "refused" in repr(refused.value.__cause__)
