"""The audit trail for those who audit: who did what, when, and whether the chain holds."""

from flask import Response, request

from portal.desk import service
from portal.desk.routes import bp
from portal.web.access import staff
from portal.web.pages import render
from portal.web.paging import key_before


@bp.get("/desk/audit")
@staff("auditor")
def trail() -> Response:
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("action", "thing", "actor")}
    return render(
        "desk/audit.html",
        asked=asked,
        trail=service.trail(**asked, before=key_before()),
        chain=service.chain() if request.args.get("check") else None,
    )
