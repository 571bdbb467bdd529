"""Reports of wrong doors, and the published keys."""

import json

from flask import Blueprint, Response, abort, redirect
from flask.typing import ResponseReturnValue

from portal.badges import service
from portal.web.access import public
from portal.web.application import csrf
from portal.web.limits import costly, limiter
from portal.web.pages import PUBLIC, path, render
from portal.web.security import is_cross_site

bp = Blueprint("badges", __name__)


@bp.post("/q/<id>/wrong")
@public
@limiter.limit(costly)
def wrong(id: str) -> ResponseReturnValue:
    if is_cross_site():
        abort(403)
    filed = service.report_wrong_door(id)
    return redirect(path(f"/q/{filed}/wrong"), 303)


@bp.get("/q/<id>/wrong")
@public
def reported(id: str) -> Response:
    return render("badges/reported.html", scan=service.scan(id))


@bp.get("/.well-known/credit-keys.json")
@public
def keys() -> Response:
    response = Response(json.dumps({"keys": service.published_keys()}), mimetype="application/json")
    response.headers["Cache-Control"] = PUBLIC
    return response


# The scan page sets no cookie, so there is no session to forge; the origin is checked instead.
csrf.exempt(wrong)
