"""From the first choice to sending: where it goes, who sees what, what happened."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account
from portal.cases import service as cases
from portal.cases.models import Draft
from portal.cases.service import By, drafts, finding
from portal.complaints import law
from portal.complaints.models import Complaint
from portal.complaints.rules import protection, routing
from portal.complaints.service import vault
from portal.complaints.service.vault import Identity
from portal.core import clock
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.units import Unit, unit_of_key
from portal.subjects import service as subjects

CODE_HOLDER = By("code holder", "applicant")
# Offered as the unit complained of, and stands for the station of the area that was chosen.
STATION = "station"
# The matter of praise and of questions that is about a shop.
SHOP = "shop"
RECENT_DAYS, RECENT = 7, 200


@dataclass(frozen=True)
class Routed:
    """The unit that will get it, at which level, and those that follow when it is late."""

    unit: Unit
    level: str
    chain: tuple[Unit, ...]


def begin(kind: str, actor: Actor | None, *, subject: str = "") -> Draft:
    """Start a concern, perhaps about a shop; raises LookupError for a kind not known here."""
    if law.kinds()[kind].way == "pointed":
        raise LookupError(kind)
    account_id = actor.account_id if actor else None
    draft = drafts.begin("complaint", f"{kind}:{subject}", account_id=account_id)
    drafts.save(draft, kind=kind, subject=subject)
    return draft


def save_where(draft: Draft, *, matter: str, area: str, about: str = "") -> None:
    """What it is about, where, and which unit it complains of.

    Raises Refused beside the first answer that is missing; `missing_where` says all.
    """
    for refusal in missing_where(draft, matter=matter, area=area, about=about):
        raise refusal
    unit = _about(about, area)
    drafts.save(draft, matter=matter, area=area, about=unit.key, about_choice=about)


def missing_where(draft: Draft, *, matter: str, area: str, about: str = "") -> list[Refused]:
    """Every answer that is still missing; the place, too, while the matter is not known."""
    kind = draft.answers["kind"]
    found = law.matters().get(matter)
    if found is not None and kind not in found.kinds:
        found = None
    is_placed = area in law.city().spots
    needs_place = found is None or found.start != "city" or about == STATION
    # Which station it is cannot be told without a place.
    needs_unit = kind == "default" and (is_placed or about != STATION)
    wanted = (
        (found is None, Refused("matter_missing", "matter")),
        (needs_place and not is_placed, Refused("area_missing", "area")),
        (needs_unit and not _about(about, area).body, Refused("about_missing", "about")),
    )
    return [refusal for is_missing, refusal in wanted if is_missing]


def first_place(draft: Draft) -> dict[str, str]:
    """What is known of where and what from the shop it is about, as first answers."""
    found = shop(draft.answers.get("subject", ""))
    if found is None:
        return {}
    matter = SHOP if draft.answers["kind"] in law.matters()[SHOP].kinds else ""
    return {"matter": matter, "area": found.area_code or ""}


def other_side(draft: Draft) -> str:
    """The shop it is about as the other side of a letter, or an empty string."""
    found = shop(draft.answers.get("subject", ""))
    return f"{found.name}，{found.address or found.code}"[:200] if found else ""


def route(draft: Draft) -> Routed | None:
    """Where a draft goes when it is sent now; None before that is known."""
    return _route(draft.answers) if "matter" in draft.answers else None


def _route(answers: Mapping[str, Any]) -> Routed:
    matter, about = law.matters()[answers["matter"]], unit_of_key(answers["about"])
    chain = routing.chain(matter, answers["area"], about, law.city())
    return Routed(chain[0], routing.level(chain[0], law.city()), chain)


def save_protection(
    draft: Draft, actor: Actor | None, *, protection_: str, name: str, contact: str, business: str
) -> None:
    """Which level of protection, and sealed at once who speaks.

    Raises Refused for a level that the kind does not know, or a name that is missing.
    """
    kind = draft.answers["kind"]
    if actor is not None:
        account = session.get_one(Account, actor.account_id)
        name = name or account.name
        contact = contact or account.phone or account.email or ""
    protection.check_protection(kind, protection_, name, contact)
    if kind == "default" and not business.strip():
        raise Refused("business_missing", "business")
    is_anonymous = protection_ == "anonymous"
    packed = "" if is_anonymous else vault.pack(Identity(name, contact, business))
    drafts.save(draft, protection=protection_, identity=packed)


def save_facts(
    draft: Draft, *, facts: str, demand: str, prior: Sequence[str] = (), **further: Any
) -> None:
    """What happened and what is asked for; `further` are the fields of a contract or a purchase.

    Raises Refused for too few or too many words, or for what lies before a court already.
    """
    protection.check_facts(facts)
    protection.check_prior(prior)
    told = {name: str(value) for name, value in further.items() if value}
    drafts.save(draft, facts=facts, demand=demand, prior=list(prior), further=told)


def missing_page(draft: Draft) -> str:
    """The first page that is not answered yet, or an empty string."""
    answers = draft.answers
    if law.kinds()[answers["kind"]].way == "worked":
        if "matter" not in answers:
            return "where"
        if "protection" not in answers:
            return "protection"
    return "" if "facts" in answers else "facts"


def identity_of(draft: Draft) -> Identity | None:
    """Who speaks, for the page on which that person checks it."""
    packed = draft.answers.get("identity")
    return vault.unpack(packed) if packed else None


def submit(
    draft: Draft, actor: Actor | None, *, in_words: bool, trap: str = ""
) -> tuple[Complaint, str]:
    """Send a concern; returns the case and the code that opens it.

    What looks like a machine's, like the same again, or like very many is seen by a person first.
    Raises Refused when a page is not answered.
    """
    if missing_page(draft):
        raise Refused("page_missing")
    answers = draft.answers
    identity = identity_of(draft)
    case = _made(answers, actor)
    if case.workflow.term is not None:
        _send_to_unit(case, _route(answers), held=_held(answers, actor, trap))
    held_because = case.held_because
    code = cases.open_case(case, by=CODE_HOLDER, draft=draft, code=_code() if in_words else "")
    vault.keep(case, identity)
    if held_because:
        words = protection.HELD_WORDS[held_because]
        cases.note(case, "hold", by=cases.SYSTEM, note=words)
    return case, code


def shop(code: str) -> Any:
    """The public facts of the shop it is about, or None."""
    return subjects.public_row(code) if code else None


def _made(answers: Mapping[str, Any], actor: Actor | None) -> Complaint:
    kind = law.kinds()[answers["kind"]]
    matter = law.matters().get(answers.get("matter", ""))
    about = unit_of_key(answers.get("about", ""))
    level = answers.get("protection", "confidential")
    shop_ = shop(answers.get("subject", ""))
    return Complaint(
        title=f"{kind.zh}：{matter.zh}" if matter else kind.zh,
        account_id=actor.account_id if actor and level != "anonymous" else None,
        is_shared=False,
        sort=kind.key,
        matter=matter.key if matter else "",
        area_code=answers.get("area", ""),
        about_body=about.body,
        about_area=about.area,
        about_subject_id=shop_.id if shop_ else None,
        facts=answers["facts"],
        demand=answers.get("demand", ""),
        further=answers.get("further", {}),
        protection=level,
        held_because="",
        transfers=0,
        reopened=0,
        is_assigned=False,
        is_urgent=bool(matter and matter.urgent),
        received_at=clock.now(),
        extract="",
        response="",
        mark="",
        mark_text="",
    )


def _send_to_unit(case: Complaint, routed: Routed, *, held: str) -> None:
    """Set who gets it: its unit, or the city office when a person has to look first."""
    case.held_because, case.route = held, routed.unit.key
    unit = routing.office(case.about, law.city()) if held else routed.unit
    case.body_slug, case.unit_area = unit.body, unit.area


def _held(answers: Mapping[str, Any], actor: Actor | None, trap: str) -> str:
    since = clock.now() - timedelta(days=RECENT_DAYS)
    recent = session.scalars(
        select(Complaint.facts)
        .where(Complaint.opened_at >= since, Complaint.sort == answers["kind"])
        .order_by(Complaint.id.desc())
        .limit(RECENT)
    )
    today = finding.opened_since(actor.account_id, "complaint", 1) if actor else 0
    return protection.held_because(
        trap=trap, text=answers["facts"], recent=recent, sent_today=today
    )


def _code() -> str:
    words = law.code_words()
    places = [secrets.randbelow(len(words)) for _place in range(protection.CODE_WORDS)]
    return protection.words_of_code(words, places)


def _about(choice: str, area: str) -> Unit:
    if choice == STATION:
        return routing.station(area, law.city())
    unit = unit_of_key(choice)
    return unit if unit.body in law.city().parents else Unit("")
