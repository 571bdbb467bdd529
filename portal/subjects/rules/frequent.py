"""Which parts very many names have, and the first names that have each."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from portal.subjects.rules import names

# A part is frequent when so many subjects have it: a few more than search ever counts.
FREQUENT = 520
# The names that are kept of each part; they may become fewer down to the number that is ranked.
KEPT = 112
# A sample's count may be off by so much; the index finds the parts that it overlooks.
MARGIN = 0.7

_Counted = tuple[str, int]


class Name(NamedTuple):
    """One name as it is kept: its place among all, its kind, what a search compares."""

    rank: int
    kind: str
    columns: names.NameColumns


class Kept(NamedTuple):
    """A frequent part, how many subjects have it at least, its first names by `entry`."""

    part: str
    total: int
    entries: Sequence[int]


class _Node:
    __slots__ = ("entries", "last", "next", "totals")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.entries = array("q")
        # First names and second names are counted apart, as a subject has one of each at most.
        self.totals = [0, 0]
        self.last = -1


class Parts:
    """Gathers, name by name in the order of ranks, the first names of each of these parts."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._root = _Node()
        for part in parts:
            node = self._root
            for letter in part:
                node = node.next.setdefault(letter, _Node())

    def add(self, name: Name) -> None:
        """The next name."""
        rank = name.rank
        ordinal = rank & 15
        for part in names.parts(name.columns):
            node = self._root
            for end, letter in enumerate(part, 1):
                following = node.next.get(letter)
                if following is None:
                    break
                node = following
                if node.last != rank:
                    node.last = rank
                    if ordinal < 2:
                        node.totals[ordinal] += 1
                    if len(node.entries) < KEPT:
                        node.entries.append(entry(part[:end], name))

    def kept(self) -> Iterator[Kept]:
        """The parts that turned out to be frequent; with each come all its beginnings."""
        waiting = [("", self._root)]
        while waiting:
            part, node = waiting.pop()
            total = max(node.totals)
            if len(part) > names.SHORTEST.get(part[:1], 0) and total >= FREQUENT:
                yield Kept(part, total, node.entries)
            waiting += [(part + letter, child) for letter, child in node.next.items()]


def entry(part: str, name: Name) -> int:
    """The rank of a name and how the part matches it, in one number that sorts by rank."""
    mark = part[:1] if part[:1] in names.SHORTEST else names.WRITTEN
    text = names.read_by(mark, name.columns)
    return name.rank << 2 | names.tier(part[len(mark) :], text, name.kind)


def likely(sample: Iterable[names.NameColumns], share: float) -> set[str]:
    """The parts that seem to be frequent by a sample that is such a share of all names."""
    counted = Counter(part for columns in sample for part in set(names.parts(columns)))
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


def among(name: Name, throughs: dict[str, int]) -> Iterator[str]:
    """The parts of a name that are kept as far as its rank: where one is, its beginnings are."""
    for part in names.parts(name.columns):
        shortest = 1 + names.SHORTEST.get(part[:1], 0)
        for end in range(shortest, len(part) + 1):
            through = throughs.get(part[:end])
            if through is None:
                break
            if name.rank <= through:
                yield part[:end]
