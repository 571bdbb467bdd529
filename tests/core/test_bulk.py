"""Many rows at once: what they have in common and what not comes back as it was."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.core import bulk, db
from portal.core.remember import once_each
from portal.records.models import RecordOriginal
from tests.factories import make_record, make_subject

pytestmark = pytest.mark.usefixtures("app")


def originals(text: Any, number: Any, count: int) -> list[tuple[str, int | None]]:
    """What stands in the table after rows with these cells were stored."""
    subject = make_subject()
    ids = [make_record(subject).id for _ in range(2)]
    db.session.query(RecordOriginal).delete()
    first = ids[0] * 1000
    db.session.connection().exec_driver_sql(
        "PRAGMA defer_foreign_keys = ON" if db.is_sqlite()
        else "ALTER TABLE record_original DROP CONSTRAINT fk_record_original_record_id_record"
    )  # fmt: skip
    columns = {
        "record_id": range(first, first + count),
        "row": [text(place) for place in range(count)],
        "row_number": [number(place) for place in range(count)],
    }
    bulk.insert_columns(RecordOriginal, columns)
    found = db.session.execute(
        select(RecordOriginal.row, RecordOriginal.row_number).order_by(RecordOriginal.record_id)
    )
    return [(row, number) for row, number in found]


@pytest.mark.parametrize("count", [1, 99, 150])
@pytest.mark.parametrize("text", ["", "it's “so”", "?", "100%s", "\\"])
def test_rows_that_are_all_alike_come_back_as_they_were(text: str, count: int) -> None:
    assert originals(lambda _place: text, lambda _place: 7, count) == [(text, 7)] * count


def test_rows_whose_ends_are_alike_keep_what_differs_between() -> None:
    told = originals(lambda place: str(place % 149), lambda place: None if place else 1, 150)
    assert told == [(str(place % 149), None if place else 1) for place in range(150)]


def test_a_text_with_a_nul_is_stored_whole_where_it_can_be() -> None:
    if not db.is_sqlite():
        pytest.skip("PostgreSQL takes no NUL")
    assert originals(lambda _place: "a\0b", lambda _place: 1, 150) == [("a\0b", 1)] * 150


def test_no_values_are_among_anything_and_thousands_are_found() -> None:
    subject = make_subject()
    ids = {make_record(subject).id for _ in range(3)}
    ask = select(RecordOriginal.record_id)
    assert db.session.scalars(ask.where(bulk.among(RecordOriginal.record_id, []))).all() == []
    among = bulk.among(RecordOriginal.record_id, list(range(max(ids) + 3000)))
    assert set(db.session.scalars(ask.where(among))) == ids


@pytest.mark.parametrize("cells", [["a"] * 5, ["a", "b", "c"], []])
def test_work_is_done_once_for_cells_that_repeat(cells: list[str]) -> None:
    done: list[str] = []

    def work(cell: str) -> str:
        done.append(cell)
        return cell * 2

    assert once_each(work, cells) == [cell * 2 for cell in cells]
    assert sorted(done) == sorted(set(cells))
