"""Repairing a record: the public page about it, and the application in five pages."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.cases.models import Draft
from portal.cases.service import drafts
from portal.core import pdf, qr
from portal.repair import law, service
from portal.repair.forms import PromiseForm, ScreeningForm, StartForm, StatementForm
from portal.web import templates
from portal.web.access import public, signed_in
from portal.web.downloads import shown_pdf
from portal.web.held import hold_code
from portal.web.limits import costly, limiter
from portal.web.pages import path, render

bp = Blueprint("repair", __name__)


@bp.get("/repair/")
@public
def index() -> Response:
    return render("repair/index.html", law=law.load())


@bp.get("/repair/<int:record_id>")
@public
def show(record_id: int) -> Response:
    found = service.public_prospect(record_id) or abort(404)
    return render("repair/show.html", found=found, law=law.load())


@bp.get("/repair/<int:record_id>/notice.pdf")
@public
@limiter.limit(costly)
def notice(record_id: int) -> Response:
    found = service.public_prospect(record_id) or abort(404)
    address = f"{current_app.config['PORTAL'].site.url}/repair/{record_id}"
    told = {"found": found, "law": law.load(), "address": address, "code": qr.svg_data(address)}
    html = templates.render("repair/notice.html", told)
    return shown_pdf(pdf.render(html, identifier=str(record_id)), f"repair-{record_id}.pdf")


@bp.route("/repair/<int:record_id>/new", methods=["GET", "POST"])
@signed_in
def new(record_id: int) -> ResponseReturnValue:
    found, form = service.own_prospect(record_id, g.actor), StartForm()
    if found is None:
        return _for_its_business(service.public_prospect(record_id) or abort(404))
    if form.validate_on_submit():
        with form.refusals():
            draft = service.begin(record_id, g.actor)
            if service.is_proven(found.record, draft):
                return redirect(path(f"/repair/drafts/{draft.id}/check"), 303)
            return _to_files(draft)
    return render("repair/new.html", form=form, found=found, law=law.load())


@bp.post("/repair/<int:record_id>/screening")
@signed_in
def screening(record_id: int) -> ResponseReturnValue:
    found, form = _own(record_id), StartForm()
    if form.validate_on_submit():
        with form.refusals():
            return _to_files(service.begin_screening(record_id, g.actor))
    return render("repair/new.html", form=form, found=found, law=law.load())


@bp.post("/repair/<int:record_id>/remind")
@signed_in
def remind(record_id: int) -> ResponseReturnValue:
    _own(record_id)
    service.remind(record_id, g.actor)
    return redirect(path(f"/repair/{record_id}/new?reminder=set"), 303)


@bp.route("/repair/drafts/<draft_id>/statement", methods=["GET", "POST"])
@signed_in
def statement(draft_id: str) -> ResponseReturnValue:
    draft = _draft(draft_id)
    is_screening = draft.answers.get("purpose") == "screening"
    form = (ScreeningForm if is_screening else StatementForm)(data=service.typed(draft))
    if form.validate_on_submit():
        with form.refusals():
            answers = {"performed_on": None, "plan_until": None, **form.answers()}
            service.save_statement(draft, **answers)
            return redirect(path(f"/repair/drafts/{draft.id}/check"), 303)
    return _page("repair/statement.html", draft, form=form, is_screening=is_screening)


@bp.route("/repair/drafts/<draft_id>/check", methods=["GET", "POST"])
@signed_in
def check(draft_id: str) -> ResponseReturnValue:
    draft, form = _draft(draft_id), PromiseForm()
    if form.validate_on_submit():
        with form.refusals():
            case, code = service.submit(draft, g.actor)
            hold_code(case.reference, code)
            return redirect(path(f"/cases/{case.reference}"), 303)
    return _page("repair/check.html", draft, form=form, law=law.load(),
                 proven=service.is_proven(service.record_of(draft).record, draft))  # fmt: skip


def _for_its_business(found: service.Prospect) -> Response:
    """Who may apply, and how to become one who may."""
    acts = accounts.may(g.actor, found.subject.id, "read")
    return render("repair/not_yours.html", status=403, found=found, acts=acts)


def _own(record_id: int) -> service.Prospect:
    return service.own_prospect(record_id, g.actor) or abort(404)


def _to_files(draft: Draft) -> ResponseReturnValue:
    return redirect(path(f"/drafts/{draft.id}/files"), 303)


def _draft(draft_id: str) -> Draft:
    """This person's draft of this kind; 404 otherwise."""
    return drafts.get(draft_id, kind="repair", account_id=g.actor.account_id) or abort(404)


def _page(template: str, draft: Draft, **context: Any) -> Response:
    return render(template, draft=draft, found=service.record_of(draft), **context)
