"""Every address that names a thing of somebody, asked by its owner and by everybody else.

The addresses come from the map of the portal, the things from a demo city; a new address with an
argument that nothing here stands for fails its test.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, text
from werkzeug.routing import Rule

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.cases.service import files
from portal.commitments import texts
from portal.commitments.models import Commitment, Duty, Evidence
from portal.commitments.service import drafting
from portal.complaints import law
from portal.complaints.service import intake
from portal.core import clock as portal_clock
from portal.core import db, storage
from portal.core.actor import Actor
from portal.core.audit import Event
from portal.objections import service as objections
from portal.repair import service as repair
from portal.reports import service as reports
from portal.reports.rules import Granting
from portal.subjects.models import Subject
from portal.web import access
from tests.browser import Browser
from tests.conftest import Clock, let_go, make_app
from tests.databases import Server
from tests.factories import make_account, make_staff

pytestmark = pytest.mark.limit(60)

CASES = """
    SELECT reference, account_id AS owner, case_file.id AS file_id FROM cases
    LEFT JOIN case_file ON case_id = cases.id
    WHERE account_id IS NOT NULL AND kind {} ORDER BY case_file.id IS NULL, cases.id
"""
DRAFTS = """
    SELECT case_draft.id AS draft_id, account_id AS owner, case_file.id AS file_id FROM case_draft
    LEFT JOIN case_file ON draft_id = case_draft.id WHERE kind = '{}' AND account_id IS NOT NULL
    ORDER BY case_file.id IS NULL
"""
COMMITMENTS = """
    SELECT number, account_id AS owner, commitment_duty.id AS duty_id,
           commitment_file.id AS file_id
    FROM commitment LEFT JOIN commitment_duty ON commitment_duty.commitment_id = commitment.id
    LEFT JOIN commitment_file ON commitment_file.commitment_id = commitment.id
    ORDER BY commitment_file.id IS NULL, commitment_duty.id IS NULL
"""
BUSINESSES = """
    SELECT code, account_id AS owner FROM representation JOIN subject ON subject.id = subject_id
    WHERE is_legal AND ended_at IS NULL
"""
RECORDS = """
    SELECT record.id AS record_id, account_id AS owner FROM record
    JOIN representation ON representation.subject_id = record.subject_id
    WHERE is_legal AND record.number LIKE '虚构城管罚%' ORDER BY record.id
"""
# By how an address begins, the longest first: which things stand there, and whose they are.
# An owner of nothing (NULL) stands for things of an office.
OWNED = {
    "/cases/": CASES.format("IN ('repair', 'objection')"),
    "/commitments/mine/": COMMITMENTS,
    "/commitments/signing/":
        "SELECT id AS draft_id, account_id AS owner FROM commitment_signing",
    "/complaints/cases/": CASES.format("NOT IN ('repair', 'objection')"),
    "/complaints/drafts/": DRAFTS.format("complaint"),
    "/drafts/": DRAFTS.format("repair"),
    "/me/people/": BUSINESSES,
    "/me/subjects/": BUSINESSES,
    "/objections/drafts/": DRAFTS.format("objection"),
    "/repair/": RECORDS,
    "/repair/drafts/": DRAFTS.format("repair"),
    "/reports/": """
        SELECT number, account_id AS owner FROM document
        WHERE account_id IS NOT NULL AND kind IN ('general', 'special', 'statement', 'listing')
    """,
    "/reports/grants/": BUSINESSES,
    "/reports/use/": """
        SELECT report_grant.id AS id, account.id AS owner FROM report_grant
        JOIN account ON account.email = grantee_contact
    """,
    "/desk/cases/": CASES.format("IS NOT NULL").replace("account_id AS owner", "NULL AS owner"),
    "/desk/commitments/": COMMITMENTS.replace("account_id AS owner", "NULL AS owner"),
    "/desk/commitments/requests/":
        "SELECT id AS request_id, NULL AS owner FROM commitment_request",
}  # fmt: skip
# Where an argument names no thing of anybody: forms that everyone may begin, and things of the
# whole office, which the marks of their views guard (tests/site/test_roles.py).
OPEN = {
    "commitments.start", "reports.new", "ingest.fault", "ingest.show", "ingest.findings",
    "ingest.show_handed", "ingest.template",
    "desk.decide_claim", "desk.decide_reply", "desk.change", "desk.end",
}  # fmt: skip
# Further parts of an address.
MOST = 4
FIXED = {"kind": "receipt", "step": "withdraw", "scenario": "beef-soup"}
# Files that a worker prints later.
PRINTED = {"cases.paper", "commitments.document", "reports.download"}
OWNER = "food@demo.example"


class Thing(NamedTuple):
    """A rule of the map with the address of a real thing, and the account it belongs to."""

    rule: Rule
    address: str
    owner: int | None


@pytest.fixture(scope="module")
def town(server: Server, migrated: str) -> Iterator[Flask]:
    """The demo city with something begun and not sent of every kind; nothing here changes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal_clock, "source", Clock())
        app = make_app(server.new(like=migrated), page_cache_bytes=0)
        ran = app.test_cli_runner().invoke(args=["portal", "demo", "--subjects", "100"])
        assert ran.exit_code == 0, ran.output
        with app.app_context():
            _begin_everything()
            db.session.commit()
        app.config["WTF_CSRF_ENABLED"] = False
        yield app
    let_go(app)


