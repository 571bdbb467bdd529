"""Home, help, terms, and the pages about the site."""

from flask import Blueprint, Response, abort

from portal.cases.service import figures
from portal.core import terms as time_limits
from portal.pages import gallery, service
from portal.web.access import public
from portal.web.i18n import locale
from portal.web.pages import render

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
    return render("pages/terms.html", terms=time_limits.load(), periods=service.periods())


@bp.get("/about/components")
@public
def components() -> Response:
    return render("pages/components.html", **gallery.samples())


def _article(name: str) -> Response:
    article = service.article(name, locale()) or abort(404)
    return render("pages/article.html", article=article, in_help=name.startswith("help/"))
