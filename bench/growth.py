"""Goal 12: what ten times as many subjects cost, for pages and for finding."""

from pathlib import Path

from bench import data, pages, search
from bench.figures import Figure, median, percentile

SIZES = (10_000, 100_000, 1_000_000)
# The median lies where answers of one become answers of a page: few questions find it by chance.
EACH = 200
TIMES = 3
PAGE_SIZE = 20
# The figure of searching is its p99. The median is printed beside it: half of all questions find
# three subjects or fewer in the small city and a page in the large ones.
MEDIAN = "search, p50"


def run(subjects: int, *, calls: int) -> list[Figure]:
    """Pages built afresh and searches on cities of growing size, up to the one measured."""
    sizes = [size for size in SIZES if size < subjects] + [subjects]
    cities = [data.city(size) for size in sizes]
    costs: dict[str, list[float]] = {}
    for city in cities:
        for name, cost in _pages(city, calls).items():
            costs.setdefault(f"{name}, fresh", []).append(cost)
    spent = search.spent(cities, EACH)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        costs[f"search, {name}"] = [
            percentile([cost for cost, _shown in values], share) for values in spent
        ]
    # In a larger city the same kind of question finds more: by itself that is no growth.
    for name, wanted in (("one", 1), ("a page or more", PAGE_SIZE)):
        costs[f"search that finds {name}, p50"] = [
            median([cost for cost, shown in values if shown == wanted]) for values in spent
        ]
    return [
        Figure(
            f"{name}, {larger:,} subjects against {smaller:,}",
            after / before,
            "x",
            "" if name == MEDIAN else "<= 1.5",
        )
        for name, values in costs.items()
        for smaller, larger, before, after in zip(
            sizes, sizes[1:], values, values[1:], strict=False
        )
    ]


def _pages(city: Path, calls: int) -> dict[str, float]:
    portal = data.portal(data.url(city))
    return {
        name: median([pages.cost_of(portal.wsgi_app, addresses, calls) for _time in range(TIMES)])
        for name, addresses in pages.paths(city).items()
    }
