"""Sixteen ways to fetch and fourteen to falsify, and none works; bombs die and the service lives."""

import io
import random
import re
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers

from portal.core import demo_authority, pdf, seal
from portal.documents import service
from tests.core.test_pdf import page
from tests.documents.conftest import Issue, facts
from tests.documents.test_document import document, frozen

pytestmark = pytest.mark.limit(30)

FETCHES = (
    '<img alt="x" src="file:///etc/passwd">',
    '<img alt="x" src="http://127.0.0.1:1/x.png">',
    '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">',
    '<link rel="stylesheet" href="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    "<style>@import url(http://127.0.0.1:1/x.css);</style>",
    "<style>@font-face{font-family:X;src:url(http://127.0.0.1:1/x.ttf)}b{font-family:X}</style><b>x</b>",
    "<style>p{content:url(file:///etc/passwd)}</style>",
    "<style>p{background:url(http://127.0.0.1:1/x.png)}</style>",
    "<style>li{list-style-image:url(file:///etc/passwd)}</style><ul><li>x</li></ul>",
    '<object data="file:///etc/passwd"></object>',
    '<embed src="http://127.0.0.1:1/x">',
    '<base href="file:///etc/"><img alt="x" src="passwd">',
    '<svg><image href="file:///etc/passwd"/><use href="http://127.0.0.1:1/x.svg#a"/></svg>',
    '<img alt="x" src="font:../../etc/passwd">',
)


@pytest.mark.parametrize("vector", FETCHES, ids=range(len(FETCHES)))
def test_nothing_is_fetched(vector: str) -> None:
    made = pdf.render(page(f"<p>空</p>{vector}"), identifier="x")
    contents = made + b"".join(_inflated(made))
    assert b"root:x" not in contents
    assert b"EmbeddedFile" not in contents


def _inflated(data: bytes) -> list[bytes]:
    found = []
    for part in data.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return found


BOMBS = (
    "<table><tr>" + "<td colspan=1000000>x</td>" * 3 + "</tr></table>",
    "<div>" * 3000 + "x",
    "<table>" + "<tr><td>淮</td></tr>" * 30000 + "</table>",
    '<img alt="x" src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22>'
    + "".join(
        f"<g id=%22a{n}%22>" + f"<use href=%22%23a{n + 1}%22/>" * 10 + "</g>" for n in range(9)
    )
    + '<g id=%22a9%22><rect width=%221%22 height=%221%22/></g></svg>">',
)


@pytest.mark.parametrize("bomb", BOMBS, ids=["colspan", "depth", "rows", "use"])
def test_a_bomb_is_stopped_and_the_next_document_printed(
    bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf.render(page("<p>先</p>"), identifier="x")
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 2.0)
    begun = time.monotonic()
    with suppress(pdf.PrintError):
        pdf.render(page(bomb), identifier="x")
    assert time.monotonic() - begun < 6
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 20.0)
    assert pdf.render(page("<p>好</p>"), identifier="x").startswith(b"%PDF")


@pytest.fixture(scope="module")
def genuine(shared_app: Flask) -> bytes:
    """One sealed file; printing it once is enough."""
    with shared_app.app_context():
        from jinja2 import ChoiceLoader, DictLoader

        from tests.documents.conftest import TEMPLATE

        environments = list(shared_app.extensions["templates"].values())
        before = [each.loader for each in environments]
        for each in environments:
            each.loader = ChoiceLoader([DictLoader({"sample.html": TEMPLATE}), each.loader])
        made = seal.seal(document.unsealed(frozen(snapshot=facts(40))))
        for each, loader in zip(environments, before, strict=True):
            each.loader = loader
    return made


def trusted() -> list[str]:
    return [seal.certificate().fingerprint]


def test_the_genuine_file_is_accepted(genuine: bytes) -> None:
    found = seal.check(genuine, trusted())
    assert (found.found, found.identifier) == ("sealed", frozen().number)


def _flip(data: bytes) -> bytes:
    at = len(data) // 3
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _revise(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    revision = IncrementalPdfFileWriter(io.BytesIO(data))
    change(revision)
    out = io.BytesIO()
    revision.write(out)
    return out.getvalue()


def _swap_pages(revision: IncrementalPdfFileWriter) -> None:
    kids = revision.root["/Pages"]["/Kids"]
    first, second = kids.raw_get(0), kids.raw_get(1)
    kids[0], kids[1] = second, first
    revision.update_container(kids)


def _open_action(revision: IncrementalPdfFileWriter) -> None:
    revision.root["/OpenAction"] = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    revision.update_root()


def _annotate(revision: IncrementalPdfFileWriter) -> None:
    first = revision.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Contents"): generic.pdf_string("无记录"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                [generic.NumberObject(n) for n in (100, 100, 300, 200)]
            ),
        }
    )
    if "/Annots" not in first:
        first["/Annots"] = generic.ArrayObject()
    first["/Annots"].append(revision.add_object(note))
    revision.update_container(first)


