"""The figures of each unit, the charts, and the events they are counted from."""

import csv
import io
from dataclasses import dataclass

from portal.cases.service import figures
from portal.cases.service.figures import Figures
from portal.statistics.rules import COLUMNS, Bar, bar


@dataclass(frozen=True)
class Board:
    """The figures of units with enough cases, for the last year or one month."""

    month: str
    figures: list[Figures]
    months: list[str]
    on_time: list[Bar]
    received: list[Bar]


def board(month: str = "") -> Board:
    """What the page and the monthly report show."""
    found = figures.of_units(month)
    most = max((each.received for each in found), default=0)
    return Board(
        month=month,
        figures=found,
        months=figures.months(),
        on_time=[bar(each.unit, each.on_time_share, 100) for each in found
                 if each.on_time_share is not None],
        received=[bar(each.unit, each.received, most) for each in found],
    )  # fmt: skip


def publish() -> int:
    """Write the events up to yesterday anew."""
    return figures.publish()


def events_csv() -> str:
    """Every published event, a line each; whoever counts them gets the figures of the page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for event in figures.published():
        cells = (getattr(event, name) for name in COLUMNS)
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()
