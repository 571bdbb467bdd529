"""Signing up, and setting a new password with a code that was sent."""

from flask import redirect, session
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import CodeForm, NewPasswordForm, RecoverForm, SignUpForm
from portal.accounts.routes import entering
from portal.accounts.routes.entering import bp, config, with_next
from portal.web import stash
from portal.web.access import visitor
from portal.web.i18n import locale
from portal.web.limits import costly, limiter
from portal.web.pages import render
from portal.web.transactions import aside

SIGN_UP = "sign up"
RECOVER = "recover"


@bp.route("/sign-up", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def sign_up() -> ResponseReturnValue:
    form = SignUpForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_sending(form.contact.data))
            sent = service.begin_sign_up(
                **form.answers(), language=locale(), is_shown=config().shows_codes
            )
            _keep(SIGN_UP, sent, form.contact.data)
            return redirect(with_next("/sign-up/confirm"), 303)
    return render("accounts/sign_up.html", form=form, with_next=with_next)


@bp.route("/sign-up/confirm", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def sign_up_confirm() -> ResponseReturnValue:
    sent = stash.look(SIGN_UP)
    if sent is None:
        return redirect(with_next("/sign-up"), 303)
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"sent {sent['ticket']}"))
            account = service.finish_sign_up(
                sent["ticket"], form.one_time_code.data, language=locale()
            )
            return entering.complete(account)
    return render("accounts/sign_up_confirm.html", form=form, sent=sent, with_next=with_next)


@bp.route("/recover", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def recover() -> ResponseReturnValue:
    form = RecoverForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_sending(form.contact.data))
            sent = service.begin_recovery(
                **form.answers(), language=locale(), is_shown=config().shows_codes
            )
            _keep(RECOVER, sent, form.contact.data)
            return redirect(with_next("/recover/confirm"), 303)
    return render("accounts/recover.html", form=form, with_next=with_next)


@bp.route("/recover/confirm", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def recover_confirm() -> ResponseReturnValue:
    sent = stash.look(RECOVER)
    if sent is None:
        return redirect(with_next("/recover"), 303)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"sent {sent['ticket']}"))
            account = service.finish_recovery(
                sent["ticket"], form.one_time_code.data, form.password.data
            )
            session.clear()
            return entering.enter(account)
    return render("accounts/recover_confirm.html", form=form, sent=sent, with_next=with_next)


def _keep(name: str, sent: tuple[str, str], contact: str) -> None:
    """Remember in this browser which code is asked for; a demo remembers the code as well."""
    ticket, code = sent
    is_shown = config().shows_codes and not service.can_send_to(contact)
    shown = code if is_shown else ""
    stash.keep(name, {"ticket": ticket, "contact": contact, "code": shown, "is_demo": is_shown})
