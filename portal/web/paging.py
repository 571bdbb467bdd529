"""Page numbers that survive without JavaScript."""

from flask import request

HIGHEST = 10_000


def page_number() -> int:
    """The page asked for; anything that is no number means the first."""
    text = request.args.get("page", "")
    return min(max(int(text), 1), HIGHEST) if text.isascii() and text.isdigit() else 1
