"""Goal 8: computing the grades of one scenario, as the rule alone and with the database."""

import random
import time
from datetime import timedelta

from bench.figures import Figure, median

SCENARIO = "beef-soup"


def run(subjects: int, rounds: int) -> list[Figure]:
    """The pure rule over facts and records as a city has them, on one core."""
    from portal.core import clock
    from portal.scenarios import rulebook
    from portal.scenarios.rules import Fact, RecordFact, grade

    choose, today = random.Random(8), clock.today()
    rule = rulebook.load()[SCENARIO]
    known = [fact for fact in rule.facts if fact.values]
    cases = []
    for place in range(subjects):
        facts = [
            Fact(fact.key, choose.choice([*fact.values]), today - timedelta(choose.randint(1, 300)))
            for fact in known
        ]
        decided_on = today - timedelta(choose.randint(1, 700))
        found = [RecordFact(place, "penalty", "general", decided_on, decided_on, None)]
        cases.append((facts, found if place % 3 == 0 else []))
    rates = []
    for _round in range(rounds):
        begun = time.process_time()
        for facts, found in cases:
            grade(rule, facts, found, today)
        rates.append(len(cases) / (time.process_time() - begun))
    return [Figure("grades of one scenario, the rule alone", median(rates), "subjects/s",
                   ">= 20000")]  # fmt: skip
