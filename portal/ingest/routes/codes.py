"""Wrong and double codes, on a work-list for each registering authority."""

from flask import Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.ingest.forms import CloseForm
from portal.ingest.routes import bp
from portal.ingest.service import wrong_codes as service
from portal.web.access import staff
from portal.web.pages import path, render

CHECKING = ("publisher", "editor", "handler")


@bp.get("/desk/codes")
@staff(*CHECKING)
def codes() -> Response:
    authority = request.args.get("authority", "")[:200]
    return render(
        "ingest/codes.html",
        authority=authority,
        authorities=service.authorities(),
        groups=service.of_authority(authority) if authority else [],
        kinds=service.KINDS,
    )


@bp.route("/desk/codes/<int:fault_id>", methods=["GET", "POST"])
@staff(*CHECKING)
def fault(fault_id: int) -> ResponseReturnValue:
    found = service.get(fault_id) or abort(404)
    form = CloseForm()
    if form.validate_on_submit():
        with form.refusals():
            service.close(fault_id, form.note.data, actor=g.actor.label)
        if not form.errors:
            return redirect(path("/desk/codes"), 303)
    return render("ingest/fault.html", form=form, fault=found, kinds=service.KINDS)
