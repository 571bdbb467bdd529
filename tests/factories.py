"""Plain functions that store something with sensible defaults."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from portal.accounts import rules as accounts_rules
from portal.accounts import service as accounts
from portal.accounts.models import Account, Representation
from portal.badges import service as badges
from portal.core import clock, db
from portal.core.actor import Actor
from portal.records import service as records
from portal.records.models import Record
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from portal.subjects.rules import codes

_numbers = count(1)
TODAY = date(2026, 11, 20)


def make_code(kind: str = "92") -> str:
    """A valid code of the fictional region, never used before in this run."""
    return codes.make(kind, "340499", f"MA{next(_numbers):06d}"[:8])


def make_subject(name: str = "虚构县张记牛肉汤馆", **facts: Any) -> Subject:
    """A beef-soup shop in Tianjia'an, unless told otherwise."""
    given = {
        "code": make_code(),
        "name": name,
        "kind": "individual_business",
        "area_code": "340403002",
        "address": "虚构路1号",
        "source_unit": "演示数据",
    }
    facts_ = subjects.SubjectFacts(**{**given, **facts})
    subjects.store([facts_])
    db.session.commit()
    return _detached(select(Subject).where(Subject.code == facts_.code))


PENALTY = records.RecordFacts(
    subject_code="",
    kind="penalty",
    number="虚构市监罚〔2026〕1号",
    title="未按规定公示食品经营许可",
    decided_on=date(2026, 9, 1),
    authority="虚构县市场监督管理局",
    record_class="general",
    summary="当事人未在显著位置公示许可证。",
    details=(("处罚依据", "虚构依据"), ("处罚内容", "罚款")),
    source_unit="演示数据",
)


def make_record(subject: Subject, **facts: Any) -> Record:
    """A general penalty of 1 September 2026, unless told otherwise."""
    given = {"subject_code": subject.code, "number": f"虚构罚〔2026〕{next(_numbers)}号"}
    facts_ = PENALTY._replace(**{**given, **facts})
    records.store([facts_])
    db.session.commit()
    return _detached(
        select(Record).where(Record.subject_id == subject.id, Record.key == facts_.key)
    )


def make_door_code(subject: Subject, on: date = TODAY) -> str:
    """A door code issued on a day."""
    (id_,) = badges.issue([subject.id], actor="test", on=on)
    db.session.commit()
    return id_


GOOD_SHOP = {
    "licence": "valid", "inspection": "passed", "quantified": "a", "sampling": "passed",
    "complaints": "100", "commitment": "kept",
}  # fmt: skip


def make_listed(
    subject: Subject | None = None,
    *,
    until: date | None = None,
    licence_until: date | None = None,
    **facts: str,
) -> Subject:
    """A beef-soup shop in the list, very good for 30 days unless `facts` say otherwise."""
    shop = subject or make_subject()
    listed = scenarios.Listed(shop.code, "beef-soup", date(2026, 1, 1), until, "演示数据")
    from_on = clock.today() - timedelta(30)
    rows = [
        scenarios.FactRow(shop.code, "beef-soup", key, value, from_on,
                          licence_until if key == "licence" else None, "演示数据")
        for key, value in {**GOOD_SHOP, **facts}.items()
    ]  # fmt: skip
    scenarios.store([listed], rows, actor="test")
    db.session.commit()
    return shop


def make_facts(shop: Subject, **facts: str) -> None:
    """Facts of a beef-soup shop that are true from today on."""
    rows = [scenarios.FactRow(shop.code, "beef-soup", key, value, clock.today())
            for key, value in facts.items()]  # fmt: skip
    scenarios.store(facts=rows, actor="test")
    db.session.commit()


def _detached(query: Any) -> Any:
    """A stored thing that stays readable after the request that showed it."""
    found = db.session.scalars(query).one()
    db.session.expunge(found)
    return found


def make_account(name: str = "王小麦", **facts: Any) -> Account:
    """An individual with a confirmed name and no password, unless told otherwise."""
    contact = accounts_rules.Contact("sms", f"139{next(_numbers):08d}")
    given = {"contact": contact, "password_hash": None, "level": 2}
    account = accounts.add_individual(name=name, **{**given, **facts})
    db.session.commit()
    return account


def make_staff(*roles: str, body: str | None = None, area_code: str | None = None,
               name: str = "李公正") -> Account:  # fmt: skip
    """A member of staff with these roles; a handler when none is given."""
    account = accounts.add_staff(
        name=name,
        contact=accounts_rules.Contact("email", f"staff{next(_numbers)}@example.test"),
        password_hash=None,
        roles=roles or ("handler",),
        body=body,
        area_code=area_code,
    )
    db.session.commit()
    return account


def make_representative(
    account: Account,
    subject: Subject,
    scopes: tuple[str, ...] = accounts_rules.SCOPES,
    until: date | None = None,
) -> Representation:
    """`account` acts for `subject`; with the scope "manage" as its legal representative."""
    representation = Representation(
        account_id=account.id,
        subject_id=subject.id,
        scopes=list(scopes),
        is_legal="manage" in scopes,
        via="code",
        from_on=clock.today(),
        until=until,
        created_at=clock.now(),
    )
    db.session.add(representation)
    db.session.commit()
    return representation


def make_actor(account: Account | None = None) -> Actor:
    """What services are told of `account`, or of somebody new."""
    return accounts.actor_of(account or make_account())
