"""Storing the fictional city, as any register and any department would report it."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from itertools import islice

from sqlalchemy import select

from portal.badges import service as badges
from portal.bodies import service as bodies
from portal.core import clock, content
from portal.core.calendar import add_months
from portal.core.db import session
from portal.demo.rules import SHOWCASE, City, Door, Life, Reported, Setting, Town, Trade, agents
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects import service as subjects
from portal.subjects.models import Subject

__all__ = ["SHOWCASE", "build", "is_empty", "setting"]

ACTOR = "demo"
CHUNK = 2000
TRADE_FILE = "demo/trades.toml"
REVOKED_BECAUSE = "店铺已搬走"
REFUSED_BECAUSE = "没有说清哪一项事实不对，请补充后再提交"
AGENCY = next(shown for shown in SHOWCASE if shown.key == "agency")


def is_empty() -> bool:
    """Whether no subject is on file."""
    return session.scalar(select(Subject.id).limit(1)) is None


def build(count: int, *, seed: int, progress: Callable[[int], None]) -> None:
    """Store `count` fictional subjects with their records, facts, grades and door codes.

    `progress` is told how many more are done. The fictional bodies come first: they say that
    this is a demo.
    """
    bodies.load_fictional()
    lives = City(setting(clock.today()), seed).lives(count)
    while chunk := list(islice(lives, CHUNK)):
        subjects.store(subjects.SubjectFacts(**life.subject) for life in chunk)
        records.store(records.RecordFacts(**facts) for life in chunk for facts in life.records)
        _report(chunk)
        _register(chunk)
        _issue(chunk)
        progress(len(chunk))
    _reply()


def setting(today: date) -> Setting:
    """Everything of the real city that the fictional one needs, for one day."""
    rows = content.need(TRADE_FILE, "trades")
    return Setting(
        today=today,
        towns=[
            Town(town.code, town.name, county.name)
            for county in bodies.counties()
            for town in bodies.towns(county.code)
        ],
        trades=[
            content.build(Trade, row, f"{TRADE_FILE}, trade {place}")
            for place, row in enumerate(rows, 1)
        ],
        bodies={row["slug"]: row["name"] for row in bodies.marked()},
        months=records.class_months(today),
        scenarios={
            slug: [
                Reported(fact.key, tuple(fact.values), fact.examples, fact.valid_months,
                         fact.key in rule.titles)
                for fact in rule.facts
            ]
            for slug, rule in scenarios.rules().items()
        },
    )  # fmt: skip


def _register(chunk: Sequence[Life]) -> None:
    """The agents of agencies, one of them with a sanction, and replies in every state."""
    found = [scenarios.AgentRow(**one) for life in chunk for one in life.agents]
    scenarios.store_agents(found, actor=ACTOR)
    for life in chunk:
        if life.agents and life.subject["code"] == AGENCY.code:
            with_sanction = agents.number(life.subject, 2)
            row = agents.sanction(setting(clock.today()), with_sanction)
            scenarios.store_sanctions([scenarios.SanctionRow(**row)], actor=ACTOR)


def _reply() -> None:
    """Replies of those who are shown: shown, waiting, refused."""
    for shown in SHOWCASE:
        if shown.reply:
            id_ = subjects.public_row(shown.code).id
            made = scenarios.reply(id_, shown.scenario, shown.reply, actor=ACTOR)
            if shown.reply_state == "shown":
                scenarios.show_reply(made.id, actor=ACTOR)
            elif shown.reply_state == "refused":
                scenarios.refuse_reply(made.id, reason=REFUSED_BECAUSE, actor=ACTOR)


def _report(chunk: Sequence[Life]) -> None:
    """The lists of the scenarios and the facts reported of those on them."""
    listed = [life.subject for life in chunk if life.subject["industry"] in scenarios.rules()]
    scenarios.store(
        [
            scenarios.Listed(one["code"], one["industry"], one["registered_on"], one["ended_on"],
                             one["source_unit"])
            for one in listed
        ],
        [scenarios.FactRow(**fact) for life in chunk for fact in life.facts],
        actor=ACTOR,
    )  # fmt: skip
    while scenarios.recompute_due():
        pass


def _issue(chunk: Sequence[Life]) -> None:
    """Door codes in the state that each life wants."""
    doors = {life.subject["code"]: life.door for life in chunk if life.door}
    rows = session.execute(
        select(Subject.id, Subject.code).where(Subject.code.in_(doors)).order_by(Subject.id)
    )
    found = [(row.id, doors[row.code]) for row in rows]
    today = clock.today()
    lately, long_ago = add_months(today, -7), add_months(today, -38)
    _hang([(id_, door) for id_, door in found if door.state == "expired"], on=long_ago)
    _hang([(id_, door) for id_, door in found if door.state != "expired"], on=lately)
    for _id, door in found:
        if door.state == "replaced":
            badges.replace(door.id, actor=ACTOR, new_id=partial(str, door.next_id))
        elif door.state == "revoked":
            badges.revoke(door.id, reason=REVOKED_BECAUSE, actor=ACTOR)


def _hang(doors: Sequence[tuple[int, Door]], *, on: date) -> None:
    ids = iter([door.id for _subject_id, door in doors])
    badges.issue([id_ for id_, _door in doors], actor=ACTOR, on=on, new_id=ids.__next__)
