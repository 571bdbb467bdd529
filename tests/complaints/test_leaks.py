"""Nothing that the unit complained of or an outsider can get tells who spoke; a leak is found."""

import json
import logging
from collections.abc import Iterator
from datetime import date
from subprocess import run
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, Delivery, Message
from portal.badges import service as badges
from portal.cases.rules.figures import LEAST
from portal.complaints.models import Complaint
from portal.complaints.service import after, intake, respondent
from portal.core import clock, db, jobs, pdf
from portal.core.actor import Actor
from portal.core.audit import Event
from portal.statistics import service as statistics
from portal.subjects.models import Subject
from tests.browser import Browser
from tests.cases.test_figures import a_sent
from tests.complaints.conftest import DEMAND, FACTS, OFFICE, PERSON, REVIEWER, a_draft, act
from tests.conftest import Clock
from tests.factories import make_account, make_actor, make_staff, make_subject

ABOUT = "tianjiaan-district"
EXTRACT = "有企业反映一项改造工程的款项没有支付，请在期限内说明。"
NAME, CONTACT, BUSINESS = "司徒青禾", "0554-7654321", "虚构县青禾建材经营部"
# What the person wrote beside the name; the extract says the same in other words.
OWN_WORDS = "青石桥北头第三根灯杆旁边的那一段"


class Traces:
    """Everything by which a person can be found again."""

    def __init__(self, case: Complaint, code: str, account: Account) -> None:
        self.words = {
            NAME, CONTACT, BUSINESS, OWN_WORDS, FACTS, DEMAND, code, code.replace(" ", ""),
            f"account:{account.id}", str(account.phone), "虚构路改造合同",
        }  # fmt: skip
        self.reference = case.reference

    def in_(self, text: str) -> list[str]:
        return sorted(word for word in self.words if word in text)


@pytest.fixture
def actor(app: Flask) -> Actor:
    return make_actor(make_account())


@pytest.fixture
def traces(actor: Actor) -> Traces:
    """A confidential complaint about a district that was confirmed, with an extract."""
    account = db.session.get_one(Account, actor.account_id)
    draft = a_draft("default", matter="works", about=ABOUT, actor=actor, facts=FACTS + OWN_WORDS,
                    name=NAME, contact=CONTACT, business=BUSINESS)  # fmt: skip
    case, code = intake.submit(draft, actor, in_words=True)
    respondent.send(case, by=OFFICE, text=EXTRACT)
    for name in ("register", "verify", "true", "refused"):
        case = act(case, name, by=OFFICE)
    case = act(case, "confirm", by=REVIEWER)
    after.rate(case, by=PERSON, mark="1", text=OWN_WORDS)
    db.session.commit()
    return Traces(case, code, account)


def of_respondent(browser: Browser, traces: Traces) -> Iterator[tuple[str, str]]:
    """Every page of the desk that a person of the unit complained of can open."""
    account = make_staff("handler", "verifier", body=ABOUT)
    desk = browser.signed_out().sign_in(account)
    for address in ("/desk/", "/desk/?show=all", "/desk/answers", "/desk/repair/handover.csv",
                    "/me/messages"):  # fmt: skip
        yield address, desk.get(address).source
    case = db.session.scalars(select(Complaint).where(Complaint.sort == "default")).one()
    desk.get(f"/desk/cases/{case.reference}", status=404)
    desk.get(f"/cases/{case.reference}", status=404)
    for message in db.session.scalars(select(Message).where(Message.account_id == account.id)):
        yield "message", str(message.data)


def of_outsider(browser: Browser, shop: Subject) -> Iterator[tuple[str, str]]:
    """Every public page that could speak of concerns, the file of events, the report."""
    anyone = browser.signed_out()
    month = f"{clock.today():%Y-%m}"
    door = badges.issue([shop.id], actor="test")[0]
    for address in (
        "/", "/complaints/", "/government/", f"/government/{ABOUT}", "/punctuality",
        "/punctuality/events.csv", f"/punctuality/{month}", f"/subjects/{shop.code}",
        f"/subjects/{shop.code}/records", f"/q/{door}", "/search?q=虚构", "/track",
        f"/search?q={NAME}",
    ):  # fmt: skip
        page = anyone.get(address)
        # A search repeats what was asked.
        yield address, page.source.replace(NAME, "") if "q=" in address else page.source
    for address in anyone.get("/punctuality").links("//main//a").values():
        if address.endswith(".pdf"):
            yield from of_report(anyone.get(address).response.get_data())


def of_report(report: bytes) -> Iterator[tuple[str, str]]:
    for tool in (["pdftotext", "-", "-"], ["pdfinfo", "-"]):
        told = run(tool, input=report, capture_output=True, check=True)
        yield tool[0], told.stdout.decode()
    yield "attached to the report", json.dumps(pdf.attached(report), ensure_ascii=False)


def everything(browser: Browser, traces: Traces, shop: Subject) -> dict[str, list[str]]:
    """Traces by the place in which they were found."""
    found = [*of_respondent(browser, traces), *of_outsider(browser, shop)]
    return {place: traces.in_(text) for place, text in found if traces.in_(text)}


@pytest.mark.limit(30)
def test_nothing_tells_who_spoke(
    traces: Traces, browser: Browser, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop = make_subject()
    for number in range(LEAST):
        a_sent(number)
    clock.set(date(2026, 12, 1))
    statistics.publish()
    db.session.commit()
    jobs.run_due()
    assert statistics.report("2026-11", "zh") is not None
    assert everything(browser, traces, shop) == {}
    assert traces.in_(caplog.text) == []


def test_the_audit_trail_names_the_case_and_nothing_of_who_spoke(traces: Traces) -> None:
    told = db.session.scalars(select(Event).where(Event.thing_kind == "case"))
    assert [traces.in_(f"{each.actor} {each.data}") for each in told if
            traces.in_(f"{each.actor} {each.data}")] == []  # fmt: skip


def test_what_is_sent_out_holds_no_content(traces: Traces) -> None:
    sent = [str(each.data) for each in db.session.scalars(select(Message))]
    sent += [str(vars(each)) for each in db.session.scalars(select(Delivery))]
    content = {NAME, BUSINESS, OWN_WORDS, FACTS, DEMAND}
    assert [word for word in content for text in sent if word in text] == []


def _extract(case: Complaint) -> None:
    case.extract = f"{BUSINESS}反映工程款没有支付"


def _response(case: Complaint) -> None:
    case.response = f"我们已经找过{NAME}"


def _named(case: Complaint) -> None:
    case.protection = "named"


def _route(case: Complaint) -> None:
    case.body_slug, case.about_body = ABOUT, "finance"


def _promise(case: Complaint) -> None:
    from portal.government.models import GovernmentPromise

    db.session.get_one(GovernmentPromise, case.promise_id).counterpart = BUSINESS


@pytest.mark.parametrize("leak", [_extract, _response, _named, _promise])
def test_a_leak_that_is_put_in_is_found(traces: Traces, browser: Browser, leak: Any) -> None:
    leak(db.session.scalars(select(Complaint)).one())
    db.session.commit()
    assert everything(browser, traces, make_subject()) != {}


def test_a_case_given_to_the_unit_complained_of_is_found(traces: Traces, browser: Browser) -> None:
    _route(db.session.scalars(select(Complaint)).one())
    db.session.commit()
    with pytest.raises(AssertionError):
        everything(browser, traces, make_subject())
