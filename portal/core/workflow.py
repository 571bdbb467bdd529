"""State machines as tables: which step leads from where to where, who takes it, by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from portal.core.errors import Refused

Look = Literal["received", "working", "waiting", "answered", "solved", "unsolved", "withdrawn"]


@dataclass(frozen=True)
class State:
    """A state in the public words: one of the seven looks, and what it means here."""

    look: Look
    meaning: str


@dataclass(frozen=True)
class Offer:
    """A step that the page of a case offers its applicant: the button and what it asks for."""

    label: str
    hint: str = ""
    asks: str = ""


@dataclass(frozen=True)
class Step:
    """One row. `term` is the key of the time limit that begins with the new state."""

    name: str
    sources: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    term: str | None = None
    needs_note: bool = False
    extends: bool = False
    needs_second: bool = False


def step(
    name: str,
    *sources: str,
    to: str,
    by: str,
    term: str | None = None,
    needs_note: bool = False,
    extends: bool = False,
    needs_second: bool = False,
) -> Step:
    """A row of a table; `by` names one or more roles, separated by blanks."""
    return Step(name, sources, to, tuple(by.split()), term, needs_note, extends, needs_second)


@dataclass(frozen=True)
class Workflow:
    """`term` is the key of the first state's time limit."""

    start: str
    steps: tuple[Step, ...]
    term: str | None = None

    def options(self, state: str, role: str) -> tuple[Step, ...]:
        """What `role` may do in `state`."""
        return tuple(each for each in self.steps if state in each.sources and role in each.by)

    def take(self, name: str, state: str, role: str) -> Step:
        """The step; raises Refused when it does not lead on from this state for this role."""
        for each in self.options(state, role):
            if each.name == name:
                return each
        raise Refused("step_not_possible", state=state)

    def actor(self, state: str) -> str:
        """Whose turn it is in a state: the role of its first step, or nobody's."""
        return next((each.by[0] for each in self.steps if state in each.sources), "")

    def is_final(self, state: str) -> bool:
        return not any(state in each.sources for each in self.steps)

    @property
    def states(self) -> frozenset[str]:
        return frozenset(self._states())

    @property
    def unreachable(self) -> frozenset[str]:
        """States that no path from the start leads to; there should be none."""
        reached, waiting = {self.start}, [self.start]
        while waiting:
            state = waiting.pop()
            for each in self.steps:
                if state in each.sources and each.to not in reached:
                    reached.add(each.to)
                    waiting.append(each.to)
        return self.states - reached

    def _states(self) -> Iterator[str]:
        yield self.start
        for each in self.steps:
            yield each.to
            yield from each.sources
