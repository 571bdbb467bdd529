"""Who spoke: kept apart and encrypted, opened with a reason that the person reads."""

import base64
import json
from dataclasses import asdict, dataclass

from portal.cases import service as cases
from portal.cases.service import By
from portal.complaints.models import Complaint, ComplaintIdentity
from portal.core import audit, sealing
from portal.core.db import session
from portal.core.errors import Refused

PURPOSE = "complaint identity"
SHORTEST_REASON = 4


@dataclass(frozen=True)
class Identity:
    """The name, the contact and the business of whoever spoke."""

    name: str
    contact: str
    business: str = ""


def pack(identity: Identity) -> str:
    """An identity as a draft keeps it: sealed, in letters."""
    return base64.b64encode(_sealed(identity)).decode()


def unpack(packed: str) -> Identity | None:
    """What `pack` made, or None when nothing can be read."""
    return _read(base64.b64decode(packed))


def keep(case: Complaint, identity: Identity | None) -> None:
    """Store who spoke in place of what was known; None forgets it."""
    row = session.get(ComplaintIdentity, case.id)
    if identity is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(ComplaintIdentity(case_id=case.id, sealed=_sealed(identity)))
    else:
        row.sealed = _sealed(identity)
    session.flush()  # asked for at once


def known(case: Complaint) -> Identity | None:
    """Who spoke, for the portal's own use; what anybody reads goes through `reveal`."""
    row = session.get(ComplaintIdentity, case.id)
    return _read(row.sealed) if row is not None else None


def reveal(case: Complaint, *, by: By, reason: str) -> Identity:
    """Who spoke; the look and its reason are logged and stand in the person's timeline.

    Raises Refused without a reason, or when nobody is known.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused("reveal_reason_missing", "reason")
    identity = known(case)
    if identity is None:
        raise Refused("nothing_to_reveal")
    audit.record("complaint.reveal", "case", case.reference, by.label, reason=reason.strip())
    cases.note_reveal(case, by=by, reason=reason)
    return identity


def _sealed(identity: Identity) -> bytes:
    return sealing.seal(json.dumps(asdict(identity), ensure_ascii=False).encode(), PURPOSE)


def _read(sealed: bytes) -> Identity | None:
    plain = sealing.unseal(sealed, PURPOSE)
    return Identity(**json.loads(plain)) if plain is not None else None
