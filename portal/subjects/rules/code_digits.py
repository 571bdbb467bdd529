"""Whether credit codes are valid: one, or a million at once without any library."""

from collections.abc import Iterable, Sequence
from operator import not_

from portal.core.digits import CREDIT_ALPHABET as ALPHABET
from portal.core.digits import (
    CREDIT_VALUES,
    CREDIT_WEIGHTS,
    ORGANISATION_VALUES,
    ORGANISATION_WEIGHTS,
    credit_check,
    organisation_check,
)
from portal.subjects.rules.code_tables import KINDS, PROVINCES

PREFIXES = frozenset(kind + province for kind in KINDS for province in PROVINCES)


def make(kind: str, region: str, organisation8: str) -> str:
    """A code with both check digits from its three parts: '92', '340403', 'MA2NRT01'."""
    first17 = kind + region + organisation8 + organisation_check(organisation8)
    return first17 + credit_check(first17)


def is_valid(code: str) -> bool:
    """Whether a normalised code breaks no rule; says the same as `check`, only faster."""
    if len(code) != 18 or code[:4] not in PREFIXES:
        return False
    try:
        return code[16] == organisation_check(code[8:16]) and code[17] == credit_check(code[:17])
    except KeyError:
        return False


# Many codes at once: one column of characters becomes one long integer with a byte a code,
# so that an addition or a comparison of integers works on thousands of codes together.

BLOCK = 4096
_NO_CODE = b"0" * 18  # legal letters, but no authority begins with 00
_STRANGERS = bytes(chr(position) not in ALPHABET for position in range(256))


def _table(values: dict[str, int]) -> bytes:
    return bytes(values.get(chr(position), 0) for position in range(256))


def _weighted(values: dict[str, int], weight: int, modulus: int) -> bytes:
    return _table({letter: value * weight % modulus for letter, value in values.items()})


def _admitted(pairs: Iterable[str]) -> tuple[bytes, bytes]:
    """Two tables whose values share a bit just when the two letters make a known pair."""
    bits = {second: 1 << place for place, second in enumerate(sorted({pair[1] for pair in pairs}))}
    masks: dict[str, int] = {}
    for pair in pairs:
        masks[pair[0]] = masks.get(pair[0], 0) | bits[pair[1]]
    return _table(masks), _table(bits)


_ORGANISATION_END = {letter: value for value, letter in enumerate("0123456789X")}
_OUTER = tuple(_weighted(CREDIT_VALUES, weight, 31) for weight in (*CREDIT_WEIGHTS, 1))
_INNER = (
    *(_weighted(ORGANISATION_VALUES, weight, 11) for weight in ORGANISATION_WEIGHTS),
    _table({letter: _ORGANISATION_END.get(letter, 11) for letter in ALPHABET}),
)
_MODULO_31 = bytes(value % 31 for value in range(256))
_BAD_31 = bytes(value % 31 != 0 for value in range(256))
_BAD_11 = bytes(value % 11 != 0 for value in range(256))
_BAD_0 = bytes(value == 0 for value in range(256))
_KIND = _admitted(sorted(KINDS))
# Second digits of provinces take more than eight bits, first digits do not.
_PROVINCE = _admitted(sorted(province[::-1] for province in PROVINCES))
_NOT_ORGANISATION_END = _table(dict.fromkeys(set(ALPHABET) - set("0123456789X"), 1))


def batch(codes: Sequence[str]) -> list[bool]:
    """`is_valid` of every code."""
    answers: list[bool] = []
    for start in range(0, len(codes), BLOCK):
        answers += _check_block(codes[start : start + BLOCK])
    return answers


def _check_block(codes: Sequence[str]) -> list[bool]:
    letters = _shaped(codes)
    columns = [letters[place::18] for place in range(18)]
    bad = (
        _flags(_outer_sum(columns), _BAD_31, len(codes))
        | _flags(_sum(columns[8:17], _INNER), _BAD_11, len(codes))
        | _integer(columns[16].translate(_NOT_ORGANISATION_END))
        | _flags(_meet(columns[0], columns[1], _KIND), _BAD_0, len(codes))
        | _flags(_meet(columns[3], columns[2], _PROVINCE), _BAD_0, len(codes))
    )
    return list(map(not_, bad.to_bytes(len(codes), "little")))


def _shaped(codes: Sequence[str]) -> bytes:
    """All codes in a row, each with 18 legal letters; one that has not becomes `_NO_CODE`."""
    text = "".join(codes)
    if not text.isascii() or set(map(len, codes)) != {18}:
        text = "".join([code if _is_long(code) else _NO_CODE.decode() for code in codes])
    letters = bytearray(text, "ascii")
    strangers = letters.translate(_STRANGERS)
    found = strangers.find(1)
    while found >= 0:
        start = found - found % 18
        letters[start : start + 18] = _NO_CODE
        found = strangers.find(1, start + 18)
    return bytes(letters)


def _is_long(code: str) -> bool:
    return len(code) == 18 and code.isascii()


def _integer(column: bytes) -> int:
    return int.from_bytes(column, "little")


def _sum(columns: Sequence[bytes], tables: Sequence[bytes]) -> int:
    """Stays below 256 a code: eight columns modulo 31, or nine modulo 11."""
    return sum(
        _integer(column.translate(table)) for column, table in zip(columns, tables, strict=True)
    )


def _outer_sum(columns: Sequence[bytes]) -> int:
    halves = (_sum(columns[:8], _OUTER[:8]), _sum(columns[8:16], _OUTER[8:16]))
    size = len(columns[0])
    rest = sum(_flags(half, _MODULO_31, size) for half in halves)
    return rest + _sum(columns[16:], _OUTER[16:])


def _meet(first: bytes, second: bytes, tables: tuple[bytes, bytes]) -> int:
    return _integer(first.translate(tables[0])) & _integer(second.translate(tables[1]))


def _flags(total: int, table: bytes, size: int) -> int:
    return _integer(total.to_bytes(size, "little").translate(table))
