"""One's own commitments: the receipt, the ten minutes, duties, reports, the sealed letter."""

from typing import Any

from flask import Response, abort, g, redirect
from flask.typing import ResponseReturnValue

from portal.commitments import service, texts
from portal.commitments.forms import ActionForm, ReportForm
from portal.commitments.models import Commitment
from portal.commitments.routes import bp
from portal.commitments.rules import KINDS, MEANS, STEP_WORDS
from portal.core import clock
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.web.access import signed_in
from portal.web.downloads import attachment
from portal.web.pages import path, render
from portal.web.transactions import keep_changes
from portal.web.uploads import sent_files, takes_files


@bp.get("/commitments/mine/")
@signed_in
def mine() -> Response:
    asks = [
        (ask, texts.newest(ask.request.slug, clock.today())) for ask in service.asked_of(g.actor)
    ]
    begun = [(each, texts.get(each.slug, each.version)) for each in service.begun(g.actor)]
    return render("commitments/mine.html", asks=asks, begun=begun, due=service.due(g.actor),
                  commitments=service.all_mine(g.actor))  # fmt: skip


@bp.get("/commitments/mine/<number>")
@signed_in
def receipt(number: str) -> Response:
    return _page(_own(number, "read"), ReportForm(formdata=None))


@bp.post("/commitments/mine/<number>/withdraw")
@signed_in
def withdraw(number: str) -> ResponseReturnValue:
    found, form = _own(number, "sign"), ActionForm()
    if form.validate_on_submit():
        with form.refusals():
            service.withdraw(found, g.actor)
            return _back(found)
    return _page(found, form)


@bp.post("/commitments/mine/<number>/duties/<int:duty_id>")
@signed_in
@takes_files
def report(number: str, duty_id: int) -> ResponseReturnValue:
    found, form = _own(number, "sign"), ReportForm()
    if form.validate_on_submit():
        with form.refusals():
            refused = service.report(
                found, duty_id, g.actor, text=form.report.data, sent=sent_files()
            )
            return _back(found) if not refused else _some(found, form, refused, answered=duty_id)
    return _page(found, form, answered=duty_id)


@bp.post("/commitments/mine/<number>/answer")
@signed_in
@takes_files
def answer(number: str) -> ResponseReturnValue:
    found, form = _own(number, "sign"), ReportForm()
    if form.validate_on_submit():
        with form.refusals():
            refused = service.answer(found, g.actor, text=form.report.data, sent=sent_files())
            return _back(found) if not refused else _some(found, form, refused)
    return _page(found, form)


@bp.get("/commitments/mine/<number>/document.pdf")
@signed_in
def document(number: str) -> Response:
    found = service.document_of(_own(number, "read"))
    if found is None or found.state != "ready":
        abort(404)
    return attachment(documents.file(found), "application/pdf", f"{found.number}.pdf")


@bp.get("/commitments/mine/<number>/files/<int:file_id>")
@signed_in
def file(number: str, file_id: int) -> Response:
    found = service.file_of(_own(number, "read"), file_id) or abort(404)
    return attachment(service.read(found), found.media_type, found.name)


def _own(number: str, scope: str) -> Commitment:
    return service.mine(number, g.actor, scope=scope) or abort(404)


def _back(commitment: Commitment) -> ResponseReturnValue:
    return redirect(path(f"/commitments/mine/{commitment.number}"), 303)


def _some(
    commitment: Commitment, form: ReportForm, refused: list[Refused], *, answered: int = 0
) -> Response:
    """Say of every file that was not kept why; the others stay."""
    for refusal in refused:
        form.refuse(refusal)
    keep_changes()
    return _page(commitment, form, answered=answered)


def _page(commitment: Commitment, form: Any, *, answered: int = 0) -> Response:
    return render(
        "commitments/receipt.html",
        form=form,
        answered=answered,
        blank=ReportForm(formdata=None),
        commitment=commitment,
        document=service.document_of(commitment),
        kinds=KINDS,
        means=MEANS,
        step_words=STEP_WORDS,
        now=clock.now(),
    )
