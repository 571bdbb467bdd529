"""A soup shop, its owner with a phone's passkey or an app, and the office it promises to."""

from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.accounts.service.passkeys import RelyingParty
from portal.commitments import service, texts
from portal.commitments.models import Commitment, Signing
from portal.core import clock, db
from portal.core.actor import Actor
from portal.subjects.models import Subject
from tests.accounts.authenticator import Authenticator
from tests.factories import make_account, make_actor, make_representative, make_staff, make_subject

SOUP = "beef-soup-quality"
PARTY = RelyingParty("http://localhost")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ANSWERS = {"beef": "40", "price": "15"}


def code_now() -> str:
    return pyotp.TOTP(SECRET).at(clock.now())


@dataclass
class Shop:
    """A subject and its owner, who has an authenticator app."""

    subject: Subject
    owner: Account
    actor: Actor

    @property
    def promisor(self) -> str:
        return f"subject:{self.subject.id}"

    def draft(self, slug: str = SOUP, *, promisor: str = "", **answers: str) -> Signing:
        """Read, filled in, ticked and named: only the proof is missing."""
        text = texts.newest(slug, clock.today())
        assert text is not None
        draft = service.begin(text, promisor or self.promisor, self.actor)
        given = answers or ANSWERS
        service.save(
            draft, answers=given, ticked=[each.key for each in text.clauses], consents=True
        )
        service.save_signer(draft, self.owner.name, self.actor)
        return draft

    def sign(self, slug: str = SOUP, *, promisor: str = "", **answers: str) -> Commitment:
        draft = self.draft(slug, promisor=promisor, **answers)
        commitment = service.sign(draft, self.actor, service.Confirmation(code=code_now()))
        db.session.commit()
        return commitment

    def passkey(self) -> Authenticator:
        phone = Authenticator(PARTY.host, PARTY.origin)
        account = db.session.get_one(Account, self.owner.id)
        options = accounts.registration_options(account, PARTY)
        accounts.add_passkey(account, phone.register(options), "我的手机", PARTY)
        db.session.commit()
        return phone


def make_shop() -> Shop:
    subject, owner = make_subject(), make_account()
    make_representative(owner, subject)
    accounts.give_totp(owner, SECRET)
    db.session.commit()
    return Shop(subject, owner, make_actor(owner))


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop()


@pytest.fixture
def clerk(app: Flask) -> Actor:
    return make_actor(make_staff("handler", body="agriculture"))


@pytest.fixture
def reviewer(app: Flask) -> Actor:
    return make_actor(make_staff("reviewer", body="agriculture", name="方审"))
