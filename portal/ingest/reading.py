"""Files as rows of text: CSV in two encodings, XLS and XLSX; what cannot be read is refused."""

import codecs
import csv
import hashlib
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from portal.core.errors import Refused

BLOCK = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST_WORKBOOK = 100 * 1024 * 1024
LARGEST_SHEET = 2 * 1024 * 1024 * 1024
LONGEST_CELL = 1 << 20
EXACT_NUMBERS = 10**15
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = ",\t;"
# What the reader of archives raises for a broken one.
NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, struct.error, EOFError)
# NUL, and the replacement character in UTF-8 and in GB18030.
SUSPICIOUS = (b"\0", "\ufffd".encode(), "\ufffd".encode("gb18030"))


class Row(NamedTuple):
    """One row by its number in the file, with what is wrong with its quotes, if anything is."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True)
class Source:
    """A file that can be read; `lines` is about how many rows it has."""

    path: Path
    sha256: str
    lines: int
    is_suspicious: bool
    encoding: str = ""

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty."""
        if self.encoding:
            return _csv_rows(self.path, self.encoding)
        return _sheet_rows(self.path)


def open_source(path: Path) -> Source:
    """Look through the whole file once: its hash, its encoding, its size. Refuses in words."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise Refused("file_unreadable", detail=error.strerror or str(error)) from error
    if not start:
        raise Refused("file_empty")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _open_workbook(path)
    if start.startswith(UTF16_MARKS):
        raise Refused("file_utf16")
    if start.lstrip().startswith((b"<", b"%PDF")):
        raise Refused("file_kind_unknown")
    return _open_csv(path)


def _open_workbook(path: Path) -> Source:
    if path.stat().st_size > LARGEST_WORKBOOK or _unpacked(path) > LARGEST_SHEET:
        raise Refused("workbook_too_large", megabytes=LARGEST_WORKBOOK // 1024 // 1024)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Source(path, digest, lines=_sheet(path).height, is_suspicious=True)


def _unpacked(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return 0
    try:
        with zipfile.ZipFile(path) as packed:
            return sum(each.file_size for each in packed.infolist())
    except (*NO_ARCHIVE, OSError, ValueError) as error:
        raise Refused("workbook_broken", detail=str(error)) from error


def _open_csv(path: Path) -> Source:
    """Strictly UTF-8, else strictly GB18030; nothing is guessed."""
    digest = hashlib.sha256()
    lines = 0
    is_suspicious = False
    for block in _blocks(path):
        digest.update(block)
        lines += block.count(b"\n")
        is_suspicious |= any(mark in block for mark in SUSPICIOUS)
    encoding = next((name for name in ENCODINGS if _decodes(path, name)), None)
    if encoding is None:
        raise Refused("encoding_unknown")
    return Source(path, digest.hexdigest(), lines, is_suspicious, encoding)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_rows(path: Path, encoding: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=max(DELIMITERS, key=first.count), strict=True)
        number, line = 0, 0
        while True:
            try:
                for cells in reader:
                    number += 1
                    line = reader.line_num
                    if any(cells):
                        yield Row(number, cells)
                return
            except csv.Error as error:
                number += 1
                yield Row(number, [], _quotes(error, line + 1))


def _quotes(error: csv.Error, line: int) -> str:
    """A quote that is never closed swallows the rest of the file, so the file is refused."""
    if "unexpected end" in str(error) or "field limit" in str(error):
        raise Refused("quote_not_closed", line=line) from error
    return f"文件第{line}行的引号用法有误；单元格内的引号应写两次，请重新导出。"


def _sheet(path: Path) -> Any:
    # Imported here: only workbooks need it.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Refused("workbook_broken", detail=str(error)) from error


def _sheet_rows(path: Path) -> Iterator[Row]:
    for number, cells in enumerate(_sheet(path).iter_rows(), 1):
        texts = [cell if type(cell) is str else _text(cell) for cell in cells]
        if any(texts):
            yield Row(number, texts)


def _text(cell: Any) -> str:
    """A cell of a spreadsheet as its text; a whole number without the decimal point.

    A number of more than fifteen digits has lost the others and shows it.
    """
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < EXACT_NUMBERS else f"{cell:.14E}"
    return str(cell)
