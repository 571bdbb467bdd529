"""HTML to PDF in processes of their own; fetches nothing but the site's own fonts."""

import io
import json
import os
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from portal.core import workers
from portal.core.workers import Pool

TIMEOUT_SECONDS = 45.0
# As they lie in the file; those of 300 records take a tenth of it.
MOST_FACTS = 1024 * 1024
FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"

_pool = Pool("printer.py", size=int(os.environ.get("PDF_WORKERS") or 1))


class PrintError(Exception):
    """The document could not be printed; the message says why."""


def render(html: str, *, identifier: str) -> bytes:
    """The PDF/UA-1 bytes of `html`; the same input gives the same bytes.

    Raises PrintError when a glyph is missing, or time or memory run out.
    """
    return _print(html, {"identifier": identifier})


def render_document(
    html: str, *, identifier: str, name: str, attachment: bytes, made_at: datetime, label: str
) -> bytes:
    """PDF/A-3a and PDF/UA-1 bytes with data attached and an empty field where a seal will stand.

    The seal's place is the element with the id "seal"; `label` is what a screen reader says of it.
    """
    return _print(
        html,
        {
            "identifier": identifier,
            "name": name,
            "attachment": attachment.decode(),
            "made_at": made_at.isoformat(),
            "label": label,
        },
    )


def printable(text: str) -> str:
    """`text` with 〓 and its code point, as 〓(U+20BB7), for every character no print font has.

    What is not drawn anyway (marks that choose a form, join or break) stays as it is.
    """
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return text.translate({ord(c): _stand_in(c) for c in set(text) if not _is_printable(c)})
    return text  # the fonts have all of it


def _stand_in(character: str) -> str:
    return f"〓(U+{ord(character):04X})"


def _is_printable(character: str) -> bool:
    return (
        ord(character) in _glyphs()
        or unicodedata.category(character) == "Cf"
        or "VARIATION SELECTOR" in unicodedata.name(character, "")
        or character in "\t\n\r"
    )


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Rare.ttf"):
        with TTFont(FONTS / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


def warm() -> None:
    """Have the printers ready before the first document comes."""
    _pool.warm()


def stop() -> None:
    """End the printers; the next document starts new ones."""
    _pool.stop()


def _print(html: str, head: dict[str, str]) -> bytes:
    try:
        answer, pdf = _pool.ask(head, html.encode(), seconds=TIMEOUT_SECONDS)
    except workers.WorkerError as error:
        raise PrintError("the document took too long or too much memory") from error
    if answer["problem"]:
        raise PrintError(answer["problem"])
    return pdf


def attached(data: bytes) -> dict[str, Any]:
    """The facts attached to a document of ours, for whoever has the file alone; or nothing."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            for name, attachment in opened.attachments.items():
                if name.endswith(".json"):
                    file = attachment.get_file()
                    if len(file.obj.read_raw_bytes()) > MOST_FACTS:
                        return {}
                    found = json.loads(file.read_bytes())
                    return found if isinstance(found, dict) else {}
    except Exception:  # a hostile file may break a reader anywhere; then it tells nothing
        return {}
    return {}
