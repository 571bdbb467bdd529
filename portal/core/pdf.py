"""HTML to PDF in a process of its own; fetches nothing but the site's own fonts."""

import atexit
import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock, Timer
from typing import IO, Any

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
TIMEOUT_SECONDS = 30
FAREWELL_SECONDS = 2
MEMORY_BYTES = 2 * 1024**3

Process = subprocess.Popen[bytes]

_printer: Process | None = None
_lock = Lock()


class PrintError(Exception):
    """The document could not be printed; the message says why."""


def render(html: str, *, identifier: str) -> bytes:
    """The PDF/UA-1 bytes of `html`; the same input gives the same bytes.

    Raises PrintError when a glyph is missing, or time or memory run out.
    """
    with _lock:
        printer = _ready()
        # A stuck printer is killed; its answer then ends early.
        watch = Timer(TIMEOUT_SECONDS, printer.kill)
        watch.start()
        try:
            return _ask(printer, html, identifier)
        finally:
            watch.cancel()


def _ready() -> Process:
    global _printer
    if _printer is None or _printer.poll() is not None:
        # This very file; -P keeps core.calendar from standing in for the standard one.
        _printer = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    return _printer


def _ask(printer: Process, html: str, identifier: str) -> bytes:
    tray, shelf = _pipe(printer.stdin), _pipe(printer.stdout)
    try:
        tray.write(json.dumps([html, identifier]).encode() + b"\n")
        tray.flush()
        answer = json.loads(shelf.readline())
        pdf = shelf.read(answer["length"])
    except (OSError, ValueError) as error:
        stop()
        raise PrintError("the document took too long or too much memory") from error
    if answer["problem"]:
        raise PrintError(answer["problem"])
    return pdf


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise PrintError("the printer has no pipe")
    return pipe


def stop() -> None:
    """End the printer; the next document starts a new one."""
    global _printer
    if _printer is None:
        return
    try:
        _printer.communicate(timeout=FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        _printer.kill()
        _printer.communicate()
    _printer = None


atexit.register(stop)


def _work() -> None:
    """The printer's own loop: one line in, one line and the bytes out, until the pipe closes."""
    with tempfile.TemporaryDirectory(prefix="portal-fonts-") as folder:
        _confine(Path(folder))
        _answer_all()


def _answer_all() -> None:
    for line in sys.stdin.buffer:
        html, identifier = json.loads(line)
        try:
            pdf, problem = _print(html, identifier), ""
        except Exception as error:  # whatever it is, the asker is told
            pdf, problem = b"", f"{type(error).__name__}: {error}"
        head = json.dumps({"length": len(pdf), "problem": problem}).encode()
        sys.stdout.buffer.write(head + b"\n" + pdf)
        sys.stdout.buffer.flush()


def _confine(folder: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # No system fonts: the same characters must look the same on every machine.
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    os.environ["FONTCONFIG_FILE"] = str(config)


class _Missing(logging.Handler):
    """Collects what WeasyPrint says of characters without a glyph."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "notdef" in record.getMessage():
            self.found.append(record.getMessage())


def _print(html: str, identifier: str) -> bytes:
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

    missing = _Missing()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(missing)
    try:
        pdf = HTML(string=html, url_fetcher=Fetcher()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
        )
    finally:
        logger.removeHandler(missing)
    if missing.found:
        raise ValueError("a character has no glyph in the print font")
    return bytes(pdf)


if __name__ == "__main__":
    _work()
