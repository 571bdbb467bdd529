"""Grades computed from the published JSON alone, by a reader of the published words.

It shares no line with the portal: whoever doubts a grade could have written it.
"""

from datetime import date
from typing import Any

ORDER = ["excellent", "good", "fair", "poor", "suspended"]


def plus_months(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (31, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def grade(rule: dict[str, Any], told: dict[str, Any]) -> tuple[str, int, dict[str, int]]:
    """The grade, its points, and the points of every line."""
    today = date.fromisoformat(told["date"])
    taken = {one["key"]: outcome(one, told, today) for one in rule["indicators"]}
    points = sum(one["points"] for one in taken.values())
    lines = {key: one["points"] for key, one in taken.items()}
    if not rule["indicators"] or is_open(rule, told, today):
        return "none", points, lines
    reached = [step for step, least in rule["thresholds"].items() if points >= least]
    found = max(reached, key=lambda step: rule["thresholds"][step]) if reached else "poor"
    for one in taken.values():
        if one["limit"] and ORDER.index(one["limit"]) > ORDER.index(found):
            found = one["limit"]
    return found, points, lines


def is_open(rule: dict[str, Any], told: dict[str, Any], today: date) -> bool:
    """Whether something that a grade needs is missing, out of date, or the rule not begun."""
    if today < date.fromisoformat(rule["effective_from"]):
        return True
    newest = []
    for key in rule["needs"]:
        fact = current(told["facts"], key, today)
        if fact:
            newest.append(date.fromisoformat(fact["from_on"]))
        elif not ended(told["facts"], key, today):
            return True
    return bool(newest) and plus_months(max(newest), rule["holds_months"]) <= today


def current(facts: list[dict[str, Any]], key: str, today: date) -> dict[str, Any] | None:
    true = [
        fact for fact in facts
        if fact["key"] == key and fact["from_on"] <= today.isoformat()
        and (fact["until_on"] or "9999") >= today.isoformat()
    ]  # fmt: skip
    true.sort(key=lambda fact: (fact["from_on"], fact["value"]))
    return true[-1] if true else None


def ended(facts: list[dict[str, Any]], key: str, today: date) -> bool:
    return any(
        fact["key"] == key and fact["until_on"] and fact["until_on"] < today.isoformat()
        for fact in facts
    )


def outcome(indicator: dict[str, Any], told: dict[str, Any], today: date) -> dict[str, Any]:
    if indicator["fact"]:
        fact = current(told["facts"], indicator["fact"], today)
        gone = "expired" if ended(told["facts"], indicator["fact"], today) else "missing"
        word = fact["value"] if fact else gone
        if not word.isdigit():
            named = [one for one in indicator["outcomes"] if one["value"] == word]
            return (named or by_value(indicator, "missing"))[0]
        number = int(word)
    else:
        number = sum(counts(indicator, record, today) for record in told["records"])
    steps = [one for one in indicator["outcomes"] if one["at_least"] is not None
             and one["at_least"] <= number]  # fmt: skip
    return max(steps, key=lambda one: one["at_least"])


def by_value(indicator: dict[str, Any], value: str) -> list[dict[str, Any]]:
    return [one for one in indicator["outcomes"] if one["value"] == value]


def counts(indicator: dict[str, Any], record: dict[str, Any], today: date) -> bool:
    if record["kind"] not in indicator["kinds"]:
        return False
    if indicator["classes"] and record["record_class"] not in indicator["classes"]:
        return False
    if not record["public_from"] <= today.isoformat() < (record["public_until"] or "9999"):
        return False
    decided = date.fromisoformat(record["decided_on"])
    return not indicator["months"] or today < plus_months(decided, indicator["months"])
