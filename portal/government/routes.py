"""The government's promises by body."""

from flask import Blueprint, Response, abort

from portal.bodies import service as bodies
from portal.government import service
from portal.web.access import public
from portal.web.pages import render

bp = Blueprint("government", __name__)


@bp.get("/government/")
@public
def index() -> Response:
    return render("government/index.html", standings=service.standings(), states=service.STATES)


@bp.get("/government/<slug>")
@public
def show(slug: str) -> Response:
    promises = service.of_body(slug)
    if slug not in bodies.slugs() and not promises:
        abort(404)
    return render(
        "government/show.html",
        slug=slug,
        promises=promises,
        kinds=service.KINDS,
        states=service.STATES,
    )
