"""HTML to PDF in a worker process of its own; fetches nothing but the site's own fonts."""

import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "static" / "fonts"
TIMEOUT_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3

_pool: ProcessPoolExecutor | None = None
_lock = Lock()


class PrintError(Exception):
    """The document could not be printed; the message says why."""


def render(html: str, *, identifier: str) -> bytes:
    """The PDF/UA-1 bytes of `html`; the same input gives the same bytes.

    Raises PrintError when a glyph is missing, or time or memory run out.
    """
    global _pool
    with _lock:
        if _pool is None:
            _pool = _new_pool()
        pool = _pool
    try:
        return pool.submit(_print, html, identifier).result(timeout=TIMEOUT_SECONDS)
    except (TimeoutError, BrokenProcessPool) as error:
        with _lock:
            _kill(pool)
            _pool = None
        raise PrintError("the document took too long or too much memory") from error


def _new_pool() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_prepare)


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list(pool._processes.values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _prepare() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # No system fonts: the same characters must look the same on every machine.
    folder = tempfile.mkdtemp(prefix="portal-fonts-")
    config = Path(folder) / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<cachedir>{folder}</cachedir></fontconfig>"
    )
    os.environ["FONTCONFIG_FILE"] = str(config)


def _print(html: str, identifier: str) -> bytes:
    import logging

    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            name = url.removeprefix("font:")
            if name == url or Path(name).name != name:
                raise ValueError("only fonts of the site and inline pictures are fetched")
            return URLFetcherResponse(url, (FONTS / name).read_bytes())

    missing: list[str] = []

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "notdef" in record.getMessage():
                missing.append(record.getMessage())

    watch = Watch()
    logging.getLogger("weasyprint").addHandler(watch)
    try:
        pdf = HTML(string=html, url_fetcher=Fetcher()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
        )
    finally:
        logging.getLogger("weasyprint").removeHandler(watch)
    if missing:
        raise PrintError("a character has no glyph in the print font")
    return bytes(pdf)
