"""Prints HTML: the site's own fonts, no address fetched, a missing glyph is an error."""

import logging
import os
import sys
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import frames  # type: ignore[import-not-found]  # found beside this program

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
MEMORY_BYTES = 2 * 1024**3
FACES = """
@font-face { font-family: Print; src: url("font:NotoSansSC-Regular.ttf"); font-weight: 400; }
@font-face { font-family: Print; src: url("font:NotoSansSC-Bold.ttf"); font-weight: 700; }
@font-face { font-family: PrintRare; src: url("font:NotoSansSC-Rare.ttf"); }
"""
WARM_UP = '<!doctype html><html lang="zh"><title>淮</title><p style="font-family:Print">淮<b>南'
# What PDF/A wants to be told of the one property it does not know.
UA_SCHEMA = """\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""
PRINTED, LOCKED = 4, 128


class Missing(logging.Handler):
    """Notices when WeasyPrint says that a character has no glyph."""

    found = False

    def emit(self, record: logging.LogRecord) -> None:
        if "notdef" in record.getMessage():
            self.found = True


class Written:
    """An object of the file with its bytes made once; pydyf makes them again for the identifier."""

    free, offset = "n", 0

    def __init__(self, thing: Any) -> None:
        self.number, self.generation = thing.number, thing.generation
        self.reference, self.compressible = thing.reference, thing.compressible
        self.data = thing.data
        self.indirect = b"%d %d obj\n%b\nendobj" % (self.number, self.generation, self.data)


class Printer:
    """One process's fonts, style and fetcher, made once."""

    def __init__(self) -> None:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        _end_streams_clearly()
        self.missing = Missing()
        logging.getLogger("weasyprint").addHandler(self.missing)
        self.fetcher = _fetcher()
        self.fonts = FontConfiguration()
        self.faces = CSS(string=FACES, font_config=self.fonts, url_fetcher=self.fetcher)

    def print(self, head: dict[str, Any], html: str) -> bytes:
        from weasyprint import HTML

        self.missing.found = False
        options: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}
        if "attachment" in head:
            options = {
                "pdf_variant": "pdf/a-3a",
                "attachments": [_attachment(head)],
                "finisher": partial(_finish, head["label"]),
            }
        pdf = HTML(string=html, url_fetcher=self.fetcher).write_pdf(
            pdf_identifier=head["identifier"].encode(),
            stylesheets=[self.faces],
            font_config=self.fonts,
            **options,
        )
        if self.missing.found:
            raise ValueError("a character has no glyph in the print font")
        return bytes(pdf)


def _end_streams_clearly() -> None:
    """Strict readers take a carriage return at the end of data for a part of the line break."""
    from pydyf import Stream

    plain = Stream.data.fget

    def data(stream: Any) -> bytes:
        return bytes(plain(stream).removesuffix(b"\nendstream") + b"\r\nendstream")

    Stream.data = property(data)


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            name = url.removeprefix("font:")
            if name == url or Path(name).name != name:
                raise ValueError("only fonts of the site and inline pictures are fetched")
            return URLFetcherResponse(url, (FONTS / name).read_bytes())

    return Fetcher()


def _attachment(head: dict[str, Any]) -> Any:
    from weasyprint import Attachment

    made_at = datetime.fromisoformat(head["made_at"])
    return Attachment(
        string=head["attachment"],
        name=head["name"],
        description="Data of this document",
        created=made_at,
        modified=made_at,
        relationship="Data",
    )


def _finish(label: str, document: Any, pdf: Any) -> None:
    """Say that the file is PDF/UA too, and leave a tagged place for the seal."""
    for thing in pdf.objects:
        if getattr(thing, "extra", {}).get("Type") == "/Metadata":
            xml = b"".join(thing.stream).decode()
            thing.stream = [xml.replace("</rdf:RDF>", UA_SCHEMA).encode()]
            thing.compress = False
    _leave_place(label, document, pdf)
    pdf.objects = [each if each.free == "f" else Written(each) for each in pdf.objects]


def _leave_place(label: str, document: Any, pdf: Any) -> None:
    from pydyf import Array, Dictionary, String

    page_number, corners = _place(document)
    page = pdf.objects[pdf.pages["Kids"][::3][page_number]]
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    parent = _object(pdf, root["K"][0])
    key = max(numbers[::2]) + 1
    widget = Dictionary({
        "Type": "/Annot", "Subtype": "/Widget", "FT": "/Sig", "T": String("Seal"),
        "TU": String(label), "Rect": Array(corners), "F": PRINTED + LOCKED,
        "P": page.reference, "StructParent": key,
    })  # fmt: skip
    pdf.add_object(widget)
    mention = Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference})
    pdf.add_object(mention)
    element = Dictionary({
        "Type": "/StructElem", "S": "/Form", "P": parent.reference, "Pg": page.reference,
        "K": Array([mention.reference]), "Alt": String(label),
    })  # fmt: skip
    pdf.add_object(element)
    parent["K"].append(element.reference)
    numbers += [key, element.reference]
    page.setdefault("Annots", Array()).append(widget.reference)
    pdf.catalog["AcroForm"] = Dictionary({"Fields": Array([widget.reference]), "SigFlags": 3})


def _place(document: Any) -> tuple[int, list[float]]:
    """Number of the page and corners, in points, of the element with the id "seal"."""
    for number, page in enumerate(document.pages):
        if "seal" in page.anchors:
            left, top, right, bottom = (each * 0.75 for each in page.anchors["seal"])
            height = page.height * 0.75
            return number, [round(each, 2) for each in (left, height - bottom, right, height - top)]
    raise ValueError("the document has no place for the seal")


def _object(pdf: Any, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="portal-fonts-") as folder:
        # No system fonts: the same characters must look the same on every machine.
        config = Path(folder) / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>"
        )
        os.environ["FONTCONFIG_FILE"] = str(config)
        frames.confine(MEMORY_BYTES)
        printer = Printer()
        printer.print({"identifier": "x"}, WARM_UP)
        frames.serve(lambda head, html: ({"problem": ""}, printer.print(head, html.decode())))
    sys.exit(0)


if __name__ == "__main__":
    main()
