"""Load the fifteen scenarios from content/scenarios/; a rule that does not hold is refused."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from portal.bodies import service as bodies
from portal.core import content
from portal.scenarios.rules import FactKind, Indicator, Outcome, Rule, Section
from portal.scenarios.rules.check import faults

# In the order of the work plan's annex.
SLUGS = (
    "real-estate", "construction-waste", "medical-insurance", "labour", "export", "food-safety",
    "work-safety", "energy", "construction", "property-agency", "property-management",
    "e-commerce", "tourism", "beef-soup", "training",
)  # fmt: skip


@cache
def load() -> Mapping[str, Rule]:
    """Every scenario by its slug, in the order of the annex."""
    return MappingProxyType({slug: _rule(slug) for slug in SLUGS})


def _rule(slug: str) -> Rule:
    path = f"scenarios/{slug}.toml"
    table = dict(content.load(path))
    table["facts"] = [_fact(row, path) for row in table.get("facts", [])]
    table["indicators"] = [_indicator(row, path) for row in table.get("indicators", [])]
    table["sections"] = [
        content.build(Section, row, f"{path}, section {row.get('zh')}")
        for row in table.get("sections", [])
    ]
    rule = content.build(Rule, table, path)
    known = bodies.slugs()
    wrong = [f"unknown body '{body}'" for body in (*rule.lead, *rule.cooperating)
             if body not in known]  # fmt: skip
    wrong += faults(rule)
    if rule.slug != slug:
        wrong.append(f"the slug is '{rule.slug}'")
    if wrong:
        raise content.ContentError(f"content/{path}: {'; '.join(wrong)}")
    return rule


def _fact(row: Mapping[str, Any], path: str) -> FactKind:
    values = {value: tuple(words) for value, words in row.get("values", {}).items()}
    return content.build(FactKind, {**row, "values": values}, f"{path}, fact {row.get('key')}")


def _indicator(row: Mapping[str, Any], path: str) -> Indicator:
    where = f"{path}, indicator {row.get('key')}"
    outcomes = [content.build(Outcome, one, where) for one in row.get("outcomes", [])]
    return content.build(Indicator, {**row, "outcomes": outcomes}, where)
