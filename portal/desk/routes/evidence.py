"""What the running system is set to, for administrators, auditors and the assessment."""

from collections import Counter

from flask import Response, current_app, request

from portal.core import clock
from portal.desk import service
from portal.desk.routes import bp
from portal.web.access import mark_of, staff
from portal.web.pages import render
from portal.web.security import HEADERS, HSTS


@bp.get("/desk/evidence")
@staff("admin", "auditor")
def evidence() -> Response:
    config = current_app.config["PORTAL"]
    groups = service.evidence(config, front(is_production=config.is_production))
    return render("desk/evidence.html", groups=groups, now=clock.now())


def front(*, is_production: bool) -> service.Front:
    """What this process answers with, and who may open how many of its views."""
    strict = {"Strict-Transport-Security": HSTS} if is_production else {}
    views = Counter(mark_of(view) or "none" for view in current_app.view_functions.values())
    return service.Front(request.is_secure, HEADERS | strict, views)
