"""Reports of the demo in every state, for the owners that the demo has."""

from portal.core import clock
from portal.core.db import session
from portal.demo.people import Owner, owner_of
from portal.documents import service as documents
from portal.documents.models import Document
from portal.reports import service as reports
from portal.reports.service import Granting, Scope, years_before

WRONG = "申请时选错了用途，已按申请撤销"


def issue() -> int:
    """Some reports of the beef-soup shop and of the company with many records; how many."""
    made = _of_shop(owner_of("beef_soup")) + _of_company(owner_of("many_records"))
    return len(made)


def _of_shop(owner: Owner | None) -> list[Document]:
    """Replaced, in force, shared once it is printed, looked up by a bank, about a person."""
    if owner is None:
        return []
    made = [
        _ask(owner, product, language)
        for product, language in (
            ("general", "zh"), ("general", "zh"), ("special", "zh"), ("statement", "zh"),
        )
    ]  # fmt: skip
    today = clock.today()
    given = Granting("虚构银行田家庵支行", "", "special", _domains(), years_before(today, 3), today,
                     "loan", 30, 3)  # fmt: skip
    permission = reports.grant(owner.subject, owner.actor, given)
    session.flush()  # its number is needed to use it
    looked_up, _key = reports.use_grant(permission, actor=None, language="zh")
    return [*made, looked_up]


def _of_company(owner: Owner | None) -> list[Document]:
    """One in English, and one that was revoked."""
    if owner is None:
        return []
    listing = _ask(owner, "listing", "en")
    wrong = _ask(owner, "special", "zh")
    documents.revoke(wrong, reason=WRONG, actor="demo")
    return [listing, wrong, _ask(owner, "general", "zh")]


def _ask(owner: Owner, product: str, language: str) -> Document:
    today = clock.today()
    scope = Scope(product, "loan", "bank", years_before(today, 3), today, _domains())
    return reports.ask(owner.actor, scope, code=owner.subject.code, language=language)


def _domains() -> tuple[str, ...]:
    return tuple(domain.key for domain in reports.law_on_file().domains)
