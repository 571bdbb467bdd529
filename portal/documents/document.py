"""From frozen facts to a sealed file: template, HTML, PDF, seal."""

import base64
from xml.sax.saxutils import escape

from flask import current_app

from portal.core import digest, pdf, qr, seal, storage
from portal.core.clock import CITY
from portal.documents import service
from portal.documents.service import Frozen, Printed
from portal.web import i18n, templates


def make(frozen: Frozen) -> Printed:
    """Print, seal and store. Raises PrintError or SealError."""
    plain = unsealed(frozen)
    sealed = seal.seal(plain)
    return Printed(
        sha256=storage.put(sealed),
        sm3=digest.sm3(sealed),
        unsealed_sha256=digest.sha256(plain),
        size=len(sealed),
    )


def unsealed(frozen: Frozen) -> bytes:
    """The PDF before the seal; the same facts always give the same bytes."""
    with i18n.speaking(frozen.language):
        label = i18n.translate("电子印章")
    return pdf.render_document(
        html(frozen),
        identifier=frozen.number,
        name=f"{frozen.number}.json",
        attachment=frozen.attachment,
        made_at=frozen.issued_at,
        label=label,
    )


def html(frozen: Frozen) -> str:
    """The page that is printed."""
    address = f"{current_app.config['PORTAL'].site.url}/V/".upper()
    with i18n.speaking(frozen.language):
        return templates.template(frozen.template).render(
            document=frozen,
            facts=frozen.snapshot,
            sm3=digest.sm3(frozen.attachment),
            address=address + frozen.code,
            qr=qr.png_data(address + frozen.code, error="q", border=2),
            token_qr=qr.png_data(address + service.token(frozen), error="m", border=2),
            watermark=_watermark(frozen),
            is_demo_seal=seal.is_demo(),
            title=frozen.title,
        )


def _watermark(frozen: Frozen) -> str:
    """Whose document it is and when it was made, pale and slanted, as a picture to repeat."""
    moment = f"{frozen.issued_at.astimezone(CITY):%Y-%m-%d %H:%M}"
    whose = pdf.printable(str(frozen.snapshot.get("watermark", "")))
    lines = [whose, f"{frozen.number}  {moment}"]
    texts = "".join(
        f'<text x="10" y="{place * 15 + 96}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="340" height="190" viewBox="0 0 340 190">'
        f'<g transform="rotate(-24 170 95)" font-family="Print, PrintRare" '
        f'font-size="11" fill="#e3e8ee">'
        f"{texts}</g></svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
