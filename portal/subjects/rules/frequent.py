"""Which parts very many names have, and the first names that have each."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from portal.subjects.rules.names import SHORTEST

# A part is frequent when as many subjects have it in their registered name.
FREQUENT = 600
# The names that are kept of each part, a few more than are ranked: some may change.
KEPT = 112
# A sample's count strays; a part that it overlooks is found by the index all the same.
MARGIN = 0.7

_Counted = tuple[str, int]


class Kept(NamedTuple):
    """A frequent part: how many subjects have it, and the ranks of the first names with it."""

    part: str
    total: int
    ranks: Sequence[int]


class _Node:
    __slots__ = ("last", "next", "ranks", "total")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.ranks = array("q")
        self.total = 0
        self.last = -1


class Parts:
    """Gathers, name by name in the order of ranks, the first names of each of these parts."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._root = _Node()
        for part in parts:
            node = self._root
            for letter in part:
                node = node.next.setdefault(letter, _Node())

    def add(self, rank: int, parts: Iterable[str], *, is_registered: bool) -> None:
        """The next name, cut by `names.parts`."""
        for part in parts:
            node = self._root
            for letter in part:
                following = node.next.get(letter)
                if following is None:
                    break
                node = following
                if node.last != rank:
                    node.last = rank
                    node.total += is_registered
                    if len(node.ranks) < KEPT:
                        node.ranks.append(rank)

    def kept(self, at_least: int = FREQUENT) -> Iterator[Kept]:
        """The parts that turned out to be frequent; with each come all its beginnings."""
        waiting = [("", self._root)]
        while waiting:
            part, node = waiting.pop()
            if len(part) > SHORTEST.get(part[:1], 0) and node.total >= at_least:
                yield Kept(part, node.total, node.ranks)
            waiting += [(part + letter, child) for letter, child in node.next.items()]


def likely(sample: Iterable[Iterable[str]], share: float) -> set[str]:
    """The parts that seem to be frequent by a sample that is such a share of all names."""
    counted = Counter(part for parts in sample for part in set(parts))
    found: set[str] = set()
    _gather(list(counted.items()), 0, max(FREQUENT * share * MARGIN, 1), found)
    return found


def _gather(group: Sequence[_Counted], depth: int, at_least: float, found: set[str]) -> None:
    """Add the beginnings that this group has, all of it alike in the first `depth` letters."""
    groups: dict[str, list[_Counted]] = {}
    for counted in group:
        if len(counted[0]) > depth:
            groups.setdefault(counted[0][depth], []).append(counted)
    for alike in groups.values():
        if sum(count for _part, count in alike) >= at_least:
            found.add(alike[0][0][: depth + 1])
            _gather(alike, depth + 1, at_least, found)
