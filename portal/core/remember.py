"""Work done once for each different value, for long tables whose cells repeat."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from itertools import filterfalse
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST = 50_000


class Remembered(dict[Key, Value], Generic[Key, Value]):
    """`remembered[key]` is `work(key)`; it forgets everything when it has grown too large.

    `together` does the work of many keys at once, as far as that is quicker.
    """

    def __init__(
        self,
        work: Callable[[Key], Value],
        together: Callable[[Sequence[Key]], Mapping[Key, Value]] = lambda _keys: {},
    ) -> None:
        super().__init__()
        self.work = work
        self.together = together

    def __missing__(self, key: Key) -> Value:
        if len(self) >= MOST:
            self.clear()
        self[key] = value = self.work(key)
        return value

    def of(self, keys: Collection[Key]) -> dict[Key, Value]:
        """The values of several keys."""
        done = self.together(list(filterfalse(self.__contains__, keys)))
        if len(self) + len(done) > MOST:
            self.clear()
        self.update(done)
        return {key: done[key] if key in done else self[key] for key in keys}


def once_each(work: Callable[[Key], Value], cells: Sequence[Key]) -> list[Value]:
    """`work` of every cell; where most are repeated it is done once for each different one."""
    different = set(cells)
    if 2 * len(different) > len(cells):
        return list(map(work, cells))
    done = {cell: work(cell) for cell in different}
    return list(map(done.__getitem__, cells))
