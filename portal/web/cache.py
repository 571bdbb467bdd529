"""Public pages from memory, before Flask, keyed by data version and day."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import brotli

from portal.config import Config
from portal.core import clock, db
from portal.core.replica import Seen
from portal.core.revision import Away, RevisionReader

Headers = list[tuple[str, str]]
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
COMPRESSED_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")
READING = frozenset({"GET", "HEAD"})
STAND_IN_SECONDS = 600.0
# Under this key a request tells Flask what its answer must show at least.
SEEN = "portal.seen"
DROPPED = frozenset({"content-length", "x-request-id", "etag"})
# What a page takes beside its bytes: address, headers, the objects around them.
FRAME_BYTES = 1500
# A larger page would push out too many others.
LARGEST_SHARE = 8

Variant = tuple[Headers, list[bytes]]


class Page:
    """One answer, kept compressed: a third of the memory, and nearly every browser asks for it."""

    __slots__ = ("base", "etag", "size", "variants")

    def __init__(self, headers: Headers, body: bytes) -> None:
        self.etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        base = [(n, v) for n, v in headers if n.lower() not in DROPPED]
        content_type = next((v for n, v in headers if n.lower() == "content-type"), "")
        is_compressible = content_type.startswith(COMPRESSED_TYPES)
        if is_compressible:
            base = _vary_by_encoding(base)
        self.base = [*map(_the_same, base), ("ETag", self.etag)]
        # The bytes of memory that it takes, near enough.
        self.size = FRAME_BYTES
        self.variants: dict[str, Variant] = {}
        if is_compressible:
            self._keep(brotli.compress(body, quality=BROTLI_QUALITY), "br")
        else:
            self._keep(body, "", "gzip", "br")

    def other(self, encoding: str) -> Variant:
        """Headers and body as `gzip` or plain, made from what is kept; plain is not kept."""
        plain = brotli.decompress(self.variants["br"][1][0])
        if encoding == "gzip":
            return self._keep(gzip.compress(plain, GZIP_LEVEL, mtime=0), encoding)
        return self._variant("", plain)

    def _keep(self, body: bytes, *encodings: str) -> Variant:
        found = self._variant(encodings[0], body)
        self.variants.update(dict.fromkeys(encodings, found))
        self.size += len(body)
        return found

    def _variant(self, encoding: str, body: bytes) -> Variant:
        headers = [*self.base, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return headers, [body]


class PageCache:
    """WSGI middleware that answers GET of public pages without waking Flask.

    A page is kept when Flask marked it `Cache-Control: public` and it sets no cookie. Everything
    is dropped when the data version or the day changes, so nothing ended is shown again.
    """

    def __init__(self, app: WsgiApp, config: Config) -> None:
        self.app = app
        self.limit = config.page_cache_bytes
        self.revision = RevisionReader(config.database_url)
        self.current_revision = self.revision.current
        self.lock = threading.Lock()
        self.pages: dict[Any, Page] = {}
        self.bytes = 0
        self.state: tuple[int, date] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        get = environ.get
        cookie = get("HTTP_COOKIE", "")
        if environ["REQUEST_METHOD"] not in READING or "session=" in cookie or not self.limit:
            return self.app(environ, start_response)
        version = self._version(environ)
        if version is None:
            return self.app(environ, start_response)
        state = (version, clock.today())
        if state != self.state:
            self._forget(state)
        pages = self.pages
        key = (
            environ["PATH_INFO"],
            get("HTTP_HOST"),
            get("QUERY_STRING"),
            get("SCRIPT_NAME"),
            get("HTTP_HX_REQUEST"),
            "view=elder" in cookie,
        )
        page = pages.get(key)
        if page is None:
            fresh = self._ask(environ, start_response)
            if not isinstance(fresh, Page):
                return fresh
            page = fresh
            self._keep(pages, key, page)
        return self._answer(page, environ, start_response)

    def _version(self, environ: dict[str, Any]) -> int | None:
        """What the answer must show at least, told to Flask too; None when nobody knows.

        While the database is away nobody is told that anything was changed; for some minutes
        its replica answers, or what is in memory.
        """
        try:
            version: int = self.current_revision()
        except Away as away:
            if away.seconds > STAND_IN_SECONDS:
                return None
            seen = db.replica.stand_in() if db.replica else None
            if seen is None:
                return self.state[0] if self.state else None
        else:
            if db.replica is None:
                return version
            seen = Seen(version)
        environ[SEEN] = seen
        return seen.version

    def _answer(self, page: Page, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and page.etag in known:
            start_response("304 NOT MODIFIED", page.base)
            return []
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
        headers, body = page.variants.get(encoding) or self._other(page, encoding)
        start_response("200 OK", headers)
        return body if environ["REQUEST_METHOD"] == "GET" else []

    def _other(self, page: Page, encoding: str) -> Variant:
        """The page in an encoding that is not kept, or not yet."""
        before = page.size
        found = page.other(encoding)
        with self.lock:
            self.bytes += page.size - before
        return found

    def _ask(self, environ: dict[str, Any], start_response: Any) -> Page | Iterable[bytes]:
        asked = {**environ, "REQUEST_METHOD": "GET"}
        asked.pop("HTTP_IF_NONE_MATCH", None)
        asked.pop("HTTP_IF_MODIFIED_SINCE", None)
        asked.pop("HTTP_RANGE", None)
        status, headers, body = self._build(dict(asked))
        if status.startswith("5") and asked.pop(SEEN, None):
            # The replica went away while the page was read there; the primary has it too.
            status, headers, body = self._build(asked)
        if status.startswith("200") and _is_public(headers):
            return Page(headers, body)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _build(self, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
        started: list[Any] = []

        def capture(status: str, headers: Headers, _error: Any = None) -> None:
            started[:] = [status, headers]

        answer = self.app(environ, capture)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()
        return started[0], started[1], body

    def _keep(self, pages: dict[Any, Page], key: Any, page: Page) -> None:
        if page.size > self.limit // LARGEST_SHARE:
            return
        with self.lock:
            if self.bytes + page.size > self.limit:
                pages.clear()
                self.bytes = 0
            pages[key] = page
            self.bytes += page.size

    def _forget(self, state: tuple[int, date]) -> None:
        with self.lock:
            # A new dict: a request under way keeps its page out of the new state.
            self.pages = {}
            self.bytes = 0
            self.state = state


@lru_cache(maxsize=256)
def _the_same(header: tuple[str, str]) -> tuple[str, str]:
    """One object for a header that thousands of pages have."""
    return header


def _is_public(headers: Headers) -> bool:
    names = {name.lower(): value for name, value in headers}
    return "set-cookie" not in names and names.get("cache-control", "").startswith("public")


def _vary_by_encoding(headers: Headers) -> Headers:
    vary = [value for name, value in headers if name.lower() == "vary"]
    rest = [(name, value) for name, value in headers if name.lower() != "vary"]
    return [*rest, ("Vary", ", ".join([*vary, "Accept-Encoding"]))]
