"""The pages of my credit."""

import json

from flask import Blueprint, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.mine import service
from portal.mine.forms import CloseForm, ReplyForm
from portal.mine.rules import REASONS
from portal.web.access import reauthenticated, signed_in
from portal.web.downloads import attachment
from portal.web.pages import path, render

bp = Blueprint("mine", __name__)


@bp.get("/me/")
@signed_in
def index() -> Response:
    return render("mine/index.html", overview=service.overview(g.actor))


@bp.get("/me/cases")
@signed_in
def cases() -> Response:
    return render("mine/cases.html", cases=service.cases_of(g.actor))


@bp.get("/me/subjects/<code>")
@signed_in
def subject(code: str) -> Response:
    return _file(code, ReplyForm(formdata=None))


@bp.post("/me/subjects/<code>/reply/<scenario>")
@signed_in
def reply(code: str, scenario: str) -> ResponseReturnValue:
    form = ReplyForm()
    if form.validate_on_submit():
        with form.refusals():
            service.reply(code, scenario, form.text.data, g.actor)
            return redirect(path(f"/me/subjects/{code}"), 303)
    return _file(code, form, answered=scenario)


@bp.get("/me/privacy")
@signed_in
def privacy() -> Response:
    return render("mine/privacy.html", form=CloseForm(formdata=None))


@bp.post("/me/privacy/export")
@signed_in
@reauthenticated
def export() -> Response:
    kept = service.export(g.actor)
    if request.form.get("form") == "page":
        return render("mine/export.html", kept=kept)
    data = json.dumps(kept, ensure_ascii=False, indent=2).encode()
    return attachment(data, "application/json", "my-data.json")


@bp.post("/me/privacy/close")
@signed_in
@reauthenticated
def close() -> ResponseReturnValue:
    form = CloseForm()
    if form.validate_on_submit():
        with form.refusals():
            service.close(g.actor)
            return redirect(path("/sign-out"), 303)
    return render("mine/privacy.html", form=form)


def _file(code: str, form: ReplyForm, answered: str = "") -> Response:
    found = service.file_of(code, g.actor) or abort(404)
    return render(
        "mine/subject.html",
        file=found,
        form=form,
        blank=ReplyForm(formdata=None),
        answered=answered,
        reasons=REASONS,
    )
