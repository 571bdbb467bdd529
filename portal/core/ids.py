"""Numbers that people read aloud, in an alphabet without look-alikes."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def random_id(length: int) -> str:
    """A random identifier of `length` characters, five bits each."""
    number = secrets.randbits(5 * length)
    return "".join([ALPHABET[number >> place & 31] for place in range(0, 5 * length, 5)])


def normalise_id(text: str) -> str:
    """What a person typed or a scanner read, in the alphabet: O is 0, I and L are 1."""
    return text.strip().replace("-", "").replace(" ", "").upper().translate(_LOOK_ALIKES)
