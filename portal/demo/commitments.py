"""Commitments of the demo in every state, for its owners, its citizen and some other shops."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from PIL import Image
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.commitments import service
from portal.commitments.models import Commitment
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.demo import past
from portal.demo.rules import CODES
from portal.demo.rules.people import PEOPLE
from portal.scenarios import service as scenarios

HANDLER, REVIEWER = "city", "reviewer"
REPORTED = "已经完成，照片见附件。"
NOTICED = "抽查时没有看到约定的内容，照片见附件。"
KEPT = "已经到现场核查，承诺的内容都做到了。"
NOT_ALL = "还有两套房源没有撤下"
DECIDED = "期限内没有补正，也没有说明理由，依据抽查照片认定。"
ASKED = ("beef_soup", "no_records", "named_after_person", "rare_characters")


@dataclass(frozen=True)
class Plan:
    """One commitment: of whom, which text, how long ago, filled in how, and what then happened."""

    owner: str
    slug: str
    days: int
    answers: dict[str, str] = field(default_factory=dict)
    then: Sequence[str] = ()


PLANS = (
    Plan("soup", "beef-soup-quality", 40, {"beef": "40", "price": "15"}, ("report", "kept")),
    Plan("soup", "food-licence", 70, {"address": "田家庵区虚构路1号"}, ("all kept",)),
    Plan("soup", "no-premises-proof", 20, {"address": "田家庵区虚构路1号"}),
    Plan("agency", "agency-listings", 200, {"days": "7"}, ("withdrawn late",)),
    Plan("agency", "agency-listings", 130, {"days": "2"}, ("report", "partly kept")),
    Plan("agency", "missing-materials", 35, {"what": "租赁合同原件", "by": "+20"}, ("notice",)),
    Plan("training", "training-prepaid", 60, {"days": "7"}),
    Plan("training", "training-teachers", 400, {}, ("report", "kept")),
    Plan("training", "repair-truth", 10, {"number": "虚构教罚〔2026〕1号"}),
    Plan("training", "wage-payment", 90, {"amount": "52000", "paid_by": "+30"},
         ("notice", "broken")),
    Plan("agency", "signboard", 30, {"done_on": "+40"}, ("report",)),
    Plan("soup", "food-licence", 5, {"address": "田家庵区虚构路8号"}, ("withdrawn",)),
    Plan("agency", "no-premises-proof", 15, {"address": "谢家集区虚构路6号"}),
    Plan("citizen", "inheritance-registration", 12, {"place": "田家庵区虚构路3号"}),
)  # fmt: skip


def sign() -> int:
    """Sign and keep what the plans say, as the pages do; returns how many were signed."""
    known = {person.key: _account(person.email) for person in PEOPLE}
    people = {key: account for key, account in known.items() if account is not None}
    signed = [_play(plan, people) for plan in PLANS if plan.owner in people]
    _ask(people)
    session.flush()
    while scenarios.take_commitments():
        pass
    return len(signed)


def _play(plan: Plan, people: dict[str, Account]) -> Commitment:
    day = clock.today() - timedelta(days=plan.days)
    owner = people[plan.owner]
    with past.on(day):
        commitment = _sign(plan, owner, day)
    for place, what in enumerate(plan.then, 1):
        with past.on(_day_of(what, commitment, place), hour=14):
            _then(what, commitment, owner, people)
    return commitment


def _day_of(what: str, commitment: Commitment, place: int) -> date:
    """When it happened: soon after signing, or once the time to answer had passed."""
    if what == "withdrawn":
        return commitment.signed_on
    if what == "broken" and commitment.answer_until is not None:
        return commitment.answer_until + timedelta(days=1)
    if what == "notice":
        return min(clock.today(), max(each.due_on for each in commitment.duties[:1]) + _WEEK)
    return commitment.signed_on + timedelta(days=2 * place)


_WEEK = timedelta(days=7)


def _sign(plan: Plan, owner: Account, day: date) -> Commitment:
    text = service.newest_text(plan.slug, day)
    if text is None:
        raise LookupError(plan.slug)
    actor = accounts.actor_of(owner)
    promisor = service.promisors(text, actor)[0]
    draft = service.begin(text, promisor.key, actor)
    answers = {
        key: (day + timedelta(days=int(value[1:]))).isoformat() if value[:1] == "+" else value
        for key, value in plan.answers.items()
    }
    service.save(draft, answers=answers, ticked=[c.key for c in text.clauses], consents=True)
    service.save_signer(draft, owner.name, actor)
    ticket, code = accounts.send_signing_code(owner, is_shown=True)
    return service.sign(draft, actor, service.Confirmation(code=code, ticket=ticket))


def _then(what: str, commitment: Commitment, owner: Account, people: dict[str, Account]) -> None:
    actor, clerk = accounts.actor_of(owner), _office(people[HANDLER], "handler", commitment)
    if what == "report":
        first = commitment.duties[0]
        service.report(commitment, first.id, actor, text=REPORTED, sent=_photo())
    elif what == "kept":
        first = commitment.duties[0]
        service.confirm_duty(commitment, first.id, clerk, outcome="kept", note="")
    elif what in {"all kept", "partly kept"}:
        outcome, _blank, _kept = what.partition(" ")
        outcome = "kept" if outcome == "all" else outcome
        for duty in commitment.duties:
            note = "" if outcome == "kept" else NOT_ALL
            service.confirm_duty(commitment, duty.id, clerk, outcome=outcome, note=note)
        step = "confirm_kept" if outcome == "kept" else "confirm_partly"
        note = KEPT if outcome == "kept" else NOT_ALL
        service.take(commitment, step, clerk, note=note, sent=())
    elif what == "notice":
        service.take(commitment, "notify_breach", clerk, note=NOTICED, sent=_photo())
    elif what == "broken":
        reviewer = _office(people[REVIEWER], "reviewer", commitment)
        service.take(commitment, "decide_breach", reviewer, note=DECIDED, sent=())
    else:
        with past.on(commitment.signed_on, minutes=5 if what == "withdrawn" else 60 * 24):
            service.withdraw(commitment, actor)


def _ask(people: dict[str, Account]) -> None:
    """One list of a department, of which one business has signed."""
    handler = people[HANDLER]
    for body, slug in (("agriculture", "beef-soup-quality"), ("market-regulation", "food-licence")):
        actor = _actor(handler, "handler", body)
        codes = [CODES[key] for key in ASKED]
        service.ask(slug, codes, actor, due_on=clock.today() + timedelta(days=30), note="")


def _office(account: Account, role: str, commitment: Commitment) -> Actor:
    return _actor(account, role, commitment.body_slug)


def _actor(account: Account, role: str, body: str) -> Actor:
    """A member of staff of whichever office the text was signed towards."""
    return Actor(account.id, account.name, "staff", frozenset({role}), body, None, 3)


def _account(email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email == email))


def _photo() -> list[tuple[str, bytes]]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#c9d1d9").save(out, "JPEG")
    return [("现场照片.jpg", out.getvalue())]
