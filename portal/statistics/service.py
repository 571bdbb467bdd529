"""The figures of each unit, the charts, and the events they are counted from."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from portal.cases.service import figures
from portal.cases.service.figures import Figures
from portal.core import clock
from portal.core.db import session
from portal.documents import service as documents
from portal.documents.models import Document
from portal.statistics.models import MonthReport
from portal.statistics.rules import COLUMNS, Bar, bar, is_over, month_in_words

TEMPLATE = "statistics/report.html"
TITLES = {"zh": "{month}各单位办理情况", "en": "How punctual each unit is: {month}"}


@dataclass(frozen=True)
class Board:
    """The figures of units with enough cases, for the last year or one month."""

    month: str
    figures: list[Figures]
    months: list[str]
    # The months whose report is sealed in the language of the page.
    sealed: frozenset[str]
    on_time: list[Bar]
    received: list[Bar]


def board(month: str = "", *, language: str = "zh") -> Board:
    """What the page shows of the last year or of one month (2026-10)."""
    found = figures.of_units(month)
    most = max((each.received for each in found), default=0)
    return Board(
        month=month,
        figures=found,
        months=figures.months(),
        sealed=frozenset(_sealed(language)),
        on_time=[bar(each.unit, each.on_time_share, 100) for each in found
                 if each.on_time_share is not None],
        received=[bar(each.unit, each.received, most) for each in found],
    )  # fmt: skip


def publish() -> int:
    """Write the events up to yesterday anew, and issue the reports of months that are over."""
    count = figures.publish()
    for month in figures.months():
        if is_over(month, clock.today()):
            _issue(month, figures.of_units(month))
    return count


def report(month: str, language: str) -> Document | None:
    """The sealed report of a month (2026-10); None before it is printed."""
    return session.scalar(
        select(Document)
        .join(MonthReport)
        .where(
            MonthReport.month == month,
            MonthReport.language == language,
            Document.state == "ready",
        )
    )


def _sealed(language: str) -> Sequence[str]:
    query = select(MonthReport.month).where(MonthReport.language == language)
    return session.scalars(query).all()


def _issue(month: str, found: Sequence[Figures]) -> None:
    """Each language once: what was sealed stays, even when the year moves on."""
    for language, title in TITLES.items():
        known = session.get(MonthReport, (month, language))
        if known is not None or not found:
            continue
        document = documents.issue(
            "figures",
            subject_id=None,
            account_id=None,
            title=title.format(month=month_in_words(month, language)),
            snapshot=_snapshot(month, found),
            template=TEMPLATE,
            actor="portal",
            language=language,
        )
        session.add(MonthReport(month=month, language=language, document_id=document.id))


def _snapshot(month: str, found: Sequence[Figures]) -> Mapping[str, Any]:
    units = [
        {**asdict(each), "on_time_share": each.on_time_share,
         "satisfied_share": each.satisfied_share}
        for each in found
    ]  # fmt: skip
    return {"month": month, "units": units, "public": [["期间", month]]}


def events_csv() -> str:
    """Every published event, a line each; whoever counts them gets the figures of the page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for event in figures.published():
        cells = (getattr(event, name) for name in COLUMNS)
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()