def _shadow(revision: IncrementalPdfFileWriter) -> None:
    first = revision.root["/Pages"]["/Kids"][0]
    content = generic.StreamObject(stream_data=b"1 1 1 rg 0 0 600 840 re f")
    first["/Contents"] = revision.add_object(content)
    revision.update_container(first)


def _rewritten(data: bytes) -> bytes:
    copy = writer.copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    out = io.BytesIO()
    copy.write(out)
    return out.getvalue()


def _byte_range(data: bytes) -> bytes:
    """Pretend that less is covered."""
    at = data.rindex(b"/ByteRange")
    numbers = re.search(rb"\[(\d+) (\d+) (\d+) (\d+)", data[at:])
    assert numbers
    last = numbers[4]
    less = str(int(last) - 7).encode().rjust(len(last), b"0")
    place = at + numbers.start(4)
    return data[:place] + less + data[place + len(last) :]


def _second_seal(data: bytes, folder: Path) -> bytes:
    metadata = signers.PdfSignatureMetadata(field_name="Second")
    signer = signers.PdfSigner(
        metadata, _other_signer(folder), new_field_spec=fields.SigFieldSpec("Second")
    )
    # A forger's tool does not care that the first seal forbids it.
    signer._enforce_certification_constraints = lambda reader: None  # type: ignore[method-assign]
    return _signed(signer, data, existing_fields_only=False)


def _other_signer(folder: Path) -> signers.SimpleSigner:
    demo_authority.make(folder, folder / "seal.p12", "别处")
    found = signers.SimpleSigner.load_pkcs12(str(folder / "seal.p12"))
    assert found
    return found


def _forged(unsealed: bytes, folder: Path) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal", certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES
    )
    signer = signers.PdfSigner(metadata, _other_signer(folder))
    return _signed(signer, unsealed, existing_fields_only=True)


def _signed(signer: signers.PdfSigner, data: bytes, *, existing_fields_only: bool) -> bytes:
    """Signed in a thread of its own: pyHanko wants one without a running loop."""
    revision = IncrementalPdfFileWriter(io.BytesIO(data))
    with ThreadPoolExecutor(1) as pool:
        work = partial(signer.sign_pdf, revision, existing_fields_only=existing_fields_only)
        return bytes(pool.submit(work).result().getbuffer())


def _unsealed(data: bytes) -> bytes:
    return data[: data.index(b"%%EOF") + 6]


ATTACKS: dict[str, Callable[[bytes, Path], bytes]] = {
    "byte flipped": lambda data, _folder: _flip(data),
    "trailing data": lambda data, _folder: data + b"\n<script>alert(1)</script>\n%%EOF\n",
    "one byte more": lambda data, _folder: data + b"\n",
    "cut short": lambda data, _folder: data[:-40],
    "something before": lambda data, _folder: b"MZ\n" + data,
    "page swapped": lambda data, _folder: _revise(data, _swap_pages),
    "action added": lambda data, _folder: _revise(data, _open_action),
    "note laid over": lambda data, _folder: _revise(data, _annotate),
    "content shadowed": lambda data, _folder: _revise(data, _shadow),
    "written anew": lambda data, _folder: _rewritten(data),
    "range bent": lambda data, _folder: _byte_range(data),
    "sealed by another": lambda data, folder: _forged(_unsealed(data), folder),
    "second seal": _second_seal,
    "seal taken away": lambda data, _folder: _unsealed(data),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_falsified_file_is_refused(genuine: bytes, attack: str, tmp_path: Path) -> None:
    falsified = ATTACKS[attack](genuine, tmp_path)
    assert falsified != genuine
    seal.check(genuine, trusted())
    begun = time.monotonic()
    found = seal.check(falsified, trusted())
    assert found.found not in {"sealed", "original"}
    assert time.monotonic() - begun < 1


def test_hostile_rubbish_is_refused(genuine: bytes) -> None:
    chance = random.Random(1)
    rubbish = [b"", b"%PDF-1.7", chance.randbytes(100_000), b"%PDF-1.7\n" + b"[" * 200_000]
    for place in (10, 1000, 30_000):
        rubbish.append(genuine[:place] + chance.randbytes(400) + genuine[place + 400 :])
    for data in rubbish:
        assert seal.check(data, trusted()).found != "sealed"
    assert seal.check(genuine, trusted()).found == "sealed"


def test_an_appended_revision_names_the_original(issue: Issue) -> None:
    original = issue()
    answer = service.verify_file(_revise(service.file(original), _open_action))
    assert (answer.found, answer.unchanged, answer.document) == ("appended", "no", original)
    assert (answer.genuine, answer.standing) == ("no", None)
