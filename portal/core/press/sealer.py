"""Puts the electronic seal on PDFs. The only process that holds the key of the seal."""

import os
import sys
from io import BytesIO
from typing import Any

import drawing  # type: ignore[import-not-found]  # found beside this program
import frames  # type: ignore[import-not-found]

MEMORY_BYTES = 1024**3
FIELD = "Seal"


class Sealer:
    """The key, the drawing and, where there is one, the time-stamping service."""

    def __init__(self, settings: Any) -> None:
        from pyhanko.pdf_utils.writer import BasePdfFileWriter
        from pyhanko.sign import fields, signers, timestamps

        # It would write the time and its own name into the metadata of a finished document.
        BasePdfFileWriter._update_meta = lambda writer: None  # type: ignore[method-assign]
        loaded = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
            settings["SEAL_FILE"], passphrase=settings["SEAL_PASSWORD"].encode() or None
        )
        if loaded is None:
            raise ValueError("the file of the seal cannot be opened with this password")
        self.style = _style(drawing.seal(settings["SEAL_AROUND"], settings["SEAL_BELOW"]))
        self.signer = loaded
        self.metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        service = settings.get("TSA_URL")
        self.timestamper = timestamps.HTTPTimeStamper(service) if service else None

    def seal(self, pdf: bytes) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers

        signer = signers.PdfSigner(
            self.metadata, self.signer, stamp_style=self.style, timestamper=self.timestamper
        )
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        out = signer.sign_pdf(writer, existing_fields_only=True)
        return bytes(out.getbuffer())


def _style(art: str) -> Any:
    """The drawing, filling the field that the document left for it."""
    from pyhanko.pdf_utils.content import RawContent
    from pyhanko.pdf_utils.layout import (
        AxisAlignment,
        BoxConstraints,
        InnerScaling,
        Margins,
        SimpleBoxLayoutRule,
    )
    from pyhanko.stamp import StaticStampStyle

    box = BoxConstraints(width=drawing.SIZE, height=drawing.SIZE)
    return StaticStampStyle(
        background=RawContent(art.encode(), box=box),
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins(0, 0, 0, 0),
            inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
        ),
        background_opacity=1.0,
        border_width=0,
    )


def main() -> None:
    frames.confine(MEMORY_BYTES)
    sealer = Sealer(os.environ)
    frames.serve(lambda head, pdf: ({"problem": ""}, sealer.seal(pdf)))
    sys.exit(0)


if __name__ == "__main__":
    main()
