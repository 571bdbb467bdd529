"""Issuing, replacing and revoking door codes; what a scan shows; reports of wrong doors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select, update

from portal.badges import rules
from portal.badges.models import DoorCode, DoorCodeReport, SigningKey
from portal.core import audit, bulk, clock, db, ids, keys, qr, revision
from portal.core.calendar import add_months
from portal.core.db import session
from portal.core.errors import Refused
from portal.records import service as records
from portal.subjects.models import Subject, SubjectName

COLUMNS = ("id", "subject_id", "issued_on", "valid_until", "revoked_on", "revoked_reason",
           "replaced_by")  # fmt: skip


class Scan(NamedTuple):
    """Everything the small page behind a door code says."""

    state: str
    id: str
    door_code: Any = None
    subject: Any = None
    sign: str = ""
    licence: Any = None
    inspection: Any = None
    adverse: int = 0
    records: Sequence[Any] = ()
    is_signed: bool = False
    replaced_by: str | None = None


_SCAN = (
    select(
        DoorCode.id, DoorCode.subject_id, DoorCode.issued_on, DoorCode.valid_until,
        DoorCode.revoked_on, DoorCode.revoked_reason, DoorCode.replaced_by, Subject.code,
        Subject.name, Subject.address, Subject.area_code, Subject.status, Subject.kind,
        select(SubjectName.text)
        .where(SubjectName.subject_id == Subject.id, SubjectName.kind == "sign")
        .order_by(SubjectName.rank).limit(1).scalar_subquery().label("sign"),
    )
    .join(Subject, Subject.id == DoorCode.subject_id)
    .where(DoorCode.id == bindparam("id"))
)  # fmt: skip
# The valid door code of the subject whose row is read, on the day bound as `today`.
CURRENT_CODE = (
    select(DoorCode.id)
    .where(
        DoorCode.subject_id == Subject.id,
        DoorCode.revoked_on.is_(None),
        DoorCode.replaced_by.is_(None),
        DoorCode.valid_until >= bindparam("today"),
    )
    .order_by(DoorCode.issued_on.desc(), DoorCode.id)
    .limit(literal_column("1"))
    .correlate(Subject)
    .scalar_subquery()
    .label("door_code")
)


def _new_id() -> str:
    return ids.random_id(rules.ID_LENGTH)


def issue(
    subject_ids: Sequence[int],
    *,
    actor: str,
    on: date | None = None,
    new_id: Callable[[], str] = _new_id,
) -> list[str]:
    """Give each subject a new door code, valid for three years; returns the ids.

    `new_id` gives the ids, which nobody may be able to guess; only the demo chooses its own.
    """
    if not subject_ids:
        return []
    issued_on = on or clock.today()
    valid_until = add_months(issued_on, 12 * rules.VALID_YEARS)
    codes = [new_id() for _subject in subject_ids]
    rows = [
        (code, subject_id, issued_on, valid_until, None, "", None)
        for code, subject_id in zip(codes, subject_ids, strict=True)
    ]
    bulk.insert(DoorCode, COLUMNS, rows)
    audit.record("badges.issue", "door_code", codes[0], actor, count=len(codes))
    revision.bump()
    return codes


def replace(door_code_id: str, *, actor: str, new_id: Callable[[], str] = _new_id) -> str:
    """A new code for the same door; whoever scans the old one is led to it."""
    old = _need(door_code_id)
    (new,) = issue([old.subject_id], actor=actor, new_id=new_id)
    old.replaced_by = new
    audit.record("badges.replace", "door_code", old.id, actor, by=new)
    session.flush()  # a scan reads past the session
    return new


def revoke(door_code_id: str, *, reason: str, actor: str) -> None:
    """Stop a code from today on; its page says so and why."""
    old = _need(door_code_id)
    old.revoked_on, old.revoked_reason = clock.today(), reason
    audit.record("badges.revoke", "door_code", old.id, actor, reason=reason)
    revision.bump()


def _need(door_code_id: str) -> DoorCode:
    found = session.get(DoorCode, door_code_id)
    if found is None:
        raise Refused("no_such_door_code")
    return found


def scan(text: str) -> Scan:
    """What a scanned short number or signed token stands for today."""
    is_token = len(text) > 2 * rules.ID_LENGTH
    claim = verified_claim(text, published_keys()) if is_token else None
    if is_token and claim is None:
        return Scan("unknown", text[: rules.ID_LENGTH])
    id_ = claim.id if claim else ids.normalise_id(text)
    row = next(iter(db.rows(_SCAN, {"id": id_})), None)
    today = clock.today()
    state = rules.state_of(row, today)
    if row is None:
        return Scan(state, id_)
    outline = records.outline(row.subject_id, today)
    return Scan(
        state=state,
        id=id_,
        door_code=row,
        subject=row,
        sign=row.sign or "",
        licence=outline.licence,
        inspection=outline.inspection,
        adverse=outline.adverse,
        records=outline.records,
        is_signed=is_token,
        replaced_by=row.replaced_by,
    )


def report_wrong_door(text: str) -> str:
    """Count one report that a code hangs on a wrong door; returns the id it was filed under.

    Nothing about the person who reports is kept.
    """
    id_ = scan(text).id[: rules.ID_LENGTH]
    today = clock.today()
    counted = session.execute(
        update(DoorCodeReport)
        .where(DoorCodeReport.door_code_id == id_, DoorCodeReport.reported_on == today)
        .values(count=DoorCodeReport.count + 1)
        .returning(DoorCodeReport.count)
    ).scalar()
    if counted is None:
        session.add(
            DoorCodeReport(door_code_id=id_, reported_on=today, count=1, first_at=clock.now())
        )
        audit.record("badges.report_wrong_door", "door_code", id_, "anyone")
    return id_


def wrong_door_reports() -> Sequence[Any]:
    """Reported codes, most often reported first, for whoever has to look at the doors."""
    total = func.sum(DoorCodeReport.count).label("total")
    last_on = func.max(DoorCodeReport.reported_on).label("last_on")
    return session.execute(
        select(DoorCodeReport.door_code_id, total, last_on)
        .group_by(DoorCodeReport.door_code_id)
        .order_by(total.desc(), DoorCodeReport.door_code_id)
    ).all()


def token(door_code_id: str) -> str:
    """The signed claim of a door code, for the larger QR code."""
    row = session.execute(_SCAN, {"id": door_code_id}).one()
    claim = rules.Claim(row.id, row.code, row.issued_on, row.valid_until, _key_in_use())
    return rules.sign(claim, keys.private_key())


def register_key() -> int:
    """The number of the key in use, published when first needed."""
    public = keys.public_bytes().hex()
    known = session.scalar(select(SigningKey.id).where(SigningKey.public_key == public))
    if known is not None:
        return known
    key = SigningKey(public_key=public, created_on=clock.today())
    session.add(key)
    session.flush()  # the number is part of every token
    return key.id


def _key_in_use() -> int:
    public = keys.public_bytes().hex()
    return session.scalars(select(SigningKey.id).where(SigningKey.public_key == public)).one()


def revoke_key(key_id: int, *, actor: str) -> None:
    """Stop trusting a key from today on."""
    key = session.get(SigningKey, key_id)
    if key is None:
        raise Refused("no_such_key")
    key.revoked_on = clock.today()
    audit.record("badges.revoke_key", "signing_key", key_id, actor)
    revision.bump()


def signing_keys() -> Sequence[SigningKey]:
    """Every key ever published, oldest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.id)).all()


