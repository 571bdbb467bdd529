"""Records made ready for their tables, column by column: told apart, masked, classed and dated.

Nothing here asks the database, so that a process beside the one that writes can do it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from portal.core.masking import mask_text, mask_texts
from portal.core.remember import Remembered
from portal.records import law, rules

NO_ORIGINAL = "{}"
LONGEST_KEY, LONGEST_TITLE = 200, 300
# Where there is an original the other facts follow from it; a program that reads or checks the same
# original in another way changes READING, so that importing again brings every record up to date.
READING = "1"


class RecordFacts(NamedTuple):
    """One record as a source unit reports it; money in fen, dates as the document has them."""

    subject_code: str
    kind: str
    number: str
    title: str
    decided_on: date
    authority: str
    authority_code: str = ""
    summary: str = ""
    details: tuple[tuple[str, str], ...] = ()
    published_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    fine_fen: int | None = None
    record_class: str | None = None
    class_basis: str = ""
    performed_on: date | None = None
    repaired_on: date | None = None
    withdrawn_on: date | None = None
    publish_until: date | None = None
    override_authority: str = ""
    override_reason: str = ""
    override_until: date | None = None
    is_disputed: bool = False
    source_unit: str = ""
    source_code: str = ""
    original: str = NO_ORIGINAL
    # What the source calls the subject: compared at import, not stored.
    subject_name: str = ""
    row_number: int | None = None

    @property
    def key(self) -> str:
        """What tells decisions apart: document number and authority (rules.md R3.2)."""
        return _key(self.number, self.authority, self.authority_code)


_DEFAULTS = RecordFacts._field_defaults
PUBLICATION_FACTS = (
    "kind", "record_class", "decided_on", "published_on", "performed_on", "repaired_on",
    "withdrawn_on", "publish_until", "class_basis", "override_authority", "override_reason",
    "override_until",
)  # fmt: skip
PUBLICATION = ("record_class", "class_basis", "earliest_repair_on", "public_from", "public_until")


@dataclass(frozen=True, slots=True)
class ReadyRecords:
    """Records by column: every fact as it may be shown, and what follows from the facts.

    `details` is JSON already, in UTF-8 like the `original`. The `fingerprint` is equal when the
    source said the same.
    """

    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.columns["subject_code"])

    def __getitem__(self, name: str) -> Sequence[Any]:
        return self.columns[name]

    def pick(self, places: Sequence[int]) -> "ReadyRecords":
        """Some of them."""
        return ReadyRecords(
            {name: [cells[place] for place in places] for name, cells in self.columns.items()}
        )


def ready_rows(rows: Sequence[RecordFacts], today: date) -> ReadyRecords:
    """Make records ready that are given one by one."""
    told = dict(zip(RecordFacts._fields, zip(*rows, strict=True), strict=True))
    originals = [row.original.encode() for row in rows]
    marks = _fingerprints(told | {"original": originals})
    made: dict[str, Sequence[Any]] = {
        "details": list(map(_written, told["details"])),
        "original": originals,
        # The row number may move when a file grows; the record does not change by that.
        "fingerprint": [
            _hash(repr(tuple(row)[:-1]).encode()) if row.original == NO_ORIGINAL else mark
            for row, mark in zip(rows, marks, strict=True)
        ],
    }
    return make_ready(told | made, today)


def make_ready(told: Mapping[str, Sequence[Any]], today: date) -> ReadyRecords:
    """Make records ready that are given column by column; what no column says has its default.

    `details` and `original` are JSON in UTF-8. Publication is computed from the dated law data as
    of `today`; free text is masked.
    """
    count = len(told["subject_code"])
    facts = {name: told[name] if name in told else [_DEFAULTS[name]] * count
             for name in RecordFacts._fields}  # fmt: skip
    published = map(
        _PUBLISHED.__getitem__, zip(*(facts[name] for name in PUBLICATION_FACTS), repeat(today))
    )  # fmt: skip
    made = {
        "key": list(map(_key, facts["number"], facts["authority"], facts["authority_code"])),
        "fingerprint": told.get("fingerprint") or _fingerprints(facts),
        "title": [title[:LONGEST_TITLE] for title in _masked(facts["title"])],
        "summary": _masked(facts["summary"]),
        **dict(zip(PUBLICATION, zip(*published, strict=True), strict=True)),
    }
    return ReadyRecords(facts | made)


def _key(number: str, authority: str, authority_code: str) -> str:
    return f"{number}|{authority_code or authority}"[:LONGEST_KEY]


def _fingerprints(facts: Mapping[str, Sequence[Any]]) -> list[str]:
    told = zip(
        facts["subject_code"], facts["kind"], facts["record_class"], facts["class_basis"],
        facts["original"], strict=True,
    )  # fmt: skip
    return [
        _hash(f"{READING}\x1f{code}\x1f{kind}\x1f{record_class}\x1f{basis}\x1f".encode() + original)
        for code, kind, record_class, basis, original in told
    ]


def _hash(told: bytes) -> str:
    return sha256(told).hexdigest()[:32]


def _masked(texts: Iterable[str]) -> list[str]:
    texts = list(texts)
    different = list(set(texts))
    masked = dict(zip(different, mask_texts(different), strict=True))
    return list(map(masked.__getitem__, texts))


def _written(details: Sequence[tuple[str, str]]) -> bytes:
    """Labels and masked values as JSON."""
    return b"[%s]" % b",".join(_pair(label, mask_text(value)) for label, value in details)


def written_details(told: Sequence[tuple[str, Sequence[str]]], count: int) -> list[bytes]:
    """The same for many records: each label with the value of every record, empty where none."""
    columns = []
    for label, values in told:
        different = list(set(values))
        shown = zip(different, mask_texts(different), strict=True)
        pairs = {value: value and _pair(label, masked) for value, masked in shown}
        if pairs.keys() != {""}:
            columns.append(map(pairs.__getitem__, values))
    if not columns:
        return [b"[]"] * count
    return [b"[%s]" % b",".join(filter(None, each)) for each in zip(*columns, strict=True)]


def _pair(label: str, value: str) -> bytes:
    return f"[{encode_basestring(label)},{encode_basestring(value)}]".encode()


def publication(
    kind: str,
    record_class: Any,
    decided_on: date,
    published_on: date | None,
    performed_on: date | None,
    repaired_on: date | None,
    withdrawn_on: date | None,
    publish_until: date | None,
    class_basis: str,
    override_authority: str,
    override_reason: str,
    override_until: date | None,
    today: date,
) -> tuple[Any, ...]:
    """What follows from the facts PUBLICATION_FACTS, in the order of PUBLICATION."""
    override = None
    if override_until is not None:
        override = rules.Override(override_authority, override_reason, override_until)
    found = rules.publication(
        kind,
        record_class,
        decided_on,
        law=law.load(),
        today=today,
        published_on=published_on,
        performed_on=performed_on,
        repaired_on=repaired_on,
        withdrawn_on=withdrawn_on,
        publish_until=publish_until,
        override=override,
    )
    days = (found.earliest_repair_on, found.public_from, found.public_until)
    return (
        found.record_class,
        class_basis or found.class_basis,
        # Days that are equal become one, which is quicker to send and to store.
        *(day and _DAYS.setdefault(day, day) for day in days),
    )


_DAYS: dict[date, date] = {}
# A million rows have a few thousand different days and ends.
_PUBLISHED = Remembered[tuple[Any, ...], tuple[Any, ...]](lambda told: publication(*told))
