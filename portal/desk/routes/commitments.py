"""Commitments at the desk: confirming duties, breaches, and asking a list of businesses to sign."""

from flask import Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.commitments import service
from portal.commitments.models import Commitment
from portal.desk.forms import AskForm, CommitmentStepForm, DutyForm
from portal.desk.routes import bp
from portal.web.access import staff
from portal.web.downloads import attachment
from portal.web.i18n import locale
from portal.web.pages import path, render
from portal.web.uploads import sent_files, takes_files

OFFICE = ("handler", "reviewer", "verifier")


@bp.get("/desk/commitments")
@staff(*OFFICE)
def commitments() -> Response:
    state = request.args.get("state", "")
    return render(
        "desk/commitments.html",
        state=state,
        states=service.state_words(),
        commitments=service.of_office(g.actor, state=state),
    )


@bp.get("/desk/commitments/<number>")
@staff(*OFFICE)
def commitment(number: str) -> Response:
    return _page(_office(number))


@bp.post("/desk/commitments/<number>/duties/<int:duty_id>")
@staff("handler", "verifier")
def duty(number: str, duty_id: int) -> ResponseReturnValue:
    found, form = _office(number), DutyForm()
    if form.validate_on_submit():
        with form.refusals():
            service.confirm_duty(
                found, duty_id, g.actor, outcome=form.outcome.data, note=form.note.data
            )
            return redirect(path(f"/desk/commitments/{number}"), 303)
    return _page(found, duty_form=form, answered=duty_id)


@bp.post("/desk/commitments/<number>/step")
@staff(*OFFICE)
@takes_files
def commitment_step(number: str) -> ResponseReturnValue:
    found, form = _office(number), CommitmentStepForm()
    form.offer(service.offers(found, g.actor))
    if form.validate_on_submit():
        with form.refusals():
            service.take(found, form.step.data, g.actor, note=form.note.data, sent=sent_files())
            return redirect(path(f"/desk/commitments/{number}"), 303)
    return _page(found, step_form=form)


@bp.get("/desk/commitments/<number>/files/<int:file_id>")
@staff(*OFFICE)
def commitment_file(number: str, file_id: int) -> Response:
    found = service.file_of(_office(number), file_id) or abort(404)
    return attachment(service.read(found), found.media_type, found.name)


@bp.route("/desk/commitments/requests", methods=["GET", "POST"])
@staff("handler", "verifier")
@takes_files
def requests() -> ResponseReturnValue:
    form = AskForm()
    form.offer(service.askable(g.actor, locale()))
    if form.validate_on_submit():
        with form.refusals():
            sent = sent_files("file")
            codes = service.read_codes(sent[0][1] if sent else form.codes.data.encode())
            asked = service.ask(
                form.slug.data, codes, g.actor, due_on=form.due_on.data, note=form.note.data
            )
            return redirect(path(f"/desk/commitments/requests/{asked.id}"), 303)
    return render("desk/requests.html", form=form, requests=service.requests_of(g.actor))


@bp.get("/desk/commitments/requests/<int:request_id>")
@staff("handler", "verifier", "reviewer")
def commitment_request(request_id: int) -> Response:
    found = service.request(request_id, g.actor) or abort(404)
    return render("desk/request.html", request_=found, progress=service.progress(found))


def _office(number: str) -> Commitment:
    return service.office(number, g.actor) or abort(404)


def _page(
    found: Commitment,
    *,
    duty_form: DutyForm | None = None,
    step_form: CommitmentStepForm | None = None,
    answered: int = 0,
) -> Response:
    steps = step_form or CommitmentStepForm(formdata=None)
    if step_form is None:
        steps.offer(service.offers(found, g.actor))
    return render(
        "desk/commitment.html",
        commitment=found,
        form=duty_form or steps,
        duty_form=duty_form or DutyForm(formdata=None),
        blank=DutyForm(formdata=None),
        step_form=steps,
        steps=service.offers(found, g.actor),
        may_confirm=service.may_confirm(found, g.actor),
        answered=answered,
        step_words=service.step_words(),
    )
