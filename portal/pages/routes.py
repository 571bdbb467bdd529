"""Home and the page that shows every component."""

from flask import Blueprint, Response

from portal.pages import gallery
from portal.web.access import public
from portal.web.pages import render

bp = Blueprint("pages", __name__)


@bp.get("/")
@public
def home() -> Response:
    return render("pages/home.html")


@bp.get("/about/components")
@public
def components() -> Response:
    return render("pages/components.html", **gallery.samples())
