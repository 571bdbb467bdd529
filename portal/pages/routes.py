"""Home, help, terms, and the pages about the site."""

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from portal.cases.service import figures
from portal.core import parking as parked
from portal.pages import gallery, service
from portal.web import errors, parking, transactions
from portal.web.access import public
from portal.web.i18n import locale
from portal.web.pages import path, render

bp = Blueprint("pages", __name__)


@bp.get("/")
@public
def home() -> Response:
    news = service.news(locale())[:3]
    return render("pages/home.html", news=news, lately=figures.lately())


@bp.get("/services")
@public
def services() -> Response:
    return render("pages/services.html")


@bp.get("/news/")
@public
def news_index() -> Response:
    return render("pages/news_index.html", news=service.news(locale()))


@bp.get("/news/<name>")
@public
def news_article(name: str) -> Response:
    found = dict(service.news(locale())).get(name) or abort(404)
    return render("pages/article.html", article=found, in_help=False)


@bp.get("/glossary")
@public
def glossary() -> Response:
    return render("pages/glossary.html", words=service.glossary())


@bp.get("/help/")
@public
def help_index() -> Response:
    return render("pages/help_index.html", articles=service.help_articles(locale()))


@bp.get("/help/<name>")
@public
def help_article(name: str) -> Response:
    return _article(f"help/{name}")


@bp.get("/about")
@public
def about() -> Response:
    return _article("about")


@bp.get("/privacy")
@public
def privacy() -> Response:
    return _article("privacy")


@bp.get("/accessibility")
@public
def accessibility() -> Response:
    return _article("accessibility")


@bp.get("/terms")
@public
def terms() -> Response:
    return render("pages/terms.html", terms=service.terms(), periods=service.periods())


@bp.get("/about/components")
@public
def components() -> Response:
    return render("pages/components.html", **gallery.samples())


@bp.app_errorhandler(MethodNotAllowed)
def wrong_way(error: MethodNotAllowed) -> ResponseReturnValue:
    """Whoever opens the address that a form is sent to comes to the page of the form.

    A form that could not be taken is shown there, and its links to the other language, or the
    way back from signing in, open that address.
    """
    adapter = current_app.create_url_adapter(request)
    found = _above(adapter, request.path) if adapter and request.method == "GET" else ""
    if found:
        _take_along(path(request.path), path(found))
        query = request.query_string.decode()
        return redirect(path(f"{found}?{query}" if query else found), 303)
    response = errors.show(405)
    response.headers["Allow"] = ", ".join(error.valid_methods or ())
    return response


def _above(adapter: MapAdapter, address: str) -> str:
    """The nearest address above this one that can be opened, or nothing."""
    place = address
    while place := place.rstrip("/").rpartition("/")[0]:
        for each in (place, f"{place}/"):
            try:
                adapter.match(each, method="GET")
            except (HTTPException, RequestRedirect):
                continue
            return each
    return ""


def _take_along(sent_to: str, page: str) -> None:
    """What was typed and kept for the address of a form is shown on its page."""
    ticket = request.cookies.get(parking.COOKIE)
    if ticket:
        transactions.aside(lambda: parked.move(ticket, sent_to, page))


def _article(name: str) -> Response:
    article = service.article(name, locale()) or abort(404)
    return render("pages/article.html", article=article, in_help=name.startswith("help/"))
