"""The two places that rows go to, in one shape: subjects and records."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import filterfalse
from typing import Any, NamedTuple, Protocol

from portal.core import clock
from portal.core.remember import MOST
from portal.core.text import N_
from portal.ingest.rules.forms import Layout
from portal.ingest.service import lines
from portal.ingest.service.records import RecordBuilder
from portal.ingest.service.register import SubjectBuilder
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects

Columns = Sequence[Sequence[Any]]
# In place of a subject: there is none with the code, or another has it.
STRANGER, MISNAMED = 0, -1
NOTHING_PUT = records.Put(range(0))
TOLD_OF_SUBJECT = ("subject_code", "subject_name")


class Stored(NamedTuple):
    """What became of some rows.

    `strangers` are rows of subjects not on file, by number and code; `misnamed` those under
    another subject's code, by number and name.
    """

    added: int
    changed: int
    unchanged: int
    strangers: Sequence[tuple[int, str]] = ()
    misnamed: Sequence[tuple[int, str]] = ()
    # Each with the fact of the form that is wrong, the rule and the sentence.
    refused: Sequence[tuple[Any, str, str, str]] = ()


class Store(Protocol):
    """Where the rows of a form go."""

    key_place: int
    name_place: int
    contradiction: str
    # Whether `store` only looks up and gathers, so that nobody need wait for it.
    is_gathering: bool

    def build(
        self, columns: Columns, cells: Sequence[Sequence[str]], numbers: Sequence[int], /
    ) -> Any: ...
    def keys(self, rows: Any, /) -> Iterable[Hashable]: ...
    def pick(self, rows: Any, places: Sequence[int], /) -> Any: ...
    def store(self, rows: Any, /) -> Stored: ...
    def put(self, batch_id: int, /) -> records.Put: ...
    def forget(self) -> None: ...

    # Of a single row.
    def told_key(self, row: Any, /) -> str: ...
    def is_stored(self, row: Any, /) -> bool: ...


class SubjectStore:
    is_gathering = False
    contradiction = N_("同一文件中已有同一代码而内容不同的行；请核对后只保留一行。")

    def __init__(self, layout: Layout) -> None:
        self.build = SubjectBuilder(layout).build
        self.key_place = layout.form.place("subject_code") or 0
        self.name_place = layout.form.place("name") or 0

    def keys(self, rows: Sequence[subjects.SubjectFacts]) -> Iterable[Hashable]:
        return (facts.code for facts in rows)

    def pick(
        self, rows: Sequence[subjects.SubjectFacts], places: Sequence[int]
    ) -> Sequence[subjects.SubjectFacts]:
        return [rows[place] for place in places]

    def told_key(self, row: Sequence[subjects.SubjectFacts]) -> str:
        return row[0].code

    def is_stored(self, row: Sequence[subjects.SubjectFacts]) -> bool:
        return subjects.is_stored(row[0])

    def store(self, rows: Sequence[subjects.SubjectFacts]) -> Stored:
        counts = subjects.store(rows)
        if counts.changed:
            scenarios.renew([facts.code for facts in rows])
        return Stored(counts.added, counts.changed, counts.unchanged)

    def put(self, _batch_id: int) -> records.Put:
        return NOTHING_PUT

    def forget(self) -> None:
        return


class RecordStore:
    is_gathering = True
    contradiction = N_(
        "同一文件中已有同一文书号、同一机关、同一主体而内容不同的行；请核对后只保留一行。"
    )

    def __init__(self, layout: Layout, kind: str | None, storing: records.Storing) -> None:
        self.build = RecordBuilder(layout, kind, clock.today()).build
        self.key_place = layout.form.place("number") or 0
        self.name_place = layout.form.place("name") or 0
        self.storing = storing
        # The subjects that pairs of code and name are about, which repeat from row to row.
        self.found: dict[tuple[str, str], int] = {}

    def keys(self, rows: records.ReadyRecords) -> Iterable[Hashable]:
        return zip(rows["subject_code"], rows["kind"], rows["key"], strict=True)

    def pick(self, rows: records.ReadyRecords, places: Sequence[int]) -> records.ReadyRecords:
        return rows.pick(places)

    def told_key(self, row: records.ReadyRecords) -> str:
        return str(row["number"][0])

    def is_stored(self, row: records.ReadyRecords) -> bool:
        return self.storing.is_taken(row)

    def store(self, rows: records.ReadyRecords) -> Stored:
        numbers, codes, names = (rows[name] for name in ("row_number", *TOLD_OF_SUBJECT))
        told = list(zip(codes, names, strict=True))
        self._find(told)
        ids = list(map(self.found.__getitem__, told))
        if min(ids) > 0:
            counts = self.storing.take(rows, ids)
            return Stored(counts.added, counts.changed, counts.unchanged)
        good = [place for place, id_ in enumerate(ids) if id_ > 0]
        stored = self.store(rows.pick(good)) if good else Stored(0, 0, 0)
        strangers = [(numbers[place], codes[place]) for place, id_ in enumerate(ids)
                     if id_ == STRANGER]  # fmt: skip
        misnamed = [(numbers[place], names[place]) for place, id_ in enumerate(ids)
                    if id_ == MISNAMED]  # fmt: skip
        return stored._replace(strangers=strangers, misnamed=misnamed)

    def _find(self, told: Sequence[tuple[str, str]]) -> None:
        """Look up the subjects that were not met lately."""
        asked = set(filterfalse(self.found.__contains__, told))
        if len(self.found) + len(asked) > MOST:
            self.found, asked = {}, set(told)
        self.found |= dict.fromkeys(asked, STRANGER)
        self.found |= {
            pair: named.subject_id if named.is_named else MISNAMED
            for pair, named in subjects.named(asked).items()
        }

    def put(self, batch_id: int) -> records.Put:
        """Put everything on file that was gathered."""
        return self.storing.put(batch_id=batch_id)

    def forget(self) -> None:
        """Let go of what was gathered."""
        self.storing.forget()


class LineStore:
    is_gathering = False
    contradiction = N_("同一文件中已有同一对象同一日期而内容不同的行；请核对后只保留一行。")

    def __init__(self, layout: Layout, kind: str, actor: str) -> None:
        self.lines = lines.KINDS[kind]
        self.build = lines.build(self.lines, layout)
        self.place = layout.form.place
        self.key_place = self.place(self.lines.key[0]) or 0
        self.name_place = self.place("subject_name") or 0
        self.actor = actor
        self.told: dict[Hashable, Any] = {}

    def keys(self, rows: Sequence[Any]) -> Iterable[Hashable]:
        return (lines.key_of(self.lines, row) for row in rows)

    def pick(self, rows: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
        return [rows[place] for place in places]

    def told_key(self, row: Sequence[Any]) -> str:
        return str(getattr(row[0], self.lines.key[0]))

    def is_stored(self, row: Sequence[Any]) -> bool:
        return bool(self.told.get(lines.key_of(self.lines, row[0])) == row[0][:-1])

    def store(self, rows: Sequence[Any]) -> Stored:
        self.told |= {lines.key_of(self.lines, row): row[:-1] for row in rows}
        if not self.lines.has_subjects:
            counts, problems = self.lines.put(rows, self.actor)
            return Stored(*counts, refused=problems)
        found = lines.sorted_out(rows)
        counts, problems = self.lines.put(found.good, self.actor)
        strangers = [(row.row_number, row.subject_code) for row in found.strangers]
        misnamed = [(row.row_number, row.subject_name) for row in found.misnamed]
        return Stored(*counts, strangers, misnamed, problems)

    def put(self, _batch_id: int) -> records.Put:
        return NOTHING_PUT

    def forget(self) -> None:
        return
