"""Page numbers that survive without JavaScript."""

from dataclasses import dataclass

from flask import request

from portal.core import ids
from portal.web.pages import address_with

HIGHEST = 10_000
AROUND = 1


@dataclass(frozen=True, slots=True)
class Pages:
    """The links of a pager: (number, address, is this page); number 0 stands for a gap."""

    links: tuple[tuple[int, str, bool], ...]
    previous: str | None
    next: str | None


def page_number() -> int:
    """The page asked for; anything that is no number means the first."""
    text = request.args.get("page", "")
    return min(max(int(text), 1), HIGHEST) if text.isascii() and text.isdigit() else 1


def key_before(name: str = "before") -> int | None:
    """The key in the query from which an older page goes on; none for what cannot be one."""
    return ids.key_of(request.args.get(name, ""))


def links(page: int, pages: int) -> Pages:
    """Links to the first, the last and the pages around this one."""
    shown = {1, pages, *range(page - AROUND, page + AROUND + 1)} & set(range(1, pages + 1))
    found: list[tuple[int, str, bool]] = []
    before = 0
    for number in sorted(shown):
        if number > before + 1:
            found.append((0, "", False))
        found.append((number, _address(number), number == page))
        before = number
    return Pages(
        tuple(found),
        _address(page - 1) if page > 1 else None,
        _address(page + 1) if page < pages else None,
    )


def _address(number: int) -> str:
    return address_with(page=str(number) if number > 1 else None)
