"""The daily files: made by a job, in parts, so that no part has to fit twice in memory."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, or_, select

from portal.core import clock, revision, storage
from portal.core.cells import defused
from portal.core.db import session
from portal.opendata import rules
from portal.opendata.models import DataFile
from portal.opendata.service.answers import told_entry, told_record, told_subject
from portal.opendata.service.promised import every_commitment, every_promise
from portal.records.models import Record
from portal.records.service import is_public_on
from portal.scenarios import service as scenarios
from portal.subjects.models import Subject, SubjectName

PART_ROWS = 100_000
CHUNK = 2_000
# When something was taken from the public in between, the files are made again, but not oftener.
PAUSE = timedelta(hours=1)


@dataclass
class _Part:
    """A part being written, in both forms."""

    fields: Sequence[rules.Field]
    rows: int = 0
    csv: io.StringIO = field(default_factory=io.StringIO)
    jsonl: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        # Spreadsheets take a file for UTF-8 only when it begins with this mark.
        self.csv.write("\ufeff")
        self.writer = csv.writer(self.csv, lineterminator="\r\n")
        self.writer.writerow([each.name for each in self.fields])

    def add(self, told: dict[str, Any]) -> None:
        self.rows += 1
        self.writer.writerow([defused(rules.cell(told[each.name])) for each in self.fields])
        self.jsonl.write(json.dumps(told, ensure_ascii=False) + "\n")

    def text(self, form: str) -> str:
        return (self.csv if form == "csv" else self.jsonl).getvalue()


def make_files(part_rows: int = PART_ROWS) -> int:
    """Make today's edition and let go of all but the one before it; returns how many files."""
    made_at, day = clock.now(), clock.today()
    old = set(session.scalars(select(DataFile.sha256).where(DataFile.made_at < _newest())))
    session.execute(
        delete(DataFile).where(or_(DataFile.made_at < _newest(), DataFile.made_at == made_at))
    )
    count = 0
    sources = {"subjects": _subjects(), "records": _records(day), "grades": _grades(),
               "commitments": every_commitment(), "promises": every_promise()}  # fmt: skip
    for dataset, fields in rules.DATASETS.items():
        for number, part in enumerate(_parts(sources[dataset], fields, part_rows), 1):
            for form in rules.FORMS:
                _keep(part, form, f"{dataset}-{number}.{form}", dataset, made_at, day)
                count += 1
    session.flush()
    for key in old - set(session.scalars(select(DataFile.sha256))):
        storage.delete(key)
    revision.bump()
    return count


def _newest() -> datetime:
    """When the newest edition was made; long ago while there is none."""
    found = session.scalar(select(func.max(DataFile.made_at)))
    return found or datetime.min.replace(tzinfo=clock.CITY, year=2)


def _keep(part: _Part, form: str, name: str, dataset: str, made_at: datetime, day: date) -> None:
    data = part.text(form).encode()
    session.add(
        DataFile(
            made_at=made_at,
            day=day,
            name=name,
            dataset=dataset,
            form=form,
            rows=part.rows,
            size=len(data),
            sha256=storage.put(data),
        )
    )


def _parts(
    source: Iterator[dict[str, Any]], fields: Sequence[rules.Field], size: int
) -> Iterator[_Part]:
    """The rows in parts; an empty dataset is one part with its heading."""
    part = _Part(fields)
    for told in source:
        if part.rows == size:
            yield part
            part = _Part(fields)
        part.add(told)
    yield part


def current() -> list[DataFile]:
    """The files of the newest edition, in the order of their names."""
    newest = session.scalar(select(func.max(DataFile.made_at)))
    query = select(DataFile).where(DataFile.made_at == newest).order_by(DataFile.id)
    return list(session.scalars(query))


def contents(name: str) -> tuple[DataFile, bytes] | None:
    """One file of the newest edition and its bytes."""
    found = next((each for each in current() if each.name == name), None)
    if found is None:
        return None
    try:
        return found, storage.get(found.sha256)
    except storage.Missing:
        return None


def is_behind() -> bool:
    """Whether the files show what the public may not see any more, and may be made again."""
    newest = session.scalar(select(func.max(DataFile.made_at)))
    if newest is None:
        return True
    if clock.now() - newest < PAUSE:
        return False
    today = clock.today()
    gone = (
        select(Record.id)
        .where(
            Record.updated_at > newest,
            or_(
                Record.public_from.is_(None),
                Record.public_from > today,
                Record.public_until <= today,
            ),
        )
        .limit(1)
    )
    return session.scalar(gone) is not None


def _subjects() -> Iterator[dict[str, Any]]:
    last = 0
    while found := session.execute(_SUBJECTS.where(Subject.id > last).limit(CHUNK)).all():
        ids = [row.id for row in found]
        names = session.execute(_NAMES.where(SubjectName.subject_id.in_(ids))).all()
        by_id = {
            id_: [(name.kind, name.text) for name in group]
            for id_, group in groupby(names, lambda name: name.subject_id)
        }
        for row in found:
            yield told_subject(row, by_id.get(row.id, ()))
        last = found[-1].id


_SUBJECTS = select(
    Subject.id, Subject.code, Subject.name, Subject.kind, Subject.status, Subject.registered_on,
    Subject.ended_on, Subject.area_code, Subject.address, Subject.scope, Subject.source_unit,
    Subject.updated_at,
).order_by(Subject.id)  # fmt: skip
_NAMES = select(SubjectName.subject_id, SubjectName.kind, SubjectName.text).order_by(
    SubjectName.subject_id, SubjectName.rank
)


def _records(day: date) -> Iterator[dict[str, Any]]:
    last = 0
    query = _RECORDS.where(is_public_on()).limit(CHUNK)
    while found := session.execute(query.where(Record.id > last), {"today": day}).all():
        for row in found:
            yield told_record(row, row.code)
        last = found[-1].id


_RECORDS = (
    select(
        Record.id, Record.kind, Record.title, Record.summary, Record.number, Record.details,
        Record.decided_on, Record.valid_from, Record.valid_until, Record.record_class,
        Record.public_from, Record.public_until, Record.earliest_repair_on, Record.is_disputed,
        Record.authority, Record.source_unit, Record.updated_at, Subject.code,
    )
    .join(Subject, Subject.id == Record.subject_id)
    .order_by(Record.id)
)  # fmt: skip


def _grades() -> Iterator[dict[str, Any]]:
    for slug, rule in scenarios.rules().items():
        for entry in scenarios.every_entry(slug, scenarios.Filters()):
            yield told_entry(entry, rule)


def manifest(site_url: str) -> dict[str, Any]:
    """The newest edition with its checksums and its licence."""
    names = ("name", "dataset", "form", "rows", "size", "sha256")
    told = [
        {**{name: getattr(each, name) for name in names}, "day": each.day.isoformat(),
         "url": f"{site_url}/data/{each.name}"}
        for each in current()
    ]  # fmt: skip
    return {"licence": rules.LICENCE, "licence_en": rules.LICENCE_EN, "files": told}
