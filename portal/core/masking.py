"""Personal data out of what the public reads; counts characters, not bytes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from portal.core.digits import (
    identity_check,
    looks_like_credit_code,
    looks_like_identity,
    passes_luhn,
)

IDENTITY = "［身份号码已隐去］"
MOBILE = "［手机号码已隐去］"
BANK_CARD = "［银行卡号已隐去］"
EMAIL = "［邮箱已隐去］"

_COMPOUND = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐西门东郭南门呼延轩辕拓跋百里第五"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND[place : place + 2] for place in range(0, len(_COMPOUND), 2))

# Every decimal digit of Unicode, and the look-alikes of X, @, dot, hyphen and blank, one to one.
_HYPHENS = "‐‑‒–—―−－﹣"
_BLANKS = "\u00a0\u2002\u2003\u2009\u200a\u200b\u200c\u200d\u2060\u3000\ufeff\t"
_FOLD = {
    point: str(unicodedata.decimal(chr(point)))
    for point in range(128, 0x10000)
    if unicodedata.decimal(chr(point), None) is not None
}
_FOLD |= dict.fromkeys(map(ord, _HYPHENS), "-") | dict.fromkeys(map(ord, _BLANKS), " ")
_FOLD |= dict.fromkeys(map(ord, "xＸｘХх×"), "X") | {ord("＠"): "@", ord("．"): ".", ord("＋"): "+"}


def _number(length: int) -> re.Pattern[str]:
    """Digits of this count with blanks or hyphens between them, none before and none after."""
    middle = rf"(?:[ -]{{0,2}}\d){{{length - 2}}}"
    return re.compile(rf"(?<!\d)(?=(\d{middle}[ -]{{0,2}}(?:\d(?!\d)|X)))", re.A)


# It begins with a set of characters, so that text without any of them is passed over quickly, and
# counts digits only from the first of those that stand together.
_SUSPECT = re.compile(
    r"[\d@＠](?:(?<=[@＠])|(?<=\d)(?<!\d\d)(?<!\d\D\d)(?<!\d\D\D\d)(?:\D{0,2}\d){10})"
)
_IDENTITIES = (_number(18), _number(15))
_CARDS = tuple(map(_number, (19, 18, 17, 16)))
_CARD_START = re.compile(r"4|5[1-5]|35|60|62|69|9558")
_LONG_RUN = re.compile(r"\d{18,}X?", re.A)
_MOBILE = re.compile(
    r"(?<!\d)(?=((?:(?:\+|00?)?86[ -]{0,2}|0)?1[ -]?[3-9](?:[ -]?\d){9})(?!\d))", re.A
)
_EMAIL = re.compile(r"(?=([A-Z0-9._%+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+))", re.I | re.A)
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.A)
_MONEY_BEFORE = re.compile(r"[¥￥$€] ?$")
_MONEY_AFTER = re.compile(r"\.\d{1,2}(?!\d)| ?元(?![旦月宵某])", re.A)
_NUMBER_BEFORE = re.compile(r"[第字〕\])］] ?$")

# Several texts are looked through as one, between which stands what none of them has.
_BETWEEN = "\0"
_FEWEST_DIGITS = 11
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789\0"))
_OTHER_DIGITS = "".join(chr(point) for point, digit in _FOLD.items() if digit.isdigit())
_SUSPICIOUS = re.compile(f"[@＠{_OTHER_DIGITS}]")

Span = tuple[int, int, str]


def mask_text(text: str) -> str:
    """Free text without identity, bank card and mobile numbers and e-mail addresses."""
    if not _SUSPECT.search(text):
        return text
    folded = text.translate(_FOLD)
    for find in (_identities, _cards, _mobiles, _emails):
        spans = sorted(find(folded))
        text, folded = _without(text, spans), _without(folded, spans)
    return text


def mask_texts(texts: Sequence[str]) -> Sequence[str]:
    """Several texts at once; most have nothing to hide, as they have too few digits for it."""
    together = _BETWEEN.join(texts)
    digits = together.encode(errors="replace").translate(None, _NO_DIGITS).split(b"\0")
    if _SUSPICIOUS.search(together) or len(digits) != len(texts):
        return [mask_text(text) for text in texts]
    counts = list(map(len, digits))
    if max(counts) < _FEWEST_DIGITS:
        return texts
    return [
        text if count < _FEWEST_DIGITS else mask_text(text)
        for text, count in zip(texts, counts, strict=True)
    ]


def mask_person(name: str) -> str:
    """张三 → 张*, 欧阳锋 → 欧阳*, 买买提·艾力 → 买**·**."""
    letters = [letter for letter in name.strip() if not unicodedata.combining(letter)]
    letters = [letter for letter in letters if not _is_variation(letter)]
    kept = 2 if len(letters) > 2 and "".join(letters[:2]) in COMPOUND_SURNAMES else 1
    hidden = (letter if letter in "·•. " else "*" for letter in letters[kept:])
    return "".join((*letters[:kept], *hidden))


def mask_identity(number: str) -> str:
    """34************001X; a short number is hidden whole: what is left would give it away."""
    plain = number.strip()
    if len(plain) < 10:
        return "*" * len(plain)
    return plain[:2] + "*" * (len(plain) - 6) + plain[-4:]


def _is_variation(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _plain(number: str) -> str:
    return number.replace(" ", "").replace("-", "")


def _without(text: str, spans: Iterable[Span]) -> str:
    pieces = []
    done = 0
    for start, end, label in spans:
        if start >= done:
            pieces += [text[done:start], label]
            done = end
    return "".join((*pieces, text[done:]))


def _identities(folded: str) -> Iterator[Span]:
    for pattern in _IDENTITIES:
        for found in pattern.finditer(folded):
            number = _plain(found[1])
            if looks_like_identity(number):
                yield (*found.span(1), IDENTITY)
    for run in _LONG_RUN.finditer(folded):
        yield from _identities_inside(run[0], run.start())


def _identities_inside(run: str, start: int) -> Iterator[Span]:
    """Numbers that were run together: here only a right check digit counts."""
    for place in range(len(run) - 17):
        number = run[place : place + 18]
        if looks_like_identity(number) and number[17] == identity_check(number[:17]):
            yield start + place, start + place + 18, IDENTITY


def _cards(folded: str) -> Iterator[Span]:
    for pattern in _CARDS:
        for found in pattern.finditer(folded):
            if _is_card(_plain(found[1])):
                yield (*found.span(1), BANK_CARD)


def _is_card(number: str) -> bool:
    if not number.isdigit() or not _CARD_START.match(number):
        return False
    return passes_luhn(number) and not looks_like_credit_code(number)


def _mobiles(folded: str) -> Iterator[Span]:
    for found in _MOBILE.finditer(folded):
        start, end = found.span(1)
        if not _is_other_number(folded[:start], found[1], folded[end:]):
            yield start, end, MOBILE


def _is_other_number(before: str, number: str, after: str) -> bool:
    """An amount, a date after a short number, or the number of a document."""
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return True
    if _NUMBER_BEFORE.search(before) and after.startswith("号"):
        return True
    return bool(_DATE.search(number))


def _emails(folded: str) -> Iterator[Span]:
    for found in _EMAIL.finditer(folded):
        yield (*found.span(1), EMAIL)
