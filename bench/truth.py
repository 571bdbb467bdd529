"""Goal 3: what a reader sees after each write, over a served portal and a writer beside it."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench import data
from bench.figures import Figure
from bench.servers import get, granian

SUBJECTS = 200


def run(operations: int, database_url: str | None = None) -> list[Figure]:
    """Half of `operations` write, half read; every answer must show the last write."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        url = database_url or data.url(Path(folder) / "truth.sqlite")
        kind = url.partition(":")[0].partition("+")[0]
        stale = _stale(url, operations // 2)
    return [
        Figure(f"stale answers in {operations:,} reads and writes, {kind}", stale, "", "== 0"),
    ]


def _stale(url: str, rounds: int) -> int:
    from portal.core import db
    from portal.demo import service as demo

    app = data.migrate(url)
    # Parts that answered pages in this process left the session reading.
    db.reads_only.set(False)
    with app.app_context():
        demo.build(SUBJECTS, seed=1, progress=lambda _count: None)
        db.session.commit()
        with granian("wsgi:app", {"DATABASE_URL": url}) as server:
            wrong = 0
            for path, word, is_shown in writes(rounds):
                answer = get(server.port, path)
                assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
                wrong += (word.encode() in answer) is not is_shown
        db.session.remove()
    return wrong


def writes(rounds: int, first: int = 0) -> Iterator[tuple[str, str, bool]]:
    """Each write, then: the page to look at, a word, whether it must stand there."""
    from sqlalchemy import select

    from portal.core import clock, db
    from portal.records import service as records
    from portal.subjects.models import Subject

    codes = db.session.scalars(select(Subject.code).order_by(Subject.id)).all()[-50:]
    today = clock.today()
    base = records.RecordFacts(
        subject_code="", kind="penalty", number="", title="", decided_on=today - timedelta(1),
        authority="测速用机关", record_class="general",
    )  # fmt: skip
    for number in range(first, first + rounds):
        code = codes[number // 4 % len(codes)]
        step = number % 4
        facts = base._replace(
            subject_code=code, number=f"第{number // 4}号", title=f"第{number}次所写",
            is_disputed=step == 2,
        )  # fmt: skip
        if step < 3:
            records.store([facts])
            db.session.commit()
            yield f"/subjects/{code}", facts.title, True
        else:
            _repair(facts.number)
            yield f"/subjects/{code}", f"第{number - 1}次所写", False


def _repair(number: str) -> None:
    from sqlalchemy import select

    from portal.core import clock, db
    from portal.records import service as records
    from portal.records.models import Record

    record_id = db.session.scalars(select(Record.id).where(Record.number == number)).one()
    records.repair(record_id, on=clock.today(), actor="bench")
    db.session.commit()
