"""What is stored bit by bit ends up in one place, and is found before and after."""

import pytest
from sqlalchemy import text

from portal.core import db
from portal.subjects import jobs, service
from portal.subjects.service import SubjectFacts, merging
from tests.factories import make_code

pytestmark = pytest.mark.usefixtures("app")

MANY = 60


@pytest.fixture(autouse=True)
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "_settled", None)


def store(*names: str) -> None:
    """Each name by itself, as people change registers."""
    for name in names:
        service.store([SubjectFacts(code=make_code(), name=name, kind="enterprise")])
        db.session.commit()


def merge() -> int:
    """How many turns a worker needs."""
    turns = 0
    while merging.merge():
        db.session.commit()
        turns += 1
    return turns


def places() -> int:
    """In how many places of SQLite's index a question must look."""
    counted = text("SELECT count(DISTINCT segid) FROM name_index_idx")
    found = db.session.scalar(counted) if db.is_sqlite() else 1
    db.session.rollback()
    return found


def found(query: str) -> list[str]:
    return [hit.name for page in (1, 2, 3) for hit in service.search(query, page=page).hits]


def test_what_is_stored_bit_by_bit_is_found_the_same_after_it_was_merged() -> None:
    store(*(f"虚构县{number}号合并花店" for number in range(MANY)))
    before = found("合并花店")
    assert merge() > 0
    assert places() <= 3
    assert found("合并花店") == before
    assert len(before) == MANY


def test_names_that_are_gone_stay_gone_when_the_index_is_merged() -> None:
    code = make_code()
    for name in ("虚构县旧名花店", "虚构县新名花店"):
        service.store([SubjectFacts(code=code, name=name, kind="enterprise")])
        db.session.commit()
    store(*(f"虚构县{number}号花店" for number in range(20)))
    merge()
    assert [hit.matched_kind for hit in service.search("旧名").hits] == ["former"]
    assert [hit.matched_kind for hit in service.search("新名").hits] == ["registered"]


def test_nothing_is_looked_for_again_until_a_name_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store(*(f"虚构县{number}号花店" for number in range(20)))
    merge()
    asked: list[bool] = []
    monkeypatch.setattr(merging, "_merged", lambda: asked.append(True))
    monkeypatch.setattr(merging, "_CLEAN", text("SELECT 0"))
    assert merging.merge() == 0
    assert not asked
    store("虚构县又一家花店")
    assert merging.merge() == 0
    assert len(asked) == db.is_sqlite()


def test_a_worker_merges_on_its_rounds() -> None:
    assert merging.merge in jobs.SWEEPS
