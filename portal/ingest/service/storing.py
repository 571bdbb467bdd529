"""The two places that rows go to, in one shape: subjects and records."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple, Protocol

from portal.ingest.rules.forms import Layout
from portal.ingest.service import lines
from portal.ingest.service.records import RecordBuilder
from portal.ingest.service.register import SubjectBuilder
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects

Columns = Sequence[Sequence[Any]]


class Stored(NamedTuple):
    """What became of some rows.

    `strangers` are records of subjects not on file, `misnamed` those under another subject's code.
    """

    added: int
    changed: int
    unchanged: int
    strangers: Sequence[Any] = ()
    misnamed: Sequence[Any] = ()
    # Each with the fact of the form that is wrong, the rule and the sentence.
    refused: Sequence[tuple[Any, str, str, str]] = ()


class Store(Protocol):
    """Where the rows of a form go."""

    key_place: int
    name_place: int
    contradiction: str

    def build(
        self, columns: Columns, cells: Sequence[Sequence[str]], numbers: Sequence[int], /
    ) -> Sequence[Any]: ...
    def key(self, facts: Any) -> Hashable: ...
    def told_key(self, facts: Any) -> str: ...
    def is_stored(self, facts: Any) -> bool: ...
    def store(self, rows: Sequence[Any]) -> Stored: ...


class SubjectStore:
    contradiction = "同一文件中已有同一代码而内容不同的行；请核对后只保留一行。"

    def __init__(self, layout: Layout) -> None:
        self.build = SubjectBuilder(layout).build
        self.key_place = layout.form.place("subject_code") or 0
        self.name_place = layout.form.place("name") or 0

    def key(self, facts: subjects.SubjectFacts) -> Hashable:
        return facts.code

    def told_key(self, facts: subjects.SubjectFacts) -> str:
        return facts.code

    def is_stored(self, facts: subjects.SubjectFacts) -> bool:
        return subjects.is_stored(facts)

    def store(self, rows: Sequence[subjects.SubjectFacts]) -> Stored:
        counts = subjects.store(rows)
        if counts.changed:
            scenarios.renew([facts.code for facts in rows])
        return Stored(counts.added, counts.changed, counts.unchanged)


class RecordStore:
    contradiction = (
        "同一文件中已有同一文书号、同一机关、同一主体而内容不同的行；请核对后只保留一行。"
    )

    def __init__(self, layout: Layout, kind: str | None, batch_id: int) -> None:
        self.build = RecordBuilder(layout, kind).build
        self.key_place = layout.form.place("number") or 0
        self.name_place = layout.form.place("name") or 0
        self.batch_id = batch_id

    def key(self, facts: records.RecordFacts) -> Hashable:
        return facts.subject_code, facts.kind, facts.number, facts.authority_code or facts.authority

    def told_key(self, facts: records.RecordFacts) -> str:
        return facts.number

    def is_stored(self, facts: records.RecordFacts) -> bool:
        return records.is_stored(facts)

    def store(self, rows: Sequence[records.RecordFacts]) -> Stored:
        wrong = subjects.misnamed({(facts.subject_code, facts.subject_name) for facts in rows})
        misnamed: list[records.RecordFacts] = []
        if wrong:
            misnamed = [each for each in rows if (each.subject_code, each.subject_name) in wrong]
            rows = [each for each in rows if (each.subject_code, each.subject_name) not in wrong]
        counts = records.store(rows, batch_id=self.batch_id)
        return Stored(counts.added, counts.changed, counts.unchanged, counts.strangers, misnamed)


class LineStore:
    contradiction = "同一文件中已有同一对象同一日期而内容不同的行；请核对后只保留一行。"

    def __init__(self, layout: Layout, kind: str, actor: str) -> None:
        self.lines = lines.KINDS[kind]
        self.build = lines.build(self.lines, layout)
        self.place = layout.form.place
        self.key_place = self.place(self.lines.key[0]) or 0
        self.name_place = self.place("subject_name") or 0
        self.actor = actor
        self.told: dict[Hashable, Any] = {}

    def key(self, facts: Any) -> Hashable:
        return lines.key_of(self.lines, facts)

    def told_key(self, facts: Any) -> str:
        return str(getattr(facts, self.lines.key[0]))

    def is_stored(self, facts: Any) -> bool:
        return bool(self.told.get(self.key(facts)) == facts[:-1])

    def store(self, rows: Sequence[Any]) -> Stored:
        self.told |= {self.key(row): row[:-1] for row in rows}
        good, strangers, misnamed = (
            lines.sorted_out(rows) if self.lines.has_subjects else (list(rows), [], [])
        )
        counts, problems = self.lines.put(good, self.actor)
        return Stored(*counts, strangers, misnamed, problems)
