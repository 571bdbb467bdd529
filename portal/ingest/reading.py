"""Files as rows of text: CSV in two encodings, XLS and XLSX; what cannot be read is refused."""

import codecs
import csv
import hashlib
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress, count, islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from portal.core.errors import Refused

BLOCK = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST_WORKBOOK = 100 * 1024 * 1024
LARGEST_SHEET = 2 * 1024 * 1024 * 1024
LONGEST_CELL = 1 << 20
EXACT_NUMBERS = 10**15
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How pages, PDFs, pictures and other archives begin.
OTHER_KINDS = (
    b"<",
    b"%PDF",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
DELIMITERS = ",\t;"
# What the reader of archives raises for a broken one.
NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, struct.error, EOFError)
# NUL, and the replacement character.
SUSPICIOUS = ("\0", "\ufffd")


class Piece(NamedTuple):
    """Rows that follow each other, without the empty ones, each by its number in the file.

    `faults` are rows whose quotes are wrong, with what is wrong with them.
    """

    numbers: list[int]
    rows: list[list[str]]
    faults: list[tuple[int, str]]


@dataclass(frozen=True)
class Source:
    """A file that can be read; `lines` is about how many rows it has."""

    path: Path
    sha256: str
    lines: int
    is_suspicious: bool
    encoding: str = ""
    # Whether a cell can go over several lines.
    has_quotes: bool = True
    # What was read of a workbook.
    sheet: Any = None

    def pieces(self, size: int, start: int = 0, step: int = 1) -> Iterator[Piece]:
        """The rows in pieces of so many: from piece `start` on every `step`th."""
        if self.encoding:
            return _csv_pieces(self, size, start, step)
        return _sheet_pieces(self.sheet, size, start, step)


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
    if start.lstrip().startswith(OTHER_KINDS):
        raise Refused("file_kind_unknown")
    return _open_csv(path)


def _open_workbook(path: Path) -> Source:
    if path.stat().st_size > LARGEST_WORKBOOK or _unpacked(path) > LARGEST_SHEET:
        raise Refused("workbook_too_large", megabytes=LARGEST_WORKBOOK // 1024 // 1024)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sheet = _sheet(path)
    return Source(path, digest, lines=sheet.height, is_suspicious=True, sheet=sheet)


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
    for encoding in ENCODINGS:
        try:
            return _look_through(path, encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding_unknown")


def _look_through(path: Path, encoding: str) -> Source:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    is_suspicious = has_quotes = False
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            digest.update(block)
            lines += block.count(b"\n")
            is_suspicious |= any(mark in text for mark in SUSPICIOUS)
            has_quotes |= b'"' in block
    decoder.decode(b"", True)
    return Source(path, digest.hexdigest(), lines, is_suspicious, encoding, has_quotes)


def _csv_pieces(source: Source, size: int, start: int, step: int) -> Iterator[Piece]:
    with source.path.open(encoding=source.encoding, newline="") as file:
        first = file.readline()
        file.seek(0)
        delimiter = max(DELIMITERS, key=first.count)
        pieces = _quoted_pieces if source.has_quotes else _plain_pieces
        yield from pieces(file, delimiter, size, start, step)


def _plain_pieces(
    file: TextIO, delimiter: str, size: int, start: int, step: int
) -> Iterator[Piece]:
    """Without quotes a line is a row, and to pass over lines costs little."""
    for place in count():
        lines = list(islice(file, size))
        if place % step == start:
            yield _plain_piece(lines, delimiter, place * size)
        if len(lines) < size:
            return


def _plain_piece(lines: Sequence[str], delimiter: str, before: int) -> Piece:
    rows = [line.rstrip("\r\n").split(delimiter) for line in lines]
    if max(map(len, lines), default=0) > LONGEST_CELL:
        for number, cells in enumerate(rows, before + 1):
            if max(map(len, cells)) > LONGEST_CELL:
                raise Refused("quote_not_closed", line=number)
    numbers = range(before + 1, before + 1 + len(rows))
    is_filled = list(map(any, rows))
    return Piece(list(compress(numbers, is_filled)), list(compress(rows, is_filled)), [])


def _quoted_pieces(
    file: TextIO, delimiter: str, size: int, start: int, step: int
) -> Iterator[Piece]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    for place in count():
        piece, is_end = _quoted_piece(reader, place * size, size)
        if place % step == start:
            yield piece
        if is_end:
            return


def _quoted_piece(reader: Any, before: int, size: int) -> tuple[Piece, bool]:
    """The next rows behind so many, and whether the file ended with them."""
    piece = Piece([], [], [])
    number, last = before, before + size
    line = reader.line_num
    while number < last:
        try:
            for cells in reader:
                number += 1
                line = reader.line_num
                if any(cells):
                    piece.numbers.append(number)
                    piece.rows.append(cells)
                if number == last:
                    return piece, False
            return piece, True
        except csv.Error as error:
            number += 1
            piece.faults.append((number, _quotes(error, line + 1)))
    return piece, False


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


def _sheet_pieces(sheet: Any, size: int, start: int, step: int) -> Iterator[Piece]:
    rows = enumerate(sheet.iter_rows(), 1)
    for place in count():
        together = list(islice(rows, size))
        if not together:
            return
        if place % step == start:
            texts = [(number, list(map(_text, cells))) for number, cells in together]
            filled = [(number, cells) for number, cells in texts if any(cells)]
            yield Piece([number for number, _ in filled], [cells for _, cells in filled], [])


def _text(cell: Any) -> str:
    """A cell of a spreadsheet as its text; a whole number without the decimal point.

    A number of more than fifteen digits has lost the others and shows it.
    """
    if type(cell) is str:
        return cell
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < EXACT_NUMBERS else f"{cell:.14E}"
    return str(cell)
