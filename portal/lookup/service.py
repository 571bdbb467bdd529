"""What the public may read of a subject, gathered for one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from portal.badges import service as badges
from portal.commitments import service as commitments
from portal.core import clock
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects
from portal.subjects.service import codes

_WITH_DOOR_CODE = subjects.ROW_AND_NAMES.add_columns(badges.CURRENT_CODE)
RECORDS_ON_PROFILE = 10
SLIPS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: one subject by its code, near codes, or results by name."""

    results: subjects.Results
    subject_code: str | None = None
    check: codes.CodeCheck | None = None
    near: tuple["NearCode", ...] = ()


@dataclass(frozen=True, slots=True)
class NearCode:
    """A subject whose code is one slip of the hand away from the one typed."""

    hit: subjects.Hit
    slip: codes.Suggestion


class Profile(NamedTuple):
    """The public page of a subject."""

    subject: Any
    signs: Sequence[str]
    former: Sequence[str]
    records: Sequence[Any]
    counts: Mapping[str, int]
    total: int
    door_code: str | None
    grades: Sequence[scenarios.Graded]
    today: date


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


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """What can be said of a code, its owner if it has one, and likely right spellings."""

    check: codes.CodeCheck
    parts: codes.CodeParts | None
    owner: subjects.Hit | None
    near: tuple[NearCode, ...]
    slips: tuple[codes.Suggestion, ...]


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
    slips = {slip.code: slip for slip in codes.suggest(code)}
    return tuple(NearCode(hit, slips[hit.code]) for hit in subjects.by_codes(slips))


def profile(code: str) -> Profile | None:
    """The public page of the subject with this code, or None."""
    today = clock.today()
    found = subjects.public_row_and_names(code, _WITH_DOOR_CODE, today=today)
    if found is None:
        return None
    subject, names = found
    newest, counts = records.newest(subject.id, today, RECORDS_ON_PROFILE)
    total = sum(counts.values())
    return Profile(
        subject=subject,
        signs=[text for kind, text in names if kind == "sign"],
        former=[text for kind, text in names if kind == "former"],
        records=newest,
        counts=counts,
        total=total,
        door_code=subject.door_code,
        grades=scenarios.grades_of(subject.id, newest if total == len(newest) else None),
        today=today,
    )


class Scanned(NamedTuple):
    """What a scan shows: the state of the code, and behind a valid one the grades of the shop."""

    scan: badges.Scan
    grades: Sequence[scenarios.Graded]
    today: date


def scan(text: str) -> Scanned:
    """The page behind a door code."""
    found = badges.scan(text)
    is_valid = found.state == "valid"
    grades = scenarios.grades_of(found.subject.subject_id, found.records) if is_valid else []
    rated = [graded for graded in grades if graded.grade]
    return Scanned(found, rated, clock.today())


@dataclass(frozen=True, slots=True)
class DoorSheet:
    """The sheet for a door with the grades of the day on which it is printed."""

    sheet: badges.Sheet
    grades: Sequence[scenarios.Graded]
    today: date


def door_sheet(text: str, site_url: str) -> DoorSheet | None:
    """What is printed for a door whose code is valid today, or None."""
    sheet = badges.sheet(text, site_url)
    if sheet is None:
        return None
    found = scan(text)
    return DoorSheet(sheet, found.grades, found.today)


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


def check_code(text: str) -> CheckedCode:
    """Everything that can be said of a code: findings, near codes, whose it is."""
    check = codes.check(text)
    owner = subjects.by_codes([check.code])
    return CheckedCode(
        check=check,
        parts=codes.parts(check.code) if check.is_valid else None,
        owner=owner[0] if owner else None,
        near=() if check.is_valid else _near(check.code),
        slips=() if check.is_valid else tuple(codes.suggest(check.code)[:SLIPS_SHOWN]),
    )


def schema(profile: Profile, site_url: str) -> dict[str, Any]:
    """The profile as a schema.org organisation, for machines; no rating, no person."""
    subject = profile.subject
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": f"{site_url}/subjects/{subject.code}",
        "name": subject.name,
        "alternateName": [*profile.signs, *profile.former],
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "统一社会信用代码",
            "value": subject.code,
        },
        "address": subject.address,
        "url": f"{site_url}/subjects/{subject.code}",
    }


@dataclass(frozen=True)
class Promises:
    """The public commitments of one subject, a page at a time."""

    subject: Any
    listing: commitments.Listing


def commitments_of(code: str, before: int | None) -> Promises | None:
    """The page of commitments from the key `before` on; None for an unknown code."""
    subject = subjects.public_row(code)
    if subject is None:
        return None
    return Promises(subject, commitments.register(subject_id=subject.id, before=before))
