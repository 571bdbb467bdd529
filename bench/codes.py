"""Goal 7: checking many credit codes, against python-stdnum."""

import time
from collections.abc import Callable, Sequence

from stdnum.cn import uscc

from bench.figures import Figure
from bench.pages import interleaved


def run(count: int, rounds: int) -> list[Figure]:
    from portal.subjects.rules import codes

    right = [codes.make("91", "340400", f"MA{number:06d}") for number in range(count)]
    # One in ten has a slip: a wrong check digit.
    mixed = [
        code[:-1] + ("A" if code[-1] != "A" else "B") if number % 10 == 0 else code
        for number, code in enumerate(right)
    ]
    few = mixed[: max(count // 20, 100)]
    assert list(codes.batch(few)) == [uscc.is_valid(code) for code in few]
    costs = interleaved(
        {
            "portal": lambda: _cost(lambda: list(codes.batch(mixed)), mixed),
            "stdnum": lambda: _cost(lambda: list(map(uscc.is_valid, few)), few),
        },
        rounds,
    )
    return [
        Figure("code check in batch", 1e6 / costs["portal"], "codes/s"),
        Figure("code check by python-stdnum", 1e6 / costs["stdnum"], "codes/s"),
        Figure(
            "code check in batch against stdnum", costs["stdnum"] / costs["portal"], "x", ">= 40"
        ),
    ]


def _cost(work: Callable[[], object], checked: Sequence[str]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / len(checked) * 1e6
