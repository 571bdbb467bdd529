"""Files that people send: cleaned, made smaller, refused with a reason that names them."""

import io
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from PIL import Image

from portal.core import uploads
from portal.core.errors import Refused


def a_picture(size: tuple[int, int] = (40, 30), form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **options)
    return out.getvalue()


def a_pdf(**options: Any) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Author"] = "somebody"
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def opened(upload: uploads.Upload) -> Image.Image:
    return Image.open(io.BytesIO(upload.data))


def test_a_picture_loses_what_the_camera_wrote_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    found = uploads.clean(a_picture(exif=exif), "门头.JPG")
    assert (found.media_type, found.name) == ("image/jpeg", "门头.jpg")
    assert opened(found).size == (30, 40)
    assert dict(opened(found).getexif()) == {}
    assert b"camera" not in found.data


def test_a_picture_becomes_small_enough_for_a_screen() -> None:
    assert opened(uploads.clean(a_picture((5200, 2600)), "a.jpg")).size == (2560, 1280)


def test_a_phone_photo_becomes_a_jpeg() -> None:
    found = uploads.clean(a_picture(form="HEIF"), "IMG_0001.HEIC")
    assert (found.media_type, found.name) == ("image/jpeg", "IMG_0001.jpg")


def test_a_png_stays_one() -> None:
    found = uploads.clean(a_picture(form="PNG"), "scan.png")
    assert (found.media_type, opened(found).format) == ("image/png", "PNG")


def test_a_pdf_loses_its_author_and_its_scripts() -> None:
    found = uploads.clean(a_pdf(), "证明.pdf")
    with pikepdf.open(io.BytesIO(found.data)) as document:
        assert "/OpenAction" not in document.Root
        assert "/Author" not in document.docinfo
        assert len(document.pages) == 1


def test_an_action_of_a_page_goes_too() -> None:
    document = pikepdf.open(io.BytesIO(a_pdf()))
    document.pages[0]["/AA"] = pikepdf.Dictionary()
    out = io.BytesIO()
    document.save(out)
    with pikepdf.open(io.BytesIO(uploads.clean(out.getvalue(), "a.pdf").data)) as cleaned:
        assert "/AA" not in cleaned.pages[0]


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "file_empty"),
    (b"\xff\xd8\xff" + bytes(uploads.FILE_BYTES), "file_too_large"),
    (b"<svg onload='x'/>", "file_type"),
    (b"PK\x03\x04 office", "file_type"),
    (b"\xff\xd8\xff not a picture", "file_broken"),
    (b"%PDF-1.7 not a document", "file_broken"),
    (a_pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "file_locked"),
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        uploads.clean(data, "a\\b/门头.jpg")
    assert (refused.value.reason, refused.value.data["name"]) == (reason, "门头.jpg")


def test_a_picture_of_too_many_points_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PIXELS", 100)
    with pytest.raises(Refused, match="file_broken"):
        uploads.clean(a_picture(), "a.jpg")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(Refused, match="file_broken"):
        uploads.clean(a_picture(), "a.jpg")


@pytest.mark.parametrize(("given", "shown"), [
    ("../../etc/passwd", "passwd"),
    ("C:\\照片\\店 面.jpg", "店面.jpg"),
    ("a\u202egpj.exe", "agpj.exe"),
    ("", "file"),
    ("长" * 200 + ".jpg", "长" * 72 + ".jpg"),
])  # fmt: skip
def test_a_name_is_made_safe_to_show(given: str, shown: str) -> None:
    assert uploads.shown_name(given) == shown


# The scanner


class Scanner(socketserver.BaseRequestHandler):
    answer = b"stream: OK\0"

    def handle(self) -> None:
        received = b""
        while not received.endswith(bytes(4)):
            received += self.request.recv(65536)
        self.request.sendall(self.answer)


@pytest.fixture
def scanner() -> Iterator[type[Scanner]]:
    class Fresh(Scanner):
        pass

    with socketserver.TCPServer(("127.0.0.1", 0), Fresh) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uploads.start(f"tcp://127.0.0.1:{server.server_address[1]}")
        yield Fresh
        uploads.start("")
        server.shutdown()


def test_a_file_that_the_scanner_passes_is_kept(scanner: type[Scanner]) -> None:
    assert uploads.clean(a_picture(), "a.jpg").media_type == "image/jpeg"


@pytest.mark.parametrize(("answer", "reason"), [
    (b"stream: Eicar FOUND\0", "file_virus"), (b"INSTREAM size limit exceeded. ERROR\0",
     "file_unscanned"),
])  # fmt: skip
def test_a_file_that_the_scanner_does_not_pass_is_refused(
    scanner: type[Scanner], answer: bytes, reason: str
) -> None:
    scanner.answer = answer
    with pytest.raises(Refused, match=reason):
        uploads.clean(a_picture(), "a.jpg")


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd"])
def test_without_an_answer_of_the_scanner_nothing_is_kept(url: str) -> None:
    uploads.start(url)
    try:
        with pytest.raises(Refused, match="file_unscanned"):
            uploads.clean(a_picture(), "a.jpg")
    finally:
        uploads.start("")
