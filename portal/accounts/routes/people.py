"""Whom a person acts for, who acts for their business, and how both come about."""

from flask import abort, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import AcceptForm, ActionForm, ClaimForm, InviteForm
from portal.accounts.models import SCOPES
from portal.accounts.routes.entering import bp
from portal.web import stash
from portal.web.access import reauthenticated, signed_in
from portal.web.i18n import locale
from portal.web.pages import path, render
from portal.web.transactions import aside

INVITED = "invited"


@bp.get("/me/people")
@signed_in
def people() -> ResponseReturnValue:
    return render(
        "accounts/people.html",
        represented=service.represented(g.actor),
        scope_words=SCOPES,
        action=ActionForm(formdata=None),
    )


@bp.get("/me/people/<code>")
@signed_in
def people_of(code: str) -> ResponseReturnValue:
    subject = service.require(g.actor, code, "manage") or abort(404)
    return render(
        "accounts/people_of.html",
        subject=subject,
        agents=service.agents_of(subject.id),
        invitations=service.invitations_of(subject.id),
        acts=service.acts_of(subject.id),
        act_words=lambda act: service.act_words(act.key, locale()),
        scope_words=SCOPES,
        me=g.actor.account_id,
        action=ActionForm(formdata=None),
        invited=stash.take(INVITED),
    )


@bp.route("/me/people/<code>/invite", methods=["GET", "POST"])
@signed_in
@reauthenticated
def invite(code: str) -> ResponseReturnValue:
    subject = service.require(g.actor, code, "manage") or abort(404)
    form = InviteForm()
    if form.validate_on_submit():
        with form.refusals():
            stash.keep(INVITED, service.invite(g.actor, subject, **form.answers()))
            return redirect(url_for("accounts.people_of", code=code), 303)
    return render("accounts/invite.html", form=form, subject=subject)


@bp.post("/me/people/withdraw")
@signed_in
def people_withdraw() -> ResponseReturnValue:
    code = service.withdraw(g.actor, ActionForm().number()) or abort(404)
    if service.require(g.actor, code, "manage") is None:
        return redirect(path("/me/people"), 303)
    return redirect(url_for("accounts.people_of", code=code), 303)


@bp.post("/me/people/invitations/withdraw")
@signed_in
def invitation_withdraw() -> ResponseReturnValue:
    code = service.withdraw_invitation(g.actor, ActionForm().number()) or abort(404)
    return redirect(url_for("accounts.people_of", code=code), 303)


@bp.route("/me/claim", methods=["GET", "POST"])
@signed_in
@reauthenticated
def claim() -> ResponseReturnValue:
    form = ClaimForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"claim {g.actor.account_id}"))
            claimed = service.claim(g.actor, form.code.data, form.one_time_code.data)
            return redirect(path("/me/people" if claimed else "/me/messages"), 303)
    return render("accounts/claim.html", form=form)


@bp.route("/me/claim/invitation", methods=["GET", "POST"])
@signed_in
@reauthenticated
def claim_invitation() -> ResponseReturnValue:
    form = AcceptForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"claim {g.actor.account_id}"))
            service.accept_invitation(g.actor, form.one_time_code.data)
            return redirect(path("/me/people"), 303)
    return render("accounts/claim_invitation.html", form=form)
