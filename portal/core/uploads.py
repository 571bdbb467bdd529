"""Files that people send: known by their content, cleaned of hidden data, scanned, stored."""

import io
import socket
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from portal.core import storage
from portal.core.errors import Refused
from portal.core.text import N_

MEGABYTE = 1024 * 1024
# The largest file, the most files of one matter, and what may be sent together. nginx lets a
# little more through (deploy/nginx.conf), and its page says the same (static/too-large.html).
FILE_BYTES = 15 * MEGABYTE
FILES = 10
TOGETHER_BYTES = 50 * MEGABYTE
HINT = N_(
    "JPG、PNG、HEIC照片或PDF，最多10个，每个不超过15兆。一次合计不超过50兆，可以分几次传。"
    "照片里的拍摄地点等信息会去掉。"
)
NAME_LENGTH = 80
# A phone makes 50 to 108 million; more is a bomb.
PIXELS = 120_000_000
LONGEST_SIDE = 2560
JPEG_QUALITY = 85
SCAN_SECONDS = 20
ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Names", "/Metadata", "/Collection")

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

_scanner = ""


@dataclass(frozen=True)
class Upload:
    """A file fit to be kept: its type, its cleaned bytes, a name that is safe to show."""

    name: str
    media_type: str
    data: bytes


def start(clamd_url: str) -> None:
    """Ask the scanner at `tcp://host:port` or `unix:///socket` about every file; empty: none."""
    global _scanner
    _scanner = clamd_url


def clean(data: bytes, name: str) -> Upload:
    """What may be kept of a file that somebody sent.

    Pictures are turned upright, made smaller and lose what the camera wrote into them; a PDF
    loses its author, its scripts and its attachments. Sizes are in bytes.
    Raises Refused (`file_empty`, `file_too_large`, `file_type`, `file_broken`, `file_virus`,
    `file_unscanned`), each with the file's name.
    """
    shown = shown_name(name)
    if not data:
        raise Refused("file_empty", "files", name=shown)
    if len(data) > FILE_BYTES:
        raise Refused(
            "file_too_large",
            "files",
            name=shown,
            size=-(-len(data) // MEGABYTE),
            most=FILE_BYTES // MEGABYTE,
        )
    _scan(data, shown)
    kind = _kind(data)
    if kind == "pdf":
        media_type, kept = PDF, _clean_pdf(data, shown)
    elif kind == "picture":
        media_type, kept = _clean_picture(data, shown)
    else:
        raise Refused("file_type", "files", name=shown)
    return Upload(_with_ending(shown, media_type), media_type, kept)


def keep(upload: Upload) -> str:
    """Store a cleaned file; returns its key in the storage. Raises Refused (`file_not_stored`)."""
    try:
        return storage.put(upload.data)
    except storage.Full as error:
        raise Refused("file_not_stored", "files", name=upload.name) from error


def shown_name(name: str) -> str:
    """The last part of a path without control characters, short enough for a list."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(
        character for character in last if unicodedata.category(character)[0] not in "CZ"
    )
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:NAME_LENGTH] or "file"
    return f"{stem[: NAME_LENGTH - 8]}.{ending[:7]}"


def _with_ending(name: str, media_type: str) -> str:
    stem = name.rpartition(".")[0] or name
    return stem + ENDINGS[media_type]


def _kind(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return "pdf"
    is_heif = data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS
    if is_heif or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "picture"
    return ""


def _clean_picture(data: bytes, name: str) -> tuple[str, bytes]:
    import pillow_heif
    from PIL import Image, ImageOps, UnidentifiedImageError

    pillow_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "HEIF")) as opened:
            if opened.width * opened.height > PIXELS:
                raise Refused("file_broken", "files", name=name)
            media_type = PNG if opened.format == "PNG" else JPEG
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = picture.convert("RGB" if media_type == JPEG else "RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError) as error:
        raise Refused("file_broken", "files", name=name) from error
    except Image.DecompressionBombError as error:
        raise Refused("file_broken", "files", name=name) from error
    # A new picture holds the pixels and nothing else.
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = io.BytesIO()
    if media_type == JPEG:
        fresh.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    else:
        fresh.save(out, "PNG")
    return media_type, out.getvalue()


def _clean_pdf(data: bytes, name: str) -> bytes:
    import pikepdf

    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            for key in ACTIVE:
                if key in document.Root:
                    del document.Root[key]
            del document.docinfo
            for page in document.pages:
                if "/AA" in page:
                    del page["/AA"]
            document.save(out, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise Refused("file_locked", "files", name=name) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Refused("file_broken", "files", name=name) from error
    return out.getvalue()


def _scan(data: bytes, name: str) -> None:
    """Ask clamd by INSTREAM; without an answer nothing is kept."""
    if not _scanner:
        return
    try:
        answer = _ask_scanner(data)
    except OSError as error:
        raise Refused("file_unscanned", "files", name=name) from error
    if not answer.endswith(b"OK"):
        found = answer.endswith(b"FOUND")
        raise Refused("file_virus" if found else "file_unscanned", "files", name=name)


def _ask_scanner(data: bytes) -> bytes:
    with _connect() as connection:
        connection.sendall(b"zINSTREAM\0")
        for start_at in range(0, len(data), MEGABYTE):
            chunk = data[start_at : start_at + MEGABYTE]
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = b""
        while part := connection.recv(4096):
            answer += part
    return answer.rstrip(b"\0").strip()


def _connect() -> socket.socket:
    address = urlsplit(_scanner)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SCAN_SECONDS)
        try:
            connection.connect(address.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection(
        (address.hostname or "127.0.0.1", address.port or 3310), timeout=SCAN_SECONDS
    )
