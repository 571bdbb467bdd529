"""Check digits of the numbers this country writes: credit codes, identity numbers, bank cards."""

import re
from datetime import date
from operator import mul

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_VALUES = {letter: value for value, letter in enumerate(CREDIT_ALPHABET)}
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_VALUES = {letter: int(letter, 36) for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_IDENTITY = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{15}[\dX]", re.A)
_OLD_IDENTITY = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{13}", re.A)


def credit_check(first17: str) -> str:
    """The 18th character of a credit code, GB 32100-2015."""
    values = map(CREDIT_VALUES.__getitem__, first17)
    return CREDIT_ALPHABET[-sum(map(mul, values, CREDIT_WEIGHTS)) % 31]


def organisation_check(first8: str) -> str:
    """The 9th character of an organisation code, GB 11714."""
    values = map(ORGANISATION_VALUES.__getitem__, first8)
    return "0123456789X"[-sum(map(mul, values, ORGANISATION_WEIGHTS)) % 11]


def identity_check(first17: str) -> str:
    """The 18th character of a citizen identity number, GB 11643."""
    return "10X98765432"[sum(map(mul, map(int, first17), IDENTITY_WEIGHTS)) % 11]


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a bank card's number, ISO/IEC 7812-1."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def looks_like_credit_code(code: str) -> bool:
    """Both check digits hold; authority, kind and region are for `subjects.rules.codes`."""
    try:
        return code[16] == organisation_check(code[8:16]) and code[17:] == credit_check(code[:17])
    except (KeyError, IndexError):
        return False


def looks_like_identity(number: str) -> bool:
    """A province and a birthday where citizens' numbers, new or old, have them."""
    if _IDENTITY.fullmatch(number):
        return number[6:8] in ("18", "19", "20") and _is_date(number[6:14])
    return bool(_OLD_IDENTITY.fullmatch(number)) and _is_date("19" + number[6:12])


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
