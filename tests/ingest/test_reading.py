"""Files without quotes are read the quicker way, and mean the same."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ingest import reading
from portal.ingest.reading import Piece


@given(st.text(alphabet="ab,;\t\r\n\0 中\x0b\u2028\ufeff", max_size=60), st.integers(1, 3))
def test_without_quotes_a_line_is_what_a_reader_of_csv_makes_of_it(text: str, size: int) -> None:
    plain, read = (
        list(pieces(io.StringIO(text, newline=""), ",", size, 0, 1))
        for pieces in (reading._plain_pieces, reading._quoted_pieces)
    )
    assert together(plain) == together(read)
    for start in (0, 1):
        theirs = list(reading._plain_pieces(io.StringIO(text, newline=""), ",", size, start, 2))
        assert theirs == plain[start::2]


def together(pieces: list[Piece]) -> list[tuple[int, list[str]]]:
    return [row for piece in pieces for row in zip(piece.numbers, piece.rows, strict=True)]


@pytest.mark.parametrize(
    ("text", "encoding", "lines", "is_suspicious", "has_quotes"),
    [
        ("名称,代码\n甲,1\n", "utf-8", 2, False, False),
        ('名称,代码\n"甲",1\n', "gb18030", 2, False, True),
        ("甲\ufffd\n", "utf-8", 1, True, False),
        ("甲\ufffd\n", "gb18030", 1, True, False),
        ("甲\0\n", "gb18030", 1, True, False),
    ],
)
def test_a_file_is_looked_through_once(
    tmp_path: Path, text: str, encoding: str, lines: int, *, is_suspicious: bool, has_quotes: bool
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    found = reading.open_source(path)
    assert found.encoding == encoding.replace("utf-8", "utf-8-sig")
    assert (found.lines, found.is_suspicious, found.has_quotes) == (
        lines, is_suspicious, has_quotes,
    )  # fmt: skip
