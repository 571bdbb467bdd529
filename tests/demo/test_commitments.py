"""The demo shows a commitment in every state, each by its real way."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.commitments import rules
from portal.commitments.models import Ask, Commitment
from portal.core import db
from portal.demo import commitments, people
from portal.demo.rules import SHOWCASE
from tests.factories import make_subject


@pytest.fixture
def signed(app: Flask) -> list[Commitment]:
    """The showcase's subjects, the people of the demo, and what they signed."""
    for shown in SHOWCASE:
        make_subject(shown.name, code=shown.code)
    people.settle()
    commitments.sign()
    db.session.commit()
    return list(db.session.scalars(select(Commitment)))


@pytest.mark.limit(20)
def test_every_state_is_shown(signed: list[Commitment]) -> None:
    assert {each.standing for each in signed} == set(rules.STATES)


@pytest.mark.limit(20)
def test_every_kind_is_shown_and_a_person_stays_private(signed: list[Commitment]) -> None:
    assert {each.kind for each in signed} == set(rules.KINDS)
    assert [each.is_public for each in signed if each.subject_id is None] == [False]


@pytest.mark.limit(20)
def test_a_decision_speaks_of_its_own_commitment(signed: list[Commitment]) -> None:
    told = {each.state: each.decision for each in signed if each.decision}
    assert told["kept"] == commitments.KEPT
    assert told["partly_kept"] == commitments.NOT_ALL


@pytest.mark.limit(20)
def test_a_department_has_asked_a_list(signed: list[Commitment]) -> None:
    asks: list[Any] = list(db.session.scalars(select(Ask)))
    assert len(asks) == 2 * len(commitments.ASKED)
    assert any(each.told for each in asks)