def published_keys() -> list[dict[str, Any]]:
    """Every key as it is published, for those who verify without the portal."""
    return [
        {
            "id": key.id,
            "type": "Ed25519",
            "public_key": key.public_key,
            "created_on": key.created_on.isoformat(),
            "revoked_on": key.revoked_on and key.revoked_on.isoformat(),
        }
        for key in signing_keys()
    ]


def verified_claim(token: str, published: Sequence[Mapping[str, Any]]) -> rules.Claim | None:
    """What a token claims, if one of the published keys in force signed it."""
    claim = rules.read(token)
    for key in published:
        if claim and key["id"] == claim.key_id and not key["revoked_on"]:
            return claim if keys.verify(token, bytes.fromhex(key["public_key"])) else None
    return None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the A5 sheet for a door shows."""

    id: str
    name: str
    sign: str
    code: str
    address: str
    issued_on: date
    valid_until: date
    address_of_code: str
    short_qr: str
    signed_qr: str

    @property
    def number(self) -> str:
        return f"{self.id[:5]}-{self.id[5:]}"


def sheet(text: str, site_url: str) -> Sheet | None:
    """The print sheet of a code that is valid today, or None."""
    found = scan(text)
    if found.state != "valid":
        return None
    row = found.subject
    prefix = f"{site_url}/Q/".upper()
    return Sheet(
        id=row.id,
        name=row.name,
        sign=found.sign,
        code=row.code,
        address=row.address,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        address_of_code=prefix + row.id,
        short_qr=qr.svg_data(prefix + row.id, error="q"),
        signed_qr=qr.svg_data(prefix + token(row.id), error="m"),
    )
