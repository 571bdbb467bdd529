"""A small map of where the subjects of a list are: one circle for each area with a point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from portal.bodies import service as bodies

WIDTH, HEIGHT, MARGIN = 340, 260, 40
SMALLEST, LARGEST = 7, 30


@dataclass(frozen=True, slots=True)
class Spot:
    """One circle: where it stands in the drawing, how large, for which area and how many."""

    code: str
    x: int
    y: int
    radius: int
    count: int


def map_of(areas: Mapping[str, int]) -> list[Spot]:
    """The spots of a list whose lines are counted by area, largest first so that none hides."""
    points = bodies.points()
    west, south = min(point.lon for point in points), min(point.lat for point in points)
    wide = (max(point.lon for point in points) - west) * bodies.LONGITUDE_SHARE
    high = max(point.lat for point in points) - south
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    counts = {point.code: _inside(areas, point.code) for point in points}
    most = max(counts.values(), default=0) or 1
    spots = [
        Spot(
            code=point.code,
            x=round(MARGIN + (point.lon - west) * bodies.LONGITUDE_SHARE * scale),
            y=round(HEIGHT - MARGIN - (point.lat - south) * scale),
            radius=round(max(SMALLEST, LARGEST * math.sqrt(counts[point.code] / most))),
            count=counts[point.code],
        )
        for point in points
    ]
    return sorted(spots, key=lambda spot: (-spot.radius, spot.code))


def _inside(areas: Mapping[str, int], code: str) -> int:
    return sum(count for area, count in areas.items() if area.startswith(code))
