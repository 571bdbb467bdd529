"""Each answer as plain data, in the fields of the rules; the same questions as the pages ask."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from portal.bodies import service as bodies
from portal.core import clock, terms
from portal.core.errors import Refused
from portal.government import service as government
from portal.opendata import rules
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects
from portal.subjects.service import codes

PAGE_SIZE = 100


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def subject(code: str) -> dict[str, Any] | None:
    """The public facts of a subject; None when no subject has the code."""
    found = subjects.public_row_and_names(code)
    return told_subject(*found) if found else None


def told_subject(row: Any, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A subject's row and its other names, kind and text, in the published fields."""
    return {
        "code": row.code,
        "name": row.name,
        "signs": [text for kind, text in names if kind == "sign"],
        "former_names": [text for kind, text in names if kind == "former"],
        "kind": row.kind,
        "status": row.status,
        "registered_on": plain(row.registered_on),
        "ended_on": plain(row.ended_on),
        "area": row.area_code,
        "address": row.address,
        "scope": row.scope,
        "source_unit": row.source_unit,
        "updated_at": plain(row.updated_at),
    }


def told_record(row: Any, code: str) -> dict[str, Any]:
    """A record's row in the published fields."""
    return {
        "id": row.id,
        "subject": code,
        "kind": row.kind,
        "title": row.title,
        "summary": row.summary,
        "number": row.number,
        "details": [list(pair) for pair in row.details if pair[1]],
        "decided_on": plain(row.decided_on),
        "valid_from": plain(row.valid_from),
        "valid_until": plain(row.valid_until),
        "class": row.record_class,
        "public_from": plain(row.public_from),
        "public_until": plain(row.public_until),
        "earliest_repair_on": plain(row.earliest_repair_on),
        "disputed": row.is_disputed,
        "authority": row.authority,
        "source_unit": row.source_unit,
        "updated_at": plain(row.updated_at),
    }


def record_page(
    code: str, *, kind: str = "", after: str = "", size: int = PAGE_SIZE
) -> dict[str, Any] | None:
    """One page of a subject's public records, newest first, and the cursor of the next.

    Raises Refused for a cursor or a kind that nobody was given.
    """
    place = rules.place(after)
    if kind and kind not in records.KINDS:
        raise Refused("kind_unknown", "kind")
    row = subjects.public_row(code)
    if row is None:
        return None
    today = clock.today()
    found = records.public_after(row.id, today, place, size + 1, kind)
    shown = found[:size]
    has_more = len(found) > size
    return {
        "date": today.isoformat(),
        "total": sum(records.public_counts(row.id, today).values()),
        "records": [told_record(each, row.code) for each in shown],
        "next": rules.cursor(shown[-1].decided_on, shown[-1].id) if has_more else None,
    }


def grades(code: str) -> dict[str, Any] | None:
    """The grades of a subject, computed just now."""
    row = subjects.public_row(code)
    if row is None:
        return None
    today = clock.today().isoformat()
    found = [_grade(code, each, today) for each in scenarios.grades_of(row.id)]
    return {"date": today, "grades": found}


def _grade(code: str, graded: scenarios.Graded, today: str) -> dict[str, Any]:
    grade = graded.grade
    return {
        "subject": code,
        "scenario": graded.rule.slug,
        "grade": grade.grade if grade else None,
        "points": grade.points if grade else None,
        "disputed": grade.is_disputed if grade else False,
        "rule_version": graded.rule.version,
        "date": today,
        "holds_until": plain(grade.holds_until) if grade else None,
        "reply": graded.reply,
    }


def search(query: str, *, area_code: str | None, kind: str | None, page: int) -> dict[str, Any]:
    """What the search page finds, in its order; a whole code finds its subject."""
    if codes.looks_like_code(query):
        hits = [_hit(hit) for hit in subjects.by_codes([codes.normalise(query)])]
        return {"query": query, "total": len(hits), "is_capped": False, "page": 1, "pages": 1,
                "hits": hits}  # fmt: skip
    found = subjects.search(query, area_code=area_code, kind=kind, page=page)
    return {
        "query": query,
        "total": found.total,
        "is_capped": found.is_capped,
        "page": found.page,
        "pages": found.pages,
        "hits": [_hit(hit) for hit in found.hits],
    }


def _hit(hit: subjects.Hit) -> dict[str, Any]:
    return {
        "code": hit.code,
        "name": hit.name,
        "signs": list(hit.signs),
        "kind": hit.kind,
        "status": hit.status,
        "area": hit.area_code,
        "address": hit.address,
        "matched": hit.matched_text,
    }


def scenario_list() -> dict[str, Any]:
    """Every scenario with the version of its rule and how many it lists today."""
    counts = scenarios.listed_counts()
    found = [
        {
            "slug": rule.slug,
            "zh": rule.zh,
            "en": rule.en,
            "is_rated": rule.is_rated,
            "rule_version": rule.version,
            "rule": f"/scenarios/{rule.slug}/rule.json",
            "listed": counts.get(rule.slug, 0),
        }
        for rule in scenarios.rules().values()
    ]
    return {"date": clock.today().isoformat(), "scenarios": found}


def listing(slug: str, filters: scenarios.Filters, after: str) -> dict[str, Any] | None:
    """One page of the list of a scenario; the cursor is the code of its last line."""
    found = scenarios.find(slug, filters=filters, after=after, size=PAGE_SIZE)
    if found is None:
        return None
    return {
        "scenario": slug,
        "date": found.today.isoformat(),
        "total": found.total,
        "is_capped": found.is_capped,
        "entries": [told_entry(entry, found.rule) for entry in found.entries],
        "next": found.after or None,
    }


def told_entry(entry: scenarios.Entry, rule: scenarios.Rule) -> dict[str, Any]:
    """A line of a list in the published fields."""
    return {
        "code": entry.code,
        "name": entry.name,
        "signs": list(entry.signs),
        "kind": entry.kind,
        "status": entry.status,
        "area": entry.area_code,
        "scenario": rule.slug,
        "grade": entry.grade if rule.is_rated else None,
        "disputed": entry.is_disputed,
        "licence_state": entry.licence,
        "titles": list(entry.titles),
        "reply": entry.reply,
    }


def areas() -> dict[str, Any]:
    """Every area of the city."""
    found = [
        {"code": place.code, "name": place.name, "english": place.english, "level": place.level,
         "kind": place.kind, "parent": place.parent or None}
        for place in bodies.places().values()
    ]  # fmt: skip
    return {"areas": found}


def bodies_told() -> dict[str, Any]:
    """Every body with the one above it; a fictional one where the demo let it promise something."""
    above, real = bodies.parents(), bodies.names_by_slug()
    promised = {each.slug: bodies.name_of(each.slug) for each in government.standings()}
    found = [
        {"slug": slug, "name": name, "parent": above[slug]}
        for slug, name in {**real, **promised}.items()
    ]
    return {"bodies": found}


def terms_told() -> dict[str, Any]:
    """Every time limit on file, with the provision that sets it."""
    names = [field.name for field in rules.TERM]
    return {"terms": [{name: getattr(term, name) for name in names} for term in terms.load()]}
