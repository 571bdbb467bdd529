"""QR codes as SVG, for stickers and sheets."""

import base64
import io

import segno


def svg_data(text: str, *, error: str = "q", border: int = 4) -> str:
    """A data: address of the code's SVG; upper-case text keeps the code small."""
    out = io.BytesIO()
    segno.make(text, error=error, boost_error=False, micro=False).save(
        out, kind="svg", border=border, xmldecl=False, svgns=True, omitsize=True, scale=1
    )
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def version(text: str, *, error: str = "q") -> int:
    """The version (size class) that `text` needs."""
    return int(segno.make(text, error=error, boost_error=False, micro=False).version)
