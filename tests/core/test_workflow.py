"""Tables of steps: what leads where, for whom."""

import pytest

from portal.core.errors import Refused
from portal.core.workflow import Workflow, step

DOOR = Workflow(
    "shut",
    (
        step("open", "shut", to="open", by="guest host"),
        step("close", "open", to="shut", by="host"),
        step("wall_up", "shut", to="walled", by="host", needs_note=True),
    ),
)


def test_a_step_leads_on_for_those_whom_the_table_names() -> None:
    assert DOOR.take("open", "shut", "guest").to == "open"
    assert [each.name for each in DOOR.options("shut", "host")] == ["open", "wall_up"]


@pytest.mark.parametrize(("name", "state", "role"), [
    ("close", "open", "guest"), ("close", "shut", "host"), ("burn", "shut", "host"),
])  # fmt: skip
def test_no_other_step_is_taken(name: str, state: str, role: str) -> None:
    with pytest.raises(Refused) as refused:
        DOOR.take(name, state, role)
    assert refused.value.reason == "step_not_possible"


def test_the_table_says_whose_turn_it_is_and_where_it_ends() -> None:
    assert [DOOR.actor(state) for state in ("shut", "open", "walled")] == ["guest", "host", ""]
    assert DOOR.is_final("walled")
    assert not DOOR.is_final("shut")


def test_states_that_nothing_leads_to_are_found() -> None:
    assert DOOR.unreachable == frozenset()
    lost = Workflow("shut", (*DOOR.steps, step("enter", "attic", to="open", by="host")))
    assert lost.unreachable == {"attic"}
