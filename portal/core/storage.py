"""Files by the hash of their content, in a folder or an S3-compatible store."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# A store that does not answer is told to the visitor while they still look at the page.
# Whether it is reached by plain HTTP, on the operator's own net, its address says (AWS_ENDPOINT).
CONNECTING: Any = {"connect_timeout": "3s", "timeout": "30s", "allow_http": True}
PATIENCE: Any = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=1)},
}

# Imported where a file is kept or fetched: five megabytes that public pages do without.
_store: "ObjectStore | None" = None
_folder: Path | None = None


class Full(Exception):
    """The store could not keep a file: it is full, or away."""


class Missing(Exception):
    """No file is stored under this key."""


def start(url: str) -> None:
    """Use `file:///folder` or `s3://bucket/prefix` (whose keys come from the AWS_ settings)."""
    global _store, _folder
    if url.startswith("file://"):
        _folder = Path(url.removeprefix("file://"))
        _folder.mkdir(parents=True, exist_ok=True)
        _store = None
    else:
        from obstore.store import from_url

        _folder = None
        is_remote = url.startswith("s3://")
        options = {"client_options": CONNECTING, "retry_config": PATIENCE} if is_remote else {}
        _store = from_url(url, **options)


def put(data: bytes) -> str:
    """Keep `data`; returns its key, the SHA-256 in hex. The same data are kept once.

    Raises Full when the store cannot take them.
    """
    import obstore
    from obstore.exceptions import BaseError

    key = hashlib.sha256(data).hexdigest()
    try:
        obstore.put(_opened(), _path(key), data)
        if _folder is not None:
            _make_durable(_folder / _path(key))
    except (OSError, BaseError) as error:
        raise Full(key) from error
    return key


def get(key: str) -> bytes:
    """The data of `key`; raises Missing."""
    import obstore

    try:
        return bytes(obstore.get(_opened(), _path(key)).bytes())
    except FileNotFoundError as error:
        raise Missing(key) from error


def delete(key: str) -> None:
    """Forget the data of `key`, if they are there."""
    import obstore

    try:
        obstore.delete(_opened(), _path(key))
    except FileNotFoundError:
        return


def keys() -> Iterator[str]:
    """The key of every stored file."""
    import obstore

    for page in obstore.list(_opened()):
        yield from (each["path"].rpartition("/")[2] for each in page)


def _path(key: str) -> str:
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        raise Missing(key)
    return f"{key[:2]}/{key[2:4]}/{key}"


def _opened() -> "ObjectStore":
    global _store
    if _store is None:
        if _folder is None:
            raise RuntimeError("storage.start was not called")
        from obstore.store import LocalStore

        _store = LocalStore(_folder)
    return _store


def _make_durable(path: Path) -> None:
    """The row that names a file is committed after this, so the file outlives a loss of power."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
