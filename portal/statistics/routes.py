"""How punctual each unit is: the page, its events, the report of a month."""

from flask import Blueprint, Response, abort

from portal.documents import service as documents
from portal.statistics import service
from portal.statistics.rules import is_month
from portal.web import i18n
from portal.web.access import public
from portal.web.downloads import attachment
from portal.web.limits import costly, limiter
from portal.web.pages import render

bp = Blueprint("statistics", __name__)


@bp.get("/punctuality")
@public
def index() -> Response:
    return render("statistics/index.html", board=service.board(language=i18n.locale()))


@bp.get("/punctuality/<month>")
@public
def month(month: str) -> Response:
    board = service.board(_month(month), language=i18n.locale())
    return render("statistics/index.html", board=board)


@bp.get("/punctuality/events.csv")
@public
def events() -> Response:
    data = "\ufeff" + service.events_csv()
    return attachment(data.encode(), "text/csv; charset=utf-8", "events.csv")


@bp.get("/punctuality/<month>.pdf")
@public
@limiter.limit(costly)
def report(month: str) -> Response:
    document = service.report(_month(month), i18n.locale()) or abort(404)
    return attachment(documents.file(document), "application/pdf", f"punctuality-{month}.pdf")


def _month(month: str) -> str:
    return month if is_month(month) else abort(404)
