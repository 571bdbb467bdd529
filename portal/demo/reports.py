"""Reports of the demo in every state, for the owners that the demo has."""

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account, Representation
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.demo.rules import SHOWCASE
from portal.documents import service as documents
from portal.documents.models import Document
from portal.reports import service as reports
from portal.reports.service import Granting, Scope, years_before
from portal.subjects.models import Subject

CODES = {shown.key: shown.code for shown in SHOWCASE}
WRONG = "申请时选错了用途，已按申请撤销"


def issue() -> int:
    """Some reports of the beef-soup shop and of the company with many records; how many."""
    made = _of_shop(CODES["beef_soup"]) + _of_company(CODES["many_records"])
    return len(made)


def _of_shop(code: str) -> list[Document]:
    """Replaced, in force, shared once it is printed, looked up by a bank, about a person."""
    owner = _owner(code)
    if owner is None:
        return []
    actor, subject = owner
    made = [
        _ask(actor, code, product, language)
        for product, language in (
            ("general", "zh"), ("general", "zh"), ("special", "zh"), ("statement", "zh"),
        )
    ]  # fmt: skip
    today = clock.today()
    given = Granting("虚构银行田家庵支行", "", "special", _domains(), years_before(today, 3), today,
                     "loan", 30, 3)  # fmt: skip
    permission = reports.grant(subject, actor, given)
    session.flush()  # its number is needed to use it
    looked_up, _key = reports.use_grant(permission, actor=None, language="zh")
    return [*made, looked_up]


def _of_company(code: str) -> list[Document]:
    """One in English, and one that was revoked."""
    owner = _owner(code)
    if owner is None:
        return []
    actor, _subject = owner
    listing = _ask(actor, code, "listing", "en")
    wrong = _ask(actor, code, "special", "zh")
    documents.revoke(wrong, reason=WRONG, actor="demo")
    return [listing, wrong, _ask(actor, code, "general", "zh")]


def _ask(actor: Actor, code: str, product: str, language: str) -> Document:
    today = clock.today()
    scope = Scope(product, "loan", "bank", years_before(today, 3), today, _domains())
    return reports.ask(actor, scope, code=code, language=language)


def _domains() -> tuple[str, ...]:
    return tuple(domain.key for domain in reports.law_on_file().domains)


def _owner(code: str) -> tuple[Actor, Subject] | None:
    """Who represents the business with this code, if the demo has such a person."""
    found = session.execute(
        select(Account, Subject)
        .join(Representation, Representation.account_id == Account.id)
        .join(Subject, Subject.id == Representation.subject_id)
        .where(Subject.code == code, Representation.is_legal, Representation.ended_at.is_(None))
        .order_by(Account.id)
        .limit(1)
    ).first()
    return (accounts.actor_of(found[0]), found[1]) if found else None
