"""Home and the pages about the site."""

from flask import Blueprint, Response

from portal.web.access import public
from portal.web.pages import render

bp = Blueprint("pages", __name__)


@bp.get("/")
@public
def home() -> Response:
    return render("pages/home.html")
