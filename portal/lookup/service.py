"""What the public may read of a subject, gathered for one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.badges import service as badges
from portal.bodies import service as bodies
from portal.core import clock
from portal.records import service as records
from portal.subjects import service as subjects
from portal.subjects.service import codes

RECORDS_ON_PROFILE = 10
SHORTEST_CODE_PART = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: one subject by its code, near codes, or results by name."""

    results: subjects.Results
    subject_code: str | None = None
    check: "codes.CodeCheck | None" = None
    near: tuple["NearCode", ...] = ()


@dataclass(frozen=True, slots=True)
class NearCode:
    """A subject whose code differs from the typed one in the positions named (from 1)."""

    hit: subjects.Hit
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The public page of a subject."""

    subject: Any
    area: str
    names: Sequence[Any]
    records: Sequence[Any]
    counts: Mapping[str, int]
    total: int
    door_code: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of a subject, one page of them, of one kind or of all."""

    subject: Any
    records: Sequence[Any]
    counts: Mapping[str, int]
    total: int
    kind: str | None
    page: int
    pages: int


def find(
    query: str, *, area_code: str | None = None, kind: str | None = None, page: int = 1
) -> Found:
    """Answer one box: a whole code leads to its subject, a damaged one to near codes."""
    check = codes.check(query) if codes.looks_like_code(query) else None
    if check and subjects.exists(check.code):
        return Found(subjects.NOTHING, subject_code=check.code)
    if check:
        return Found(subjects.NOTHING, check=check, near=_near(check.code))
    results = subjects.search(query, area_code=area_code, kind=kind, page=page)
    return Found(results)


def _near(code: str) -> tuple[NearCode, ...]:
    changes = {candidate.code: candidate.positions for candidate in codes.suggest(code)}
    return tuple(NearCode(hit, changes[hit.code]) for hit in subjects.by_codes(changes))


def profile(code: str) -> Profile | None:
    """The public page of the subject with this code, or None."""
    subject = subjects.public_row(code)
    if subject is None:
        return None
    today = clock.today()
    counts = records.public_counts(subject.id, today)
    return Profile(
        subject=subject,
        area=bodies.area_path(subject.area_code),
        names=subjects.other_names(subject.id),
        records=records.public_page(subject.id, today, size=RECORDS_ON_PROFILE) if counts else (),
        counts=counts,
        total=sum(counts.values()),
        door_code=badges.current_code(subject.id, today),
    )


def listing(code: str, *, kind: str | None, page: int) -> Listing | None:
    """One page of a subject's public records, or None when there is no such subject."""
    subject = subjects.public_row(code)
    if subject is None:
        return None
    today = clock.today()
    counts = records.public_counts(subject.id, today)
    kind = kind if kind in counts else None
    total = counts[kind] if kind else sum(counts.values())
    pages = max(-(-total // records.PAGE_SIZE), 1)
    page = min(page, pages)
    found = records.public_page(subject.id, today, kind=kind, page=page)
    return Listing(subject, found, counts, total, kind, page, pages)


def check_code(text: str) -> tuple["codes.CodeCheck", tuple[NearCode, ...], subjects.Hit | None]:
    """Everything that can be said of a code: findings, near codes, whose it is."""
    check = codes.check(text)
    owner = subjects.by_codes([check.code])
    near = () if check.is_valid else _near(check.code)
    return check, near, owner[0] if owner else None
