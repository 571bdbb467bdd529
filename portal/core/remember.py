"""Work done once for each different value, for long tables whose cells repeat."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST = 50_000


class Remembered(dict[Key, Value], Generic[Key, Value]):
    """`remembered[key]` is `work(key)`; it forgets everything when it has grown too large."""

    def __init__(self, work: Callable[[Key], Value]) -> None:
        super().__init__()
        self.work = work

    def __missing__(self, key: Key) -> Value:
        if len(self) >= MOST:
            self.clear()
        self[key] = value = self.work(key)
        return value
