"""Which single slip of the hand turns a wrong credit code into a valid one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Literal

from portal.core.digits import CREDIT_ALPHABET as ALPHABET
from portal.subjects.rules.code_digits import batch, is_valid
from portal.subjects.rules.code_tables import REGIONS
from portal.subjects.rules.codes import normalise

Slip = Literal["substituted", "swapped", "missing", "extra"]
_Slip = tuple[str, Slip, int, str, str]

# What is mistaken for what on screens, in print and by hand.
_ALIKE = "0D0Q0O0U1I1L1T1J172Z2738355S5658686G8B9G9PCGDOEFHNMNKXUVVYWUPRQO"
ALIKE = frozenset(frozenset(_ALIKE[place : place + 2]) for place in range(0, len(_ALIKE), 2))


@dataclass(frozen=True)
class Suggestion:
    """A valid code one slip away. `position` counts from 1 in the text that was typed."""

    code: str
    slip: Slip
    position: int
    found: str
    expected: str

    @property
    def weight(self) -> tuple[int, str]:
        """Likelier first: known regions, look-alike characters and swaps."""
        near = self.slip == "swapped" or frozenset((self.found, self.expected)) in ALIKE
        return (0 if near else 1) + (0 if self.code[2:8] in REGIONS else 2), self.code


def suggest(text: str, exists: Callable[[str], bool] | None = None) -> list[Suggestion]:
    """Valid codes one slip away, likeliest first; with `exists`, only those it knows."""
    code = normalise(text)
    if is_valid(code):
        return []
    slips = list(_slips(code))
    valid = compress(slips, batch([slip[0] for slip in slips]))
    unique = {slip[0]: Suggestion(*slip) for slip in valid}
    kept = [found for found in unique.values() if exists is None or exists(found.code)]
    return sorted(kept, key=lambda found: found.weight)


def _slips(code: str) -> Iterator[_Slip]:
    if len(code) == 17:
        yield from _with_one_more(code)
    if len(code) == 18:
        yield from _with_one_changed(code)
        yield from _with_two_swapped(code)
    if len(code) == 19:
        yield from _with_one_less(code)


def _with_one_changed(code: str) -> Iterator[_Slip]:
    for place, found in enumerate(code):
        for letter in ALPHABET:
            changed = code[:place] + letter + code[place + 1 :]
            yield (changed, "substituted", place + 1, found, letter)


def _with_two_swapped(code: str) -> Iterator[_Slip]:
    for place in range(17):
        pair = code[place : place + 2]
        swapped = code[:place] + pair[::-1] + code[place + 2 :]
        yield (swapped, "swapped", place + 1, pair, pair[::-1])


def _with_one_more(code: str) -> Iterator[_Slip]:
    for place in range(18):
        for letter in ALPHABET:
            longer = code[:place] + letter + code[place:]
            yield (longer, "missing", place + 1, "", letter)


def _with_one_less(code: str) -> Iterator[_Slip]:
    for place, found in enumerate(code):
        yield (code[:place] + code[place + 1 :], "extra", place + 1, found, "")
