"""What staff look at before it shows or counts: replies, claims, doors."""

from flask import Response, abort, g, redirect
from flask.typing import ResponseReturnValue

from portal.desk import service
from portal.desk.forms import DecisionForm
from portal.desk.routes import bp
from portal.web.access import staff
from portal.web.pages import path, render

REVIEWING = ("publisher", "editor")


@bp.get("/desk/reviews")
@staff(*REVIEWING)
def reviews() -> Response:
    return _page(DecisionForm(formdata=None))


@bp.post("/desk/reviews/replies/<int:reply_id>/<decision>")
@staff(*REVIEWING)
def decide_reply(reply_id: int, decision: str) -> ResponseReturnValue:
    form = DecisionForm()
    if decision not in ("show", "refuse"):
        abort(404)
    if form.validate_on_submit():
        with form.refusals():
            service.decide_reply(reply_id, g.actor, shows=decision == "show",
                                 reason=form.reason.data)  # fmt: skip
            return redirect(path("/desk/reviews"), 303)
    return _page(form, answered=reply_id)


@bp.post("/desk/reviews/claims/<int:conflict_id>/<decision>")
@staff("publisher")
def decide_claim(conflict_id: int, decision: str) -> ResponseReturnValue:
    if decision not in ("claimant", "holder"):
        abort(404)
    found = service.conflict(conflict_id) or abort(404)
    form = DecisionForm()
    if form.validate_on_submit():
        with form.refusals():
            service.decide_conflict(found, g.actor, for_claimant=decision == "claimant")
            return redirect(path("/desk/reviews"), 303)
    return _page(form)


def _page(form: DecisionForm, *, answered: int = 0) -> Response:
    return render("desk/reviews.html", form=form, answered=answered, reviews=service.reviews())
