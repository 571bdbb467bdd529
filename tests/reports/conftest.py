"""A shop with records of every sort, its owner, and what they ask for."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.accounts.models import Account
from portal.core import db, jobs
from portal.documents.models import Document
from portal.reports import rules, service
from portal.reports.law import load as law_on_file
from portal.subjects.models import Subject
from tests.factories import (
    make_account,
    make_actor,
    make_record,
    make_representative,
    make_subject,
)

DOMAINS = tuple(domain.key for domain in law_on_file().domains)
Ask = Callable[..., Document]


def scope(product: str = "special", **changes: Any) -> rules.Scope:
    given: dict[str, Any] = {
        "product": product, "purpose": "loan", "recipient": "bank",
        "since": date(2024, 1, 1), "until": date(2026, 11, 20), "domains": DOMAINS,
    }  # fmt: skip
    return rules.Scope(**{**given, **changes})


@pytest.fixture
def shop(app: Flask) -> Subject:
    shop = make_subject()
    make_record(shop, title="未按规定公示许可证")
    make_record(shop, title="当场处罚的小事", record_class="minor")
    make_record(shop, kind="licence", title="食品经营许可证", record_class=None)
    make_record(shop, title="有异议的处罚", is_disputed=True)
    make_record(shop, title="已修复的处罚", repaired_on=date(2026, 11, 1))
    make_record(shop, title="已撤销的处罚", withdrawn_on=date(2026, 11, 1))
    make_record(shop, title="很久以前的处罚", decided_on=date(2022, 1, 1))
    make_record(shop, title="税务处罚", authority="虚构县税务局")
    return shop


@pytest.fixture
def owner(shop: Subject) -> Account:
    account = make_account()
    make_representative(account, shop)
    db.session.commit()
    return account


@pytest.fixture
def ask(shop: Subject, owner: Account) -> Ask:
    """Asks as the owner, and prints when told to."""

    def ask(product: str = "special", *, printed: bool = False, **changes: Any) -> Document:
        language = changes.pop("language", "zh")
        actor = changes.pop("actor", None) or make_actor(owner)
        code = changes.pop("code", shop.code)
        document = service.ask(actor, scope(product, **changes), code=code, language=language)
        db.session.commit()
        if printed:
            jobs.run_due()
            db.session.refresh(document)
        return document

    return ask
