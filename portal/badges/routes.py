"""Reports of wrong doors, the print sheet of a door code, and the published keys."""

import json

from flask import Blueprint, Response, abort, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.badges import service
from portal.core import pdf
from portal.web import csrf
from portal.web.access import public
from portal.web.limits import limiter, reports
from portal.web.pages import PUBLIC, path, render
from portal.web.security import is_cross_site

bp = Blueprint("badges", __name__)


@bp.post("/q/<id>/wrong")
@public
@limiter.limit(reports)
def wrong(id: str) -> ResponseReturnValue:
    if is_cross_site():
        abort(403)
    filed = service.report_wrong_door(id)
    return redirect(path(f"/q/{filed}/wrong"), 303)


@bp.get("/q/<id>/wrong")
@public
def reported(id: str) -> Response:
    return render("badges/reported.html", scan=service.scan(id))


@bp.get("/q/<id>/sheet.pdf")
@public
@limiter.limit(reports)
def sheet(id: str) -> Response:
    found = service.sheet(id, current_app.config["PORTAL"].site.url) or abort(404)
    html = render_template("badges/sheet.html", sheet=found)
    response = Response(pdf.render(html, identifier=found.id), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="door-{found.id}.pdf"'
    return response


@bp.get("/.well-known/credit-keys.json")
@public
def keys() -> Response:
    response = Response(json.dumps({"keys": service.published_keys()}), mimetype="application/json")
    response.headers["Cache-Control"] = PUBLIC
    return response


# The scan page sets no cookie, so there is no session to forge; the origin is checked instead.
csrf.exempt(wrong)
