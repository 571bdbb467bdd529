"""Single cells read as what they mean: dates, amounts, blanks; what cannot be read says why."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from portal.core.remember import Remembered
from portal.core.text import N_

# 2099-12-31 stands for “long term” in the form of 2018, and so in the database.
LONG_TERM = date(2099, 12, 31)
EARLIEST = date(1900, 1, 1)
SERIAL_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 73_050  # 1927-05-18 and 2099-12-31
FEN = 1_000_000  # of one 万元
MOST_FEN = 10**17

_DATES = (
    re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


class Remark(NamedTuple):
    """What is to be said of a cell: the rule and the sentence."""

    rule: str
    message: str
    is_notice: bool = False


class Read(NamedTuple):
    """What a cell means; one that means nothing says why."""

    value: Any
    remarks: tuple[Remark, ...] = ()


Reader = Remembered[str, Read]


def date_reader(long_term: Iterable[str], blanks: Iterable[str]) -> Reader:
    """Reads YYYY/MM/DD, YYYY-MM-DD, YYYYMMDD, 2024年3月5日 and serials of a spreadsheet."""
    endless = frozenset(map(_plain, long_term))
    nothing = frozenset(map(_plain, blanks)) | {"", "无"}

    def read(cell: str) -> Read:
        plain = _plain(cell)
        if plain in nothing:
            return Read(None)
        if plain in endless:
            return Read(LONG_TERM)
        return _date(unicodedata.normalize("NFKC", cell).strip())

    return Reader(read)


def amount_reader(blanks: Iterable[str]) -> Reader:
    """Reads an amount in 万元 with up to six decimals into whole fen."""
    nothing = frozenset(map(_plain, blanks)) | {"", "无"}

    def read(cell: str) -> Read:
        plain = _plain(cell)
        return Read(None) if plain in nothing else _fen(plain.removesuffix("万元"))

    return Reader(read)


def show_amount(fen: int) -> str:
    """An amount in 万元 without needless zeros."""
    return f"{Decimal(fen) / FEN:f}"


def word_reader(rule: str, words: Mapping[str, Iterable[str]], message: str) -> Reader:
    """Reads a cell that must be one of some words, each with its spellings, into its key."""
    keys = {_plain(spelling): key for key, spellings in words.items() for spelling in spellings}

    def read(cell: str) -> Read:
        plain = _plain(cell)
        if not plain:
            return Read(None)
        if plain in keys:
            return Read(keys[plain])
        return Read(None, (Remark(rule, message),))

    return Reader(read)


def _wrong(rule: str, message: str) -> Read:
    return Read(None, (Remark(rule, message),))


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split()).upper()


def _date(text: str) -> Read:
    serial = _SERIAL.fullmatch(text)
    if serial:
        return _serial(int(serial[1]))
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _DATES)), None)
    if found is None:
        return _wrong("date", N_("日期应写成2024-03-05、2024/03/05或20240305。"))
    year, month, day = map(int, found.groups())
    try:
        read = date(year, month, day)
    except ValueError:
        return _wrong("date", N_("没有这一天，请核对年、月、日。"))
    if read < EARLIEST:
        return _wrong("date", N_("日期早于1900年，请核对年份。"))
    return Read(min(read, LONG_TERM))


def _serial(days: int) -> Read:
    if not FIRST_SERIAL <= days <= LAST_SERIAL:
        return _wrong("date", N_("这个数字不像日期，请把该列设为日期格式后重新导出。"))
    return Read(SERIAL_EPOCH + timedelta(days=days))


def _fen(text: str) -> Read:
    if text.endswith("元"):
        return _wrong(
            "amount_in_yuan", N_("金额应以万元为单位填写，只写数字，例如 2000 元写作 0.2。")
        )
    try:
        number = Decimal(_digits(text))
    except InvalidOperation:
        return _wrong("amount", N_("金额应为以万元为单位的数字，例如 0.2。"))
    if number < 0:
        return _wrong("amount", N_("金额不能为负数。"))
    fen = number * FEN
    if fen != fen.to_integral_value():
        return _wrong("amount", N_("金额最多保留6位小数（精确到分）。"))
    if fen > MOST_FEN:
        return _wrong("amount", N_("金额过大，请核对单位（应为万元）。"))
    return Read(int(fen))


def _digits(text: str) -> str:
    # Spreadsheets write small amounts as 5E-05; that much of their notation is exact.
    if re.fullmatch(r"\d(?:\.\d+)?E-?\d{1,2}", text):
        return text
    return text.replace(",", "") if _AMOUNT.fullmatch(text) else "?"
