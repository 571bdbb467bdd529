"""Numbers that people read aloud, in an alphabet without look-alikes."""

import random
import re
import secrets

KEY = re.compile("[0-9]{1,18}")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def random_id(length: int) -> str:
    """A random identifier of `length` characters, five bits each."""
    number = secrets.randbits(5 * length)
    return "".join([ALPHABET[number >> place & 31] for place in range(0, 5 * length, 5)])


def passing_id() -> str:
    """Eight characters for what is soon forgotten: hardly ever the same twice, but no secret."""
    number = random.getrandbits(40)
    low, high = divmod(number, 1 << 20)[::-1]
    return _PAIRS[low & 1023] + _PAIRS[low >> 10] + _PAIRS[high & 1023] + _PAIRS[high >> 10]


def normalise_id(text: str) -> str:
    """What a person typed or a scanner read, in the alphabet: O is 0, I and L are 1."""
    return "".join(text.split()).replace("-", "").upper().translate(_LOOK_ALIKES)


def to_number(letters: str, alphabet: str) -> int:
    """The number that `letters` write in the digits of `alphabet`. Raises ValueError."""
    value = 0
    for letter in letters:
        value = value * len(alphabet) + alphabet.index(letter)
    return value


def to_letters(value: int, alphabet: str, length: int) -> str:
    """`value` in `length` digits of `alphabet`."""
    letters = []
    for _place in range(length):
        value, digit = divmod(value, len(alphabet))
        letters.append(alphabet[digit])
    return "".join(reversed(letters))


def check_character(text: str) -> str:
    """Luhn's check over our alphabet: finds every wrong character and nearly every swap."""
    total = 0
    for place, letter in enumerate(reversed(text)):
        product = ALPHABET.index(letter) * (2 - place % 2)
        total += product // len(ALPHABET) + product % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def key_of(text: str) -> int | None:
    """The number of a row as an address carries it; None for what no database can hold as one."""
    return int(text) if KEY.fullmatch(text) else None
