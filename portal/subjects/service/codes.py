"""Questions about codes, for packages above."""

import re

from portal.subjects.rules.codes import (
    CodeCheck,
    CodeParts,
    Finding,
    batch,
    check,
    is_valid,
    normalise,
    parts,
)
from portal.subjects.rules.typos import Suggestion, suggest

__all__ = [
    "CodeCheck", "CodeParts", "Finding", "Suggestion", "batch", "check", "is_valid",
    "looks_like_code", "normalise", "parts", "suggest",
]  # fmt: skip

SHAPE = re.compile(r"[0-9A-Z]{15,20}")
FEWEST_DIGITS = 8


def looks_like_code(text: str) -> bool:
    """Whether somebody who typed this meant a code, damaged or not."""
    code = normalise(text)
    return bool(SHAPE.fullmatch(code)) and sum(c.isdigit() for c in code) >= FEWEST_DIGITS