def _begin_everything() -> None:
    actor = _actor(OWNER)
    subject = db.session.get_one(Subject, accounts.represented(actor)[0].subject_id)
    free = db.session.scalar(text(f"{RECORDS} LIMIT 1"))
    draft = repair.begin(free, actor)
    files.add(draft, [("凭证.png", _picture())], role="applicant")
    found = objections.target("record", str(free), actor)
    assert found is not None
    objections.begin(found, actor)
    letter = intake.begin("consumer", actor)
    intake.save_facts(letter, facts="虚构的经过，" * 10, demand="退款")
    concern = intake.begin("concern", actor)
    matter = next(each for each in law.matters().values() if "concern" in each.kinds)
    intake.save_where(concern, matter=matter.key, area="340403002")
    promise = texts.newest("wage-payment", portal_clock.today())
    assert promise is not None
    drafting.begin(promise, f"subject:{subject.id}", actor)
    commitment = db.session.scalars(select(Commitment).join(Duty)).first()
    assert commitment is not None
    db.session.add(Evidence(commitment_id=commitment.id, role="promisor", storage_key=storage.put(b"x"),
                            name="x.png", media_type="image/png", size=1, added_at=portal_clock.now()))  # fmt: skip
    today = portal_clock.today()
    given = Granting("虚构银行", "citizen@demo.example", "special", (frozen_domain(),),
                     today - timedelta(days=365), today, "loan", 30, 3)  # fmt: skip
    reports.grant(subject, actor, given)


def frozen_domain() -> str:
    return reports.law_on_file().domains[0].key


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


def _actor(email: str) -> Actor:
    account = accounts.find_by_contact(accounts.Contact("email", email))
    assert account is not None
    return accounts.actor_of(account)


def guarded(app: Flask) -> list[Rule]:
    """Every address with arguments that is not for everybody."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.arguments
        and access.mark_of(app.view_functions[rule.endpoint]) != "public"
        and rule.endpoint not in OPEN
    ]


def begins(rule: Rule) -> str:
    """Which of OWNED an address belongs to."""
    found = [each for each in OWNED if rule.rule.startswith(each)]
    assert found, f"{rule.rule} names a thing that no query here finds; is it somebody's?"
    return max(found, key=len)


def things(app: Flask, rule: Rule) -> list[Thing]:
    """A few things that an address of this rule can name."""
    found = []
    for row in db.session.execute(text(OWNED[begins(rule)])).mappings():
        values = {name: row.get(name, FIXED.get(name)) for name in rule.arguments}
        if None not in values.values():
            built = rule.build(values, append_unknown=False)
            assert built, (rule, values)
            found.append(Thing(rule, built[1], row["owner"]))
    assert found, f"the demo has no example of {rule.rule}"
    return found[:MOST]


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def others(app: Flask) -> dict[str, tuple[Browser, int | None]]:
    """Who may not: nobody, a citizen, owners of other businesses, staff of another unit."""
    agency = _actor("agency@demo.example")
    citizen = make_account("路人")
    elsewhere = make_staff("handler", "verifier", "reviewer", body="tax", area_code="340422")
    return {
        "nobody": (Browser(app), None),
        "a citizen": (Browser(app).sign_in(citizen), citizen.id),
        "another owner": (
            Browser(app).sign_in(accounts.account_of(agency)), agency.account_id
        ),
        "staff of another unit": (Browser(app).sign_in(elsewhere), elsewhere.id),
    }  # fmt: skip


# A form that asks which of several things is told one.
DATA = {"which": "1", "id": "1", "reason": "x"}


def is_kept_out(status: int, location: str) -> bool:
    return status in {403, 404} or (
        status == 303 and location.startswith(("/sign-in", "/track", "/confirm"))
    )


def test_nobody_reads_or_does_what_belongs_to_another(town: Flask) -> None:
    wrong = []
    with town.app_context():
        visitors = others(town)
        asked = [thing for rule in guarded(town) for thing in things(town, rule)]
        before = db.session.scalar(select(func.count(Event.id)))
    for thing in asked:
        for who, (browser, account_id) in visitors.items():
            for method in methods(thing.rule):
                if account_id is not None and account_id == thing.owner:
                    continue
                answer = browser.client.open(thing.address, method=method, data=DATA)
                if not is_kept_out(answer.status_code, answer.headers.get("Location", "")):
                    wrong.append(f"{who}: {method} {thing.address} {answer.status_code}")
    with town.app_context():
        assert db.session.scalar(select(func.count(Event.id))) == before
    assert wrong == []


def test_its_owner_opens_each_of_these_addresses(town: Flask) -> None:
    """Without this the other test could ask for things that are not there at all."""
    wrong = []
    for rule in guarded(town):
        with town.app_context():
            asked = [each for each in things(town, rule) if each.owner]
            browsers = {
                each.owner: Browser(town).sign_in(db.session.get_one(Account, each.owner))
                for each in asked
            }
        if asked and "GET" in methods(rule) and rule.endpoint not in PRINTED:
            seen = [browsers[each.owner].client.get(each.address).status_code for each in asked]
            if not {200, 303} & set(seen):
                wrong.append(f"{rule.rule} {seen}")
    assert wrong == []


def test_a_new_address_with_an_argument_must_be_told_whose_it_is(town: Flask) -> None:
    town.url_map.add(Rule("/parcels/<number>", endpoint="new"))
    with pytest.raises(AssertionError, match="is it somebody's"):
        begins(next(rule for rule in town.url_map.iter_rules() if rule.endpoint == "new"))
