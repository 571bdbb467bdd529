"""Storing subjects: new ones, changed ones, and every name each is known by."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.engine import Connection

from portal.core import bulk, clock, db, revision
from portal.core.db import session
from portal.core.masking import mask_text
from portal.subjects.models import Subject, SubjectName
from portal.subjects.rules import names
from portal.subjects.rules.frequent import Name
from portal.subjects.service import frequent

CHUNK = 500
_SUBJECT = (1 << 48) - 1
# Marks a token that is no part of a name; no normalised name has it.
FILTER = "§"


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What a register says of one subject. The code must be valid and normalised."""

    code: str
    name: str
    kind: str
    status: str = "active"
    legal_representative: str = ""
    registered_on: date | None = None
    ended_on: date | None = None
    capital: str = ""
    scope: str = ""
    address: str = ""
    area_code: str | None = None
    industry: str = ""
    authority: str = ""
    source_unit: str = ""
    former_names: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(slots=True)
class Counts:
    """What became of the rows of one storing."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


FACT_COLUMNS = (
    "code", "name", "kind", "status", "legal_representative", "registered_on", "ended_on",
    "capital", "scope", "address", "area_code", "industry", "authority", "source_unit",
)  # fmt: skip
SUBJECT_COLUMNS = ("id", *FACT_COLUMNS, "updated_at", "fingerprint")
_every_value = attrgetter(*(field.name for field in fields(SubjectFacts)))
NAME_COLUMNS = ("rank", "subject_id", "kind", "text", "normalised", "initials", "pinyin")

_NAMES_OF = frequent.NAMES.where(SubjectName.subject_id == bindparam("subject_id"))
_EXISTING = select(Subject.code, Subject.id, Subject.fingerprint, Subject.name).where(
    Subject.code.in_(bindparam("codes", expanding=True))
)

_UNINDEX = text(
    "INSERT INTO name_index (name_index, rowid, tokens) VALUES ('delete', :rank, :tokens)"
)


def store(rows: Iterable[SubjectFacts]) -> Counts:
    """Insert or update subjects by code; a changed registered name stays findable as a former one.

    Free text is masked before it is stored (rules.md R4.1).
    """
    counts = Counts()
    chunk: dict[str, SubjectFacts] = {}
    for row in rows:
        chunk[row.code] = row
        if len(chunk) == CHUNK:
            _store_chunk(chunk, counts)
            chunk = {}
    _store_chunk(chunk, counts)
    if counts.added or counts.changed:
        revision.bump()
    return counts


def _store_chunk(chunk: dict[str, SubjectFacts], counts: Counts) -> None:
    if not chunk:
        return
    known = {row.code: row for row in session.execute(_EXISTING, {"codes": list(chunk)})}
    new, name_rows, removed = [], [], []
    for code, facts in chunk.items():
        fingerprint = _fingerprint(facts)
        if code not in known:
            new.append((facts, fingerprint))
        elif known[code].fingerprint == fingerprint:
            counts.unchanged += 1
        else:
            changed, gone = _change(known[code], facts, fingerprint)
            name_rows += changed
            removed += gone
            counts.changed += 1
    name_rows += _add(new)
    counts.added += len(new)
    if name_rows:
        stored = [Name(row[0], row[2], names.NameColumns(*row[4:7])) for row in name_rows]
        frequent.keep(stored, removed)


def is_stored(facts: SubjectFacts) -> bool:
    """Whether exactly these facts are on file already."""
    mark = session.scalar(select(Subject.fingerprint).where(Subject.code == facts.code))
    return mark == _fingerprint(facts)


def _fingerprint(facts: SubjectFacts) -> str:
    return hashlib.blake2b(repr(_every_value(facts)).encode(), digest_size=16).hexdigest()


def _masked(facts: SubjectFacts) -> SubjectFacts:
    return replace(facts, scope=mask_text(facts.scope), address=mask_text(facts.address))


def _add(new: Sequence[tuple[SubjectFacts, str]]) -> list[tuple[Any, ...]]:
    """Store new subjects; returns the rows of their names."""
    if not new:
        return []
    first = bulk.reserve("subject", len(new))
    now = clock.now()
    rows: list[tuple[Any, ...]] = []
    name_rows: list[tuple[Any, ...]] = []
    for subject_id, (facts, fingerprint) in enumerate(new, first):
        masked = _masked(facts)
        values = [getattr(masked, column) for column in FACT_COLUMNS]
        rows.append((subject_id, *values, now, fingerprint))
        name_rows += _name_rows(subject_id, facts)
    bulk.insert(Subject, SUBJECT_COLUMNS, rows)
    bulk.insert(SubjectName, NAME_COLUMNS, name_rows)
    index_names(
        session.connection(), ((row[0], _tokens(row, new[row[1] - first][0])) for row in name_rows)
    )
    return name_rows


def _change(
    known: Any, facts: SubjectFacts, fingerprint: str
) -> tuple[list[tuple[Any, ...]], list[Name]]:
    """Store what changed; returns the rows of the new names, and the names that went."""
    kept = set(
        session.scalars(
            select(SubjectName.text).where(
                SubjectName.subject_id == known.id, SubjectName.kind == "former"
            )
        )
    )
    if known.name != facts.name:
        kept.add(known.name)
    former = tuple(sorted({*facts.former_names, *kept} - {facts.name}))
    facts = replace(facts, former_names=former)
    masked = _masked(facts)
    removed = _unindex(known.id)
    session.execute(
        update(Subject)
        .where(Subject.id == known.id)
        .values(
            {column: getattr(masked, column) for column in FACT_COLUMNS}
            | {"updated_at": clock.now(), "fingerprint": fingerprint}
        )
    )
    name_rows = _name_rows(known.id, facts)
    bulk.insert(SubjectName, NAME_COLUMNS, name_rows)
    index_names(session.connection(), ((row[0], _tokens(row, facts)) for row in name_rows))
    return name_rows, removed


def _name_rows(subject_id: int, facts: SubjectFacts) -> list[tuple[Any, ...]]:
    rows = []
    known_as = [("registered", facts.name)]
    known_as += [("sign", text) for text in dict.fromkeys(facts.signs)]
    known_as += [("former", text) for text in dict.fromkeys(facts.former_names)]
    for ordinal, (kind, name) in enumerate(known_as[:16]):
        columns = names.columns(name)
        rank = static_rank(facts.status, len(columns.normalised), subject_id, ordinal)
        rows.append(
            (rank, subject_id, kind, name, columns.normalised, columns.initials, columns.pinyin)
        )
    return rows


def static_rank(status: str, length: int, subject_id: int, ordinal: int) -> int:
    """The fixed order of a name among results: in existence, then short, then early."""
    is_over = int(status != "active")
    return is_over << 60 | min(length, 255) << 52 | subject_id << 4 | ordinal


def subject_of(rank: int) -> int:
    """The subject that a name of this rank belongs to."""
    return rank >> 4 & _SUBJECT


def has_length(rank: int, length: int) -> bool:
    """Whether a name of this rank has so many letters, fewer than 255."""
    return rank >> 52 & 255 == length


def subjects_of(ranks: Iterable[int]) -> set[int]:
    """The subjects that names of these ranks belong to."""
    return {rank >> 4 & _SUBJECT for rank in ranks}


def _tokens(name_row: tuple[Any, ...], facts: SubjectFacts) -> list[str]:
    return tokens(names.NameColumns(*name_row[4:7]), facts.area_code, facts.kind)


def tokens(name: names.NameColumns, area_code: str | None, kind: str | None) -> list[str]:
    """Everything the index knows of one name: its parts, its county and its kind."""
    return [*names.tokens(name), *filter_tokens(area_code, kind)]


def filter_tokens(area_code: str | None, kind: str | None) -> list[str]:
    """The tokens by which results are narrowed to a county and a kind."""
    narrowed = []
    if area_code:
        narrowed.append("county" + county_of(area_code))
    if kind:
        narrowed.append("kind" + kind)
    # Letters and digits only: what a visitor typed must not speak the index's own language.
    return [FILTER + names.normalise(token) for token in narrowed]


def county_of(area_code: str) -> str:
    """The county part of an area code of the city's own tree (a town's code starts with it)."""
    return area_code[:6] if area_code[:1].isdigit() else area_code


def index_names(connection: Connection, rows: Iterable[tuple[int, list[str]]]) -> None:
    """Add names to the full-text index of the database in use."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(
            "INSERT INTO name_index (rowid, tokens) VALUES (?, ?)",
            ((rank, " ".join(some)) for rank, some in rows),
        )
        return
    with (  # on PostgreSQL alone
        driver.cursor() as cursor,
        cursor.copy("COPY name_index (rank, tokens) FROM STDIN") as copy,
    ):
        for rank, some in rows:
            copy.write_row((rank, " ".join(f"'{token}'" for token in some)))


def _unindex(subject_id: int) -> list[Name]:
    """Take the names of a subject away; returns them."""
    subject = session.execute(
        select(Subject.area_code, Subject.kind).where(Subject.id == subject_id)
    ).one()
    found = list(map(frequent.name_of, session.execute(_NAMES_OF, {"subject_id": subject_id})))
    if db.is_sqlite():
        for name in found:
            known = " ".join(tokens(name.columns, *subject))
            session.execute(_UNINDEX, {"rank": name.rank, "tokens": known})
    else:  # on PostgreSQL alone
        ranks = [name.rank for name in found]
        session.execute(text("DELETE FROM name_index WHERE rank = ANY(:ranks)"), {"ranks": ranks})
    session.execute(delete(SubjectName).where(SubjectName.subject_id == subject_id))
    return found
