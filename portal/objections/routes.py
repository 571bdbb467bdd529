"""Objecting in five pages."""

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.cases.models import Draft
from portal.cases.service import drafts
from portal.objections import service
from portal.objections.forms import ClaimForm, PromiseForm, StartForm
from portal.objections.rules import FIELDS, GROUNDS
from portal.objections.service import Target
from portal.web.access import signed_in
from portal.web.held import hold_code
from portal.web.pages import path, render

bp = Blueprint("objections", __name__)


def asked() -> tuple[str, str]:
    """What the address asks about: ?record=7, ?grade=CODE/slug, ?personal=1."""
    for kind in ("record", "grade", "commitment", "promise"):
        if request.args.get(kind):
            return kind, request.args[kind]
    return ("personal", "") if request.args.get("personal") else ("", "")


@bp.route("/objections/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    kind, target_id = asked()
    if not kind:
        return render("objections/choose.html")
    found = service.target(kind, target_id, g.actor)
    if found is None:
        return _for_its_business(service.seen(kind, target_id, g.actor) or abort(404))
    form = StartForm()
    if form.validate_on_submit():
        with form.refusals():
            draft = service.begin(found, g.actor)
            return redirect(path(f"/objections/drafts/{draft.id}/claims"), 303)
    return render("objections/new.html", form=form, found=found, labels=FIELDS[kind])


@bp.route("/objections/drafts/<draft_id>/claims", methods=["GET", "POST"])
@signed_in
def claims(draft_id: str) -> ResponseReturnValue:
    draft = _draft(draft_id)
    found = service.target_of(draft, g.actor) or abort(404)
    form = ClaimForm(data=draft.answers)
    form.offer(found.kind, found.shown)
    if form.validate_on_submit():
        with form.refusals():
            service.save(draft, found, **form.answers())
            return redirect(path(f"/drafts/{draft.id}/files"), 303)
    return render("objections/claims.html", form=form, draft=draft, found=found)


@bp.route("/objections/drafts/<draft_id>/check", methods=["GET", "POST"])
@signed_in
def check(draft_id: str) -> ResponseReturnValue:
    draft, form = _draft(draft_id), PromiseForm()
    found = service.target_of(draft, g.actor) or abort(404)
    if form.validate_on_submit():
        with form.refusals():
            case, code = service.submit(draft, g.actor)
            hold_code(case.reference, code)
            return redirect(path(f"/cases/{case.reference}"), 303)
    return _page("objections/check.html", form=form, draft=draft, found=found)


def _draft(draft_id: str) -> Draft:
    """This person's draft of this kind; 404 otherwise."""
    return drafts.get(draft_id, kind="objection", account_id=g.actor.account_id) or abort(404)


def _for_its_business(found: Target) -> Response:
    """Who may object, how to become one who may, and where anybody can tell of an error."""
    acts = found.subject is not None and accounts.may(g.actor, found.subject.id, "read")
    return render("objections/not_yours.html", status=403, found=found, acts=acts)


def _page(template: str, **context: Any) -> Response:
    return render(template, labels=FIELDS[context["found"].kind], grounds=GROUNDS, **context)
