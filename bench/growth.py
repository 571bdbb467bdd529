"""Goal 12: what ten times as many subjects cost, for pages and for finding."""

from bench import data, pages, search
from bench.figures import Figure, median

SIZES = (10_000, 100_000, 1_000_000)
EACH = 12
TIMES = 3


def run(subjects: int, *, calls: int) -> list[Figure]:
    """Pages built afresh and searches on cities of growing size, up to the one measured."""
    sizes = [size for size in SIZES if size < subjects] + [subjects]
    costs: dict[str, list[float]] = {}
    for size in sizes:
        for name, cost in _costs(size, calls).items():
            costs.setdefault(name, []).append(cost)
    return [
        Figure(f"{name}, {larger:,} subjects against {smaller:,}", after / before, "x", "<= 1.5")
        for name, values in costs.items()
        for smaller, larger, before, after in zip(
            sizes, sizes[1:], values, values[1:], strict=False
        )
    ]


def _costs(size: int, calls: int) -> dict[str, float]:
    city = data.city(size)
    portal = data.portal(data.url(city))
    found = {
        f"{name}, fresh": median(
            [pages.cost_of(portal.wsgi_app, addresses, calls) for _time in range(TIMES)]
        )
        for name, addresses in pages.paths(city).items()
    }
    spent = search.spent(data.url(city), search.questions(city, EACH))
    found["search, p50"] = median(spent)
    return found
