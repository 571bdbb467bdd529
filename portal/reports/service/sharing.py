"""Links that show one report, and look-ups that a business allows somebody else."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.core import audit, clock, ids, sealing
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.documents.models import Document
from portal.reports import rules
from portal.reports.law import load as law_on_file
from portal.reports.models import Grant, Opening, Share
from portal.reports.rules import Granting, Scope
from portal.reports.service import facts as frozen
from portal.reports.service.issuing import issue
from portal.reports.service.looking import note_look_up
from portal.subjects import service as subjects
from portal.subjects.models import Subject

KEY_LENGTH = 26  # 130 bits of chance
PURPOSE = "report link"
SHOWN_FOR = timedelta(hours=1)


def share(document: Document, actor: Actor, *, label: str, days: int) -> Share:
    """A link to a finished report for some days. Raises Refused."""
    if document.state != "ready":
        raise Refused("not_ready")
    if days not in law_on_file().share_days:
        raise Refused("days_unknown", "days")
    key = ids.random_id(KEY_LENGTH)
    made = Share(
        document=document,
        account_id=actor.account_id,
        label=label,
        digest=_digest(key),
        sealed_key=sealing.seal(key.encode(), PURPOSE),
        created_at=clock.now(),
        valid_until=clock.today() + timedelta(days),
    )
    session.add(made)
    audit.record("reports.share", "document", document.number, actor.label, days=days)
    return made


def shares_of(document: Document) -> Sequence[Share]:
    """Every link made of a report, newest first."""
    return session.scalars(
        select(Share).where(Share.document_id == document.id).order_by(Share.id.desc())
    ).all()


def withdraw_share(share_id: int, document: Document, actor: Actor) -> None:
    """Close a link now. Raises LookupError for one that is not of this report."""
    found = session.scalar(
        select(Share).where(Share.id == share_id, Share.document_id == document.id)
    )
    if found is None:
        raise LookupError(share_id)
    if found.withdrawn_on is None:
        found.withdrawn_on = clock.today()
        audit.record("reports.withdraw_share", "document", document.number, actor.label)


def shared(key: str) -> Share | None:
    """The report behind a link that is open today; its holder has not seen it yet."""
    found = session.scalar(select(Share).where(Share.digest == _digest(key)))
    return found if found and rules.is_open(found, clock.today()) else None


def open_share(share: Share) -> str:
    """Note that a link was opened; the key returned shows the report for an hour."""
    document = share.document
    audit.record("reports.open_share", "document", document.number, "anyone", share=share.id)
    if document.subject_id:
        note_look_up(document.subject_id, who=share.label, why="分享链接", how="share",
                     document_id=document.id)  # fmt: skip
    return _opened(document, share_id=share.id)


def grant(subject: Subject, actor: Actor, given: Granting) -> Grant:
    """Allow a named third party to look the business up. Raises Refused."""
    law = law_on_file()
    if given.days not in law.grant_days or given.uses not in law.grant_uses:
        raise Refused("days_unknown", "days")
    if given.since is None or given.until is None:
        raise Refused("no_period", "since")
    rules.check_period(given.since, given.until, law=law, today=clock.today())
    domains = rules.check_domains(given.domains, law=law)
    key = "" if given.contact else ids.random_id(KEY_LENGTH)
    made = Grant(
        subject_id=subject.id,
        account_id=actor.account_id,
        grantee_contact=accounts.read_contact(given.contact).address if given.contact else None,
        label=given.label,
        digest=_digest(key) if key else None,
        sealed_key=sealing.seal(key.encode(), PURPOSE) if key else None,
        product=given.product,
        domains=list(domains),
        since=given.since,
        until=given.until,
        purpose=given.purpose,
        valid_until=clock.today() + timedelta(given.days),
        uses_allowed=given.uses,
        uses=0,
        created_at=clock.now(),
    )
    session.add(made)
    accounts.log_act(actor, subject.id, "reports.grant", given.label)
    return made


def grants_of(subject_id: int) -> Sequence[Grant]:
    """Everything a business allowed others, newest first."""
    return session.scalars(
        select(Grant).where(Grant.subject_id == subject_id).order_by(Grant.id.desc())
    ).all()


def grants_to(actor: Actor) -> Sequence[Grant]:
    """What businesses allow this person, as far as it can still be used."""
    account = session.get_one(Account, actor.account_id)
    known = [each for each in (account.phone, account.email) if each]
    return session.scalars(
        select(Grant)
        .where(
            Grant.grantee_contact.in_(known),
            Grant.withdrawn_on.is_(None),
            Grant.valid_until >= clock.today(),
            Grant.uses < Grant.uses_allowed,
        )
        .order_by(Grant.id.desc())
    ).all()


def withdraw_grant(grant_id: int, subject: Subject, actor: Actor) -> None:
    """Stop a permission now. Raises LookupError for one that this business did not give."""
    found = session.scalar(
        select(Grant).where(Grant.id == grant_id, Grant.subject_id == subject.id)
    )
    if found is None:
        raise LookupError(grant_id)
    if found.withdrawn_on is None:
        found.withdrawn_on = clock.today()
        accounts.log_act(actor, subject.id, "reports.withdraw_grant", found.label)


def granted_to(grant_id: int, actor: Actor) -> Grant | None:
    """A permission that was given to this person."""
    return next((each for each in grants_to(actor) if each.id == grant_id), None)


def granted(key: str) -> Grant | None:
    """The permission behind a one-time link, if it can still be used."""
    found = session.scalar(select(Grant).where(Grant.digest == _digest(key)))
    if found is None:
        return None
    try:
        rules.check_grant(found, clock.today())
    except Refused:
        return None
    return found


def use_grant(found: Grant, *, actor: Actor | None, language: str) -> tuple[Document, str]:
    """Look up once: a fresh report, counted, logged and told to the business. Raises Refused.

    The key returned shows the report for an hour to somebody without an account.
    """
    rules.check_grant(found, clock.today())
    taken = session.execute(
        update(Grant)
        .where(Grant.id == found.id, Grant.uses < Grant.uses_allowed)
        .values(uses=Grant.uses + 1)
        .returning(Grant.uses)
    ).scalar()
    if taken is None:
        raise Refused("used_up")
    scope = Scope(found.product, found.purpose, "partner", found.since, found.until,
                  tuple(found.domains))  # fmt: skip
    subject = subjects.public_row(session.get_one(Subject, found.subject_id).code)
    snapshot = frozen.of_subject(subject, scope, applicant=found.label, delegated=found.label)
    document = issue(
        scope, snapshot, subject_id=found.subject_id, actor=actor or "anyone", language=language
    )
    note_look_up(
        found.subject_id, who=found.label, why=law_on_file().purposes[found.purpose].zh,
        how="grant", account_id=actor.account_id if actor else None, document_id=document.id,
    )  # fmt: skip
    accounts.notify_subject(
        found.subject_id, "manage", "reports_looked_up", who=found.label, left=_uses_left(found)
    )
    return document, _opened(document, grant_id=found.id)


def _uses_left(found: Grant) -> int:
    """How many more times it can be used."""
    session.refresh(found)
    return found.uses_allowed - found.uses


def opened(key: str) -> Document | None:
    """The report that a key from an opening shows, for an hour and while the link is open."""
    row = session.scalar(
        select(Opening)
        .outerjoin(Share, Share.id == Opening.share_id)
        .where(
            Opening.digest == _digest(key),
            Opening.opened_at > clock.now() - SHOWN_FOR,
            or_(Opening.share_id.is_(None), Share.withdrawn_on.is_(None)),
        )
    )
    return row.document if row else None


def key_of(thing: Share | Grant) -> str:
    """The secret part of a link, for the one who made it."""
    plain = sealing.unseal(thing.sealed_key, PURPOSE) if thing.sealed_key else None
    return plain.decode() if plain else ""


def _opened(document: Document, *, share_id: int | None = None, grant_id: int | None = None) -> str:
    key = ids.random_id(KEY_LENGTH)
    session.add(
        Opening(
            share_id=share_id,
            grant_id=grant_id,
            document_id=document.id,
            digest=_digest(key),
            opened_at=clock.now(),
        )
    )
    return key


def _digest(key: str) -> str:
    return sealing.digest(ids.normalise_id(key), PURPOSE)
