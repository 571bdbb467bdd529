"""Printing: only our own fonts, no addresses fetched, no character lost, no bomb survives."""

import pytest

from portal.core import pdf

FONT = (
    '<style>@font-face{font-family:P;src:url("font:NotoSansSC-Regular.ttf")}'
    "body{font-family:P}</style>"
)


def page(body: str) -> str:
    return f'<!doctype html><html lang="zh"><title>试</title>{FONT}<body>{body}</body></html>'


def test_the_same_page_gives_the_same_bytes() -> None:
    first = pdf.render(page("<p>淮南牛肉汤 𠅤䶮㛃</p>"), identifier="x")
    assert first == pdf.render(page("<p>淮南牛肉汤 𠅤䶮㛃</p>"), identifier="x")
    assert first.startswith(b"%PDF")


def test_data_that_end_in_a_line_break_are_not_taken_for_shorter() -> None:
    printed = pdf.render(page("<p>淮南"), identifier="a")
    assert printed.count(b"\r\nendstream") == printed.count(b"endstream") > 0


def test_names_in_traditional_and_rare_characters_are_printed() -> None:
    name = '<p style="font-family: Print, PrintRare">龍豐號 㙓㵘　龘·龍，龍（龍）A1'
    assert pdf.render(page(name), identifier="a").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("𠮷野家", "〓(U+20BB7)野家"),
        ("𠮷𠮷", "〓(U+20BB7)〓(U+20BB7)"),
        ("\ue863", "〓(U+E863)"),
        ("龍豐號 䶮㛃𠅤 é", "龍豐號 䶮㛃𠅤 é"),
        ("葛\U000e0100\ufe0f\u200d城\u00ad\n", "葛\U000e0100\ufe0f\u200d城\u00ad\n"),
        ("张记牛肉汤", "张记牛肉汤"),
    ],
)
def test_what_no_font_has_is_told_by_its_code_point_and_prints(name: str, shown: str) -> None:
    assert pdf.printable(name) == shown
    body = f'<p style="font-family: Print, PrintRare">{shown}'
    assert pdf.render(page(body), identifier="a").startswith(b"%PDF")


def test_what_is_passed_unread_is_in_the_fonts() -> None:
    """A text of GB 2312 is not looked through, because the fonts have all of it."""
    letters = [bytes((high, low)).decode("gb2312", "ignore")
               for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF)]  # fmt: skip
    assert len("".join(letters)) == 7445
    assert [letter for letter in letters if letter and ord(letter) not in pdf._glyphs()] == []


def test_a_character_without_a_glyph_stops_the_print() -> None:
    with pytest.raises(pdf.PrintError, match="glyph"):
        pdf.render(page("<p>𪚥</p>"), identifier="x")


def test_a_bomb_is_stopped_and_the_next_page_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 2)
    bomb = "<table><tr>" + "<td colspan=1000000>x</td>" * 3 + "</tr></table>"
    with pytest.raises(pdf.PrintError, match="too long"):
        pdf.render(page(bomb), identifier="x")
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 20)
    assert pdf.render(page("<p>好</p>"), identifier="x").startswith(b"%PDF")
