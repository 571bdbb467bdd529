"""Whether a rule holds together: points, words, limits, and grades that can be reached."""

from collections.abc import Iterator, Mapping

from portal.scenarios.rules import (
    EXPIRED,
    FULL,
    MISSING,
    STEPS,
    FactKind,
    Indicator,
    Rule,
    of_points,
)


def faults(rule: Rule) -> Iterator[str]:
    """Everything that is wrong with a rule; nothing when it may be used."""
    yield from _words(rule)
    yield from _parts(rule)
    if rule.is_rated:
        yield from _points(rule)
        yield from _grades(rule)
    elif not (rule.unrated_zh and rule.unrated_en):
        yield "has neither indicators nor a reason for having none"


def _parts(rule: Rule) -> Iterator[str]:
    public = {fact.key for fact in rule.facts if fact.public}
    used = {rule.licence, *rule.titles} - {""}
    used |= {each.fact for each in rule.indicators if each.fact}
    used |= {key for each in rule.sections for key in (*each.facts, *each.by_year)}
    # Whoever computes a grade again must be able to see all that it rests on.
    for key in sorted(used - public):
        yield f"'{key}' is used but is no public fact"


def _points(rule: Rule) -> Iterator[str]:
    if sum(each.full for each in rule.indicators) != FULL:
        yield f"the indicators do not add up to {FULL}"
    known = {fact.key: fact for fact in rule.facts}
    for key in set(rule.needs) - set(known):
        yield f"needs an unknown fact '{key}'"
    for indicator in rule.indicators:
        yield from _point_faults(indicator)
        yield from _outcome_faults(indicator, known)


def _grades(rule: Rule) -> Iterator[str]:
    limits = {one.limit for indicator in rule.indicators for one in indicator.outcomes}
    if unknown := limits - {"", *STEPS[1:]}:
        yield f"has unknown limits: {', '.join(sorted(unknown))}"
        return
    if tuple(rule.thresholds) != STEPS[:3]:
        yield "needs thresholds for excellent, good and fair, in this order"
        return
    reached = reachable(rule)
    for step in STEPS[:4]:
        if step not in reached:
            yield f"the grade '{step}' cannot be reached"


def _words(rule: Rule) -> Iterator[str]:
    pairs = [("the scenario", rule.zh, rule.en), ("the badge", rule.badge_zh, rule.badge_en),
             ("its purpose", rule.purpose_zh, rule.purpose_en)]  # fmt: skip
    pairs += [(f"fact '{fact.key}'", fact.zh, fact.en) for fact in rule.facts]
    pairs += [(f"value '{value}' of '{fact.key}'", *words)
              for fact in rule.facts for value, words in fact.values.items()]  # fmt: skip
    for indicator in rule.indicators:
        pairs.append((f"indicator '{indicator.key}'", indicator.zh, indicator.en))
        for outcome in indicator.outcomes:
            where = f"an outcome of '{indicator.key}'"
            pairs.append((where, outcome.zh, outcome.en))
            if outcome.points < indicator.full:
                pairs.append((f"the advice of {where}", outcome.advice_zh, outcome.advice_en))
    pairs += [("a section of its file", each.zh, each.en) for each in rule.sections]
    for where, zh, en in pairs:
        if not zh or not en:
            yield f"{where} has no words in one of the languages"


def _point_faults(indicator: Indicator) -> Iterator[str]:
    points = [outcome.points for outcome in indicator.outcomes]
    if max(points) != indicator.full or min(points) < 0:
        yield f"the outcomes of '{indicator.key}' do not reach from 0 to {indicator.full}"


def _outcome_faults(indicator: Indicator, known: Mapping[str, FactKind]) -> Iterator[str]:
    if not indicator.fact:
        if not any(outcome.at_least == 0 for outcome in indicator.outcomes):
            yield f"'{indicator.key}' has no outcome for no record"
        return
    if indicator.fact not in known:
        yield f"'{indicator.key}' asks for an unknown fact '{indicator.fact}'"
        return
    there = {outcome.value for outcome in indicator.outcomes}
    for value in (*known[indicator.fact].values, EXPIRED, MISSING):
        if value not in there:
            yield f"'{indicator.key}' has no outcome for '{value}'"


def reachable(rule: Rule) -> set[str]:
    """Every grade that some facts and records can lead to."""
    states = {(0, 0)}
    for indicator in rule.indicators:
        states = {
            (points + one.points, max(low, STEPS.index(one.limit) if one.limit else 0))
            for points, low in states
            for one in indicator.outcomes
        }
    return {STEPS[max(STEPS.index(of_points(rule, points)), low)] for points, low in states}
