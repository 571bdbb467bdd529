"""A rule, and the facts under a grade, as JSON: enough for anyone to compute the grade again."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from portal.scenarios import rulebook
from portal.scenarios.rules import Grade, Indicator, Rule
from portal.scenarios.service.grading import inputs

SHOWN = ("slug", "number", "zh", "en", "version", "effective_from", "notice_zh", "notice_en",
         "thresholds", "holds_months", "needs", "lead", "cooperating", "unrated_zh",
         "unrated_en")  # fmt: skip
HOW = (
    "Points: take for each indicator one outcome and add up the points. An indicator over a fact "
    "takes the fact that is true on the day (from <= day <= until) and has the latest from; its "
    "outcome is the one of that value, or for a number the one with the largest at_least not "
    "above it; without a fact it is 'expired' if one has ended, else 'missing'. An indicator over "
    "records counts those of its kinds and classes (none named: all) with public_from <= day, "
    "day < public_until, and, if months is not 0, day < decided_on + months. Grade: the first "
    "threshold reached, else poor; never better than the limit of any outcome taken (order: "
    "excellent, good, fair, poor, suspended). It is none while a needed fact was never reported, "
    "once holds_months have passed since the latest needed fact, and before effective_from."
)


def rule_json(slug: str) -> str | None:
    """The rule of a scenario, or None when there is no such scenario."""
    rule = rulebook.load().get(slug)
    return _text({"how": HOW, **_rule(rule)}) if rule else None


def _rule(rule: Rule) -> dict[str, Any]:
    told = {name: getattr(rule, name) for name in SHOWN}
    facts = [{"key": fact.key, "zh": fact.zh, "en": fact.en, "values": dict(fact.values)}
             for fact in rule.facts if fact.public]  # fmt: skip
    return {**told, "thresholds": dict(rule.thresholds), "facts": facts,
            "indicators": [_indicator(each) for each in rule.indicators]}  # fmt: skip


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {**asdict(indicator), "outcomes": [asdict(one) for one in indicator.outcomes]}


def grade_json(
    code: str, subject_id: int, rule: Rule, found: Grade | None, reply: str, today: date
) -> str:
    """The facts and records that a rule looks at, and what it came to on a day."""
    facts, seen = inputs(rule, [subject_id], today)
    return _text(
        {
            "subject": code,
            "scenario": rule.slug,
            "rule": f"/scenarios/{rule.slug}/rule.json",
            "rule_version": rule.version,
            "date": today,
            "facts": [fact._asdict() for fact in facts[subject_id] if fact.key in rule.used],
            "records": [record._asdict() for record in seen[subject_id]
                        if record.public_from <= today],
            "grade": found.grade if found else None,
            "points": found.points if found else None,
            "lines": {line.indicator.key: line.got for line in found.lines} if found else {},
            "disputed": found.is_disputed if found else False,
            "holds_until": found.holds_until if found else None,
            "reply": reply,
        }
    )  # fmt: skip


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1, default=date.isoformat)
