"""QR codes: SVG for screens, stickers and sheets, a picture of dots for documents."""

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import segno


def svg_data(text: str, *, error: str = "q", border: int = 4) -> str:
    """A data: address of the code's SVG; upper-case text keeps the code small."""
    out = io.BytesIO()
    _made(text, error).save(
        out, kind="svg", border=border, xmldecl=False, svgns=True, omitsize=True, scale=1
    )
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def png_data(text: str, *, error: str = "q", border: int = 4) -> str:
    """A data: address of the code as PNG, eight dots a module: sharp in viewers that smooth.

    A printed document holds it once for all pages; an SVG is drawn anew on each (6 ms a page).
    """
    out = io.BytesIO()
    _made(text, error).save(out, kind="png", border=border, scale=8)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def version(text: str, *, error: str = "q") -> int:
    """The version (size class) that `text` needs."""
    return int(_made(text, error).version)


def _made(text: str, error: str) -> "segno.QRCode":
    # Imported here: four megabytes that pages without a code do without.
    import segno

    return segno.make(text, error=error, boost_error=False, micro=False)
