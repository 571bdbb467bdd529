"""At the desk a step that can be taken is an order, one that was taken says what happened."""

from collections.abc import Iterator, Mapping

import pytest

from portal.cases.rules import ACTIONS as OF_ALL
from portal.cases.rules import STEP_WORDS as TAKEN_BY_ALL
from portal.commitments import rules as commitments
from portal.complaints.rules import workflow as complaints
from portal.core.workflow import Workflow
from portal.objections import rules as objections
from portal.repair import rules as repair
from portal.web import i18n

STAFF = ("clerk", "reviewer", "provider")
TABLES: dict[str, tuple[Workflow, Mapping[str, str], Mapping[str, str]]] = {
    "repair": (
        repair.WORKFLOW, {**OF_ALL, **repair.ACTIONS}, {**TAKEN_BY_ALL, **repair.STEP_WORDS},
    ),
    "objection": (
        objections.WORKFLOW, {**OF_ALL, **objections.ACTIONS},
        {**TAKEN_BY_ALL, **objections.STEP_WORDS},
    ),
    "commitment": (commitments.WORKFLOW, commitments.ACTIONS, commitments.STEP_WORDS),
    **{
        kind: (
            complaints.workflow_of(kind, is_held=True), {**OF_ALL, **complaints.ACTIONS},
            {**TAKEN_BY_ALL, **complaints.STEP_WORDS},
        )
        for kind in ("concern", "default")
    },
}  # fmt: skip


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with i18n.speaking(request.param):
        yield request.param


@pytest.mark.parametrize("kind", TABLES)
def test_what_staff_may_do_is_not_called_what_was_done(kind: str, language: str) -> None:
    workflow, actions, taken = TABLES[kind]
    for step in workflow.steps:
        if set(step.by) & set(STAFF):
            assert i18n.translate(actions[step.name]) != i18n.translate(taken[step.name])


@pytest.mark.parametrize("kind", TABLES)
def test_no_two_steps_that_can_be_chosen_from_are_called_the_same(kind: str, language: str) -> None:
    workflow, actions, _taken = TABLES[kind]
    for state in workflow.states:
        for role in STAFF:
            words = [i18n.translate(actions[each.name]) for each in workflow.options(state, role)]
            assert len(set(words)) == len(words), (state, role)


@pytest.mark.parametrize("kind", TABLES)
def test_actions_begin_with_a_verb_that_orders(kind: str) -> None:
    """No English action begins with a participle, as “Accepted”, “Sent back” and “Given” do."""
    workflow, actions, _taken = TABLES[kind]
    with i18n.speaking("en"):
        for step in workflow.steps:
            if set(step.by) & set(STAFF):
                first = i18n.translate(actions[step.name]).split()[0]
                assert not first.endswith("ed"), step.name
                assert first not in {"Sent", "Given", "Put", "The", "Result", "Material"}, step.name


def test_no_action_is_left_that_staff_cannot_take() -> None:
    for workflows, actions in (
        ([repair.WORKFLOW], repair.ACTIONS), ([objections.WORKFLOW], objections.ACTIONS),
        ([commitments.WORKFLOW], commitments.ACTIONS),
        ([complaints.workflow_of(kind, is_held=True) for kind in complaints.TABLES],
         complaints.ACTIONS),
    ):  # fmt: skip
        of_staff = {
            step.name for each in workflows for step in each.steps if set(step.by) & set(STAFF)
        }
        assert actions.keys() <= of_staff
