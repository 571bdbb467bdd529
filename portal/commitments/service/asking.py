"""An office asks a list of businesses to sign; each signs for itself, and nobody for another."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.commitments import rules, texts
from portal.commitments.models import Ask, Commitment, SigningRequest
from portal.commitments.service.drafting import open_key
from portal.core import audit, clock
from portal.core.actor import Actor
from portal.core.cells import decoded
from portal.core.db import session
from portal.core.errors import Refused
from portal.subjects.models import Subject

MOST = 2000
HEADS = ("code", "统一社会信用代码")


@dataclass(frozen=True)
class Progress:
    """How far a request has come."""

    request: SigningRequest
    title: str
    asked: int
    signed: int
    unreached: int

    @property
    def open(self) -> int:
        return self.asked - self.signed


def read_codes(data: bytes) -> list[str]:
    """The codes of a CSV file: its column named so, or its first one. Raises Refused."""
    rows = [
        row for row in csv.reader(io.StringIO(decoded(data))) if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise Refused("codes_missing", "codes")
    heads = [cell.strip() for cell in rows[0]]
    place = next((heads.index(head) for head in HEADS if head in heads), None)
    body = rows if place is None else rows[1:]
    codes = [row[place or 0].strip().upper() for row in body if len(row) > (place or 0)]
    found = list(dict.fromkeys(code for code in codes if code))
    if not found:
        raise Refused("codes_missing", "codes")
    if len(found) > MOST:
        raise Refused("codes_many", "codes", most=MOST)
    return found


def ask(
    slug: str, codes: Sequence[str], actor: Actor, *, due_on: date, note: str
) -> SigningRequest:
    """Ask these businesses to sign a text; each is told, and has it among its things to do.

    Raises Refused when the text is not offered or not this office's, or a code is unknown.
    """
    text = texts.newest(slug, clock.today())
    if text is None or text.body != actor.body or not text.is_for_business:
        raise Refused("text_missing", "slug")
    rules.check_offer(is_open=text.is_open, from_on=text.from_on, today=clock.today())
    if due_on < clock.today():
        raise Refused("due_past", "due_on")
    rows = session.scalars(select(Subject).where(Subject.code.in_(codes))).all()
    found = {row.code: row for row in rows}
    if strangers := [code for code in codes if code not in found]:
        raise Refused("codes_unknown", "codes", codes="、".join(strangers[:5]), n=len(strangers))
    request = SigningRequest(
        slug=slug, body_slug=actor.body or "", note=note, due_on=due_on, asked_by=actor.label,
        asked_at=clock.now(),
    )  # fmt: skip
    session.add(request)
    session.flush()  # each ask names its request
    signed = _signed_already(slug, [each.id for each in rows])
    for code in codes:
        if (known := signed.get(found[code].id)) is not None:
            session.add(Ask(request_id=request.id, subject_id=found[code].id, commitment_id=known))
            continue
        told = accounts.notify_subject(
            found[code].id, "sign", "commitment_asked",
            title=text.title, title_en=text.title_en, slug=slug, due=due_on.isoformat(),
        )  # fmt: skip
        session.add(Ask(request_id=request.id, subject_id=found[code].id, told=told))
    audit.record("commitments.ask", "commitment_request", request.id, actor.label,
                 text=text.key, asked=len(codes))  # fmt: skip
    return request


def _signed_already(slug: str, subject_ids: Sequence[int]) -> dict[int, int]:
    """The commitment of this text that counts, by the business that has one."""
    keys = {open_key(slug, id_, 0): id_ for id_ in subject_ids}
    rows = session.execute(
        select(Commitment.open_key, Commitment.id).where(Commitment.open_key.in_(keys))
    )
    return {keys[key]: id_ for key, id_ in rows if key is not None}


def askable(actor: Actor, language: str) -> list[tuple[str, str]]:
    """The texts that this person's office may ask businesses to sign, by slug and title."""
    today = clock.today()
    found = [texts.newest(slug, today) for slug in texts.load()]
    return [
        (each.slug, each.title_en if language == "en" else each.title)
        for each in found
        if each and each.is_open and each.is_for_business and each.body == actor.body
    ]


def requests_of(actor: Actor) -> list[Progress]:
    """What this person's office asked for, newest first."""
    rows = session.scalars(
        select(SigningRequest)
        .where(SigningRequest.body_slug == (actor.body or ""))
        .order_by(SigningRequest.id.desc())
    )
    return [progress(row) for row in rows]


def request(request_id: int, actor: Actor) -> SigningRequest | None:
    """A request of this person's office."""
    return session.scalar(
        select(SigningRequest).where(
            SigningRequest.id == request_id, SigningRequest.body_slug == (actor.body or "")
        )
    )


def progress(request: SigningRequest) -> Progress:
    """How many businesses were asked, have signed, and could not be told."""
    text = texts.newest(request.slug, clock.today())
    signed = sum(each.commitment_id is not None for each in request.asks)
    unreached = sum(each.told == 0 and each.commitment_id is None for each in request.asks)
    return Progress(request, text.title if text else request.slug, len(request.asks), signed,
                    unreached)  # fmt: skip
