"""The accounts of the demo, and the sheet with which one signs in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account, Representation
from portal.bodies import service as bodies
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.demo import past
from portal.demo.rules import CODES
from portal.demo.rules.people import PASSWORD, PEOPLE, TOTP_SECRET, Person
from portal.subjects.models import Subject

TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True)
class Owner:
    """A business of the showcase and the person who represents it."""

    subject: Subject
    actor: Actor


def settle() -> None:
    """Give every person of the demo an account; owners represent their business."""
    bodies.load_fictional()
    password_hash = accounts.hash_password(PASSWORD, ())
    for person in PEOPLE:
        contact = accounts.Contact("email", person.email)
        if accounts.find_by_contact(contact) is not None:
            continue
        if person.roles:
            _appoint(person, contact, password_hash)
        else:
            _welcome(person, contact, password_hash)


def is_settled() -> bool:
    """Whether the people of the demo live in this database."""
    email = PEOPLE[0].email
    return session.scalar(select(Account.id).where(Account.email == email)) is not None


def owner_of(key: str) -> Owner | None:
    """Who represents this business of the showcase, if the demo has such a person."""
    row = session.execute(
        select(Account, Subject)
        .join(Representation, Representation.account_id == Account.id)
        .join(Subject, Subject.id == Representation.subject_id)
        .where(
            Subject.code == CODES[key], Representation.is_legal, Representation.ended_at.is_(None)
        )
    ).first()
    return Owner(row[1], accounts.actor_of(row[0])) if row else None


def sheet() -> Iterator[str]:
    """What `make run` prints: who can sign in, and with what."""
    yield f"sign in at /sign-in, password for all: {PASSWORD}"
    yield (
        f"staff need a second factor: authenticator secret {TOTP_SECRET}, "
        "or the code that the demo shows on the page"
    )
    for person in PEOPLE:
        yield f"  {person.email:<24}{person.shows}"


def _appoint(person: Person, contact: accounts.Contact, password_hash: str) -> None:
    account = accounts.add_staff(
        name=person.name,
        contact=contact,
        password_hash=password_hash,
        roles=person.roles,
        body=person.body,
        area_code=person.area,
    )
    accounts.give_totp(account, TOTP_SECRET)


def _welcome(person: Person, contact: accounts.Contact, password_hash: str) -> None:
    account = accounts.add_individual(
        name=person.name, contact=contact, password_hash=password_hash, level=2
    )
    code = CODES.get(person.represents)
    subject = session.scalar(select(Subject).where(Subject.code == code)) if code else None
    if subject is not None:
        with past.on(clock.today() - TWO_YEARS):
            accounts.take_over(account, subject, "code")
