"""Signing in with the identity service: out, back, and one more press before anything is stored."""

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import ActionForm
from portal.accounts.routes import entering
from portal.accounts.routes.entering import bp, config
from portal.accounts.service.identity import Mapped
from portal.core.errors import Refused
from portal.web import stash
from portal.web.access import visitor
from portal.web.limits import limiter, sign_ins
from portal.web.pages import render
from portal.web.security import origin

BEGUN = "identity begun"
PERSON = "identity person"
BACK = "/sign-in/identity/back"


@bp.get("/sign-in/identity")
@visitor
@limiter.limit(sign_ins)
def identity() -> ResponseReturnValue:
    if not config().identity.issuer:
        abort(404)
    try:
        begun = service.begin_identity(config().identity, _back())
    except Refused as refusal:
        return render("accounts/identity_wrong.html", status=502, reason=refusal.reason)
    stash.keep(BEGUN, {**vars(begun), "next": entering.onward()})
    return redirect(begun.address, 303)


@bp.get(BACK)
@visitor
@limiter.limit(sign_ins)
def identity_back() -> ResponseReturnValue:
    begun = stash.take(BEGUN)
    if begun is None:
        return render("accounts/identity_wrong.html", status=400, reason="identity_wrong")
    try:
        person = service.finish_identity(config().identity, _back(), begun, request.url)
    except Refused as refusal:
        return render("accounts/identity_wrong.html", status=400, reason=refusal.reason)
    stash.keep(PERSON, vars(person))
    target = f"{BACK}?next={begun['next']}" if begun["next"] else BACK
    return render("accounts/identity_back.html", form=ActionForm(formdata=None), person=person,
                  action=target)  # fmt: skip


@bp.post(BACK)
@visitor
def identity_enter() -> ResponseReturnValue:
    person = stash.take(PERSON)
    if person is None:
        return redirect(entering.with_next("/sign-in"), 303)
    try:
        return entering.enter(service.enter_identity(Mapped(**person)))
    except Refused as refusal:
        return render("accounts/identity_wrong.html", status=400, reason=refusal.reason)


def _back() -> str:
    """The registered address that the identity service sends the browser back to."""
    return origin() + BACK
