"""What businesses and bodies promised, and how it stands, as the register's pages tell it."""

from collections.abc import Iterator
from typing import Any

from portal.bodies import service as bodies
from portal.commitments import service as commitments
from portal.commitments.models import Commitment
from portal.core import clock
from portal.core.errors import Refused
from portal.government import service as government
from portal.opendata import rules
from portal.opendata.service.answers import PAGE_SIZE, plain
from portal.subjects import service as subjects

CHUNK = 1000
# Only these findings say why, as on the page.
WITH_REASON = ("broken", "partly_kept")


def commitment_page(
    *, query: str = "", kind: str = "", state: str = "", after: str = "",
    subject_id: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One page of the register; raises Refused for what nobody was told to ask."""
    if kind and kind not in commitments.KINDS:
        raise Refused("commitment_kind_unknown", "kind")
    if state and state not in commitments.STATES:
        raise Refused("state_unknown", "state")
    found = commitments.register(
        query=query, kind=kind, state=state, before=rules.key(after), subject_id=subject_id,
        size=PAGE_SIZE,
    )  # fmt: skip
    return {
        "date": clock.today().isoformat(),
        "commitments": [told_commitment(each) for each in found.rows],
        "next": str(found.older) if found.older else None,
    }


def commitments_of(code: str, after: str) -> dict[str, Any] | None:
    """The commitments of a subject; None when no subject has the code."""
    subject = subjects.public_row(code)
    return commitment_page(after=after, subject_id=subject.id) if subject else None


def commitment(number: str) -> dict[str, Any] | None:
    """One commitment that everybody may read."""
    found = commitments.public(number)
    return told_commitment(found) if found else None


def told_commitment(row: Commitment) -> dict[str, Any]:
    """A commitment in the published fields."""
    content = row.content
    return {
        "number": row.number,
        "subject": row.subject.code if row.subject else None,
        "name": row.shown_name,
        "kind": row.kind,
        "title": content["title"]["zh"],
        "matter": content["matter"]["zh"],
        "text": row.slug,
        "version": row.version,
        "body": row.body_slug,
        "signed_on": plain(row.signed_on),
        "valid_until": plain(row.term_until),
        "state": row.standing,
        "state_on": plain(row.state_on) if row.state != "signed" else None,
        "clauses": [each["zh"] for each in content["clauses"]],
        "duties": [[each.zh, plain(each.due_on)] for each in row.duties],
        "consequences": [each["zh"] for each in content["consequences"]],
        "decision": row.decision if row.state in WITH_REASON else "",
        "disputed": row.is_disputed,
        "sha256": row.sha256,
    }


def every_commitment() -> Iterator[dict[str, Any]]:
    """The whole register, for the daily file."""
    before: int | None = None
    while True:
        found = commitments.register(before=before, size=CHUNK)
        yield from map(told_commitment, found.rows)
        before = found.older
        if before is None:
            return


def standings() -> dict[str, Any]:
    """How many promises of each body stand how."""
    found = [{"body": each.slug, **each.counts} for each in government.standings()]
    return {"date": clock.today().isoformat(), "bodies": found}


def promises(body: str) -> dict[str, Any] | None:
    """The promises of one body; None for a body that is not known."""
    found = [told_promise(each) for each in government.of_body(body)]
    if body not in bodies.slugs() and not found:
        return None
    return {"date": clock.today().isoformat(), "promises": found}


def every_promise() -> Iterator[dict[str, Any]]:
    """All of them, for the daily file."""
    return map(told_promise, government.all_of_them())


def told_promise(shown: government.Shown) -> dict[str, Any]:
    """A promise of a body in the published fields."""
    row = shown.promise
    return {
        "id": row.id,
        "body": row.body_slug,
        "area": row.area_code or None,
        "kind": row.kind,
        "number": row.number,
        "title": row.title,
        "counterpart": row.counterpart,
        "amount": None if row.amount is None else f"{row.amount:.2f}",
        "signed_on": plain(row.signed_on),
        "due_on": plain(row.due_on),
        "state": shown.state,
        "settled_on": plain(row.settled_on),
        "note": row.note,
        "source_unit": row.source_unit,
        "disputed": row.is_disputed,
    }
