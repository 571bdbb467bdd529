"""Signing in, its second step, signing out, and proving it again before what binds."""

from flask import g, redirect, session
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import (
    ActionForm,
    ConfirmForm,
    EnrolForm,
    PasskeyForm,
    SecondForm,
    SignInForm,
)
from portal.accounts.models import Account
from portal.accounts.routes import entering
from portal.accounts.routes.entering import bp, config, mine, party, pending, with_next
from portal.core import qr
from portal.web import stash
from portal.web.access import SESSION_KEY, signed_in, visitor
from portal.web.limits import limiter, sign_ins
from portal.web.pages import path, render
from portal.web.transactions import aside

NEW_TOTP = "new authenticator"
CODES = "recovery codes"


@bp.route("/sign-in", methods=["GET", "POST"])
@visitor
@limiter.limit(sign_ins, methods=["POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        with form.refusals():
            typed = form.contact.data
            aside(lambda: service.count_try(service.sign_in_key(typed)))
            return entering.enter(service.authenticate(typed, form.password.data))
    return _sign_in_page(form, PasskeyForm(formdata=None))


@bp.post("/sign-in/passkey/options")
@visitor
@limiter.limit(sign_ins)
def sign_in_options() -> ResponseReturnValue:
    return entering.json_answer(service.sign_in_options(party()))


@bp.post("/sign-in/passkey")
@visitor
@limiter.limit(sign_ins)
def sign_in_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    if form.validate_on_submit():
        with form.refusals():
            return entering.complete(service.take_sign_in(form.credential.data, party()))
    return _sign_in_page(form, form)


def _sign_in_page(form: object, passkey: PasskeyForm) -> ResponseReturnValue:
    return render(
        "accounts/sign_in.html",
        form=form,
        fields=form if isinstance(form, SignInForm) else SignInForm(formdata=None),
        passkey=passkey,
        with_next=with_next,
        takes_passkeys=party().takes_passkeys,
        identity=config().identity.issuer,
        is_awaited=entering.is_awaited(),
    )


@bp.route("/sign-in/second", methods=["GET", "POST"])
@visitor
@limiter.limit(sign_ins, methods=["POST"])
def second() -> ResponseReturnValue:
    account = pending()
    if account is None:
        return redirect(with_next("/sign-in"), 303)
    form = SecondForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"second {account.id}"))
            service.check_code(account, form.one_time_code.data)
            return entering.complete(account)
    return _second_page(account, form)


def _second_page(account: Account, form: object) -> ResponseReturnValue:
    return render(
        "accounts/second.html",
        form=form,
        fields=form if isinstance(form, SecondForm) else SecondForm(formdata=None),
        passkey=form if isinstance(form, PasskeyForm) else PasskeyForm(formdata=None),
        account=account,
        with_next=with_next,
        takes_passkeys=party().takes_passkeys,
        demo_code=service.demo_code(account) if config().shows_codes else None,
    )


@bp.post("/sign-in/second/options")
@visitor
def second_options() -> ResponseReturnValue:
    account = pending()
    if account is None:
        return redirect(path("/sign-in"), 303)
    return entering.json_answer(service.sign_in_options(party(), account))


@bp.post("/sign-in/second/passkey")
@visitor
@limiter.limit(sign_ins)
def second_passkey() -> ResponseReturnValue:
    account = pending()
    form = PasskeyForm()
    if account is None:
        return redirect(with_next("/sign-in"), 303)
    if form.validate_on_submit():
        with form.refusals():
            service.take_sign_in(form.credential.data, party(), account)
            return entering.complete(account)
    return _second_page(account, form)


@bp.route("/sign-in/enrol", methods=["GET", "POST"])
@visitor
@limiter.limit(sign_ins, methods=["POST"])
def enrol() -> ResponseReturnValue:
    account = pending()
    if account is None or account.has_second_factor:
        return redirect(with_next("/sign-in"), 303)
    form, secret = EnrolForm(), new_secret()
    if form.validate_on_submit():
        with form.refusals():
            service.set_totp(account, secret, form.one_time_code.data)
            response = entering.complete(account)
            stash.keep(CODES, service.renew_recovery_codes(account))
            return response
    return totp_page(account, form, secret, with_next("/sign-in/enrol"))


def new_secret() -> str:
    """The secret that this browser was shown, until it is used."""
    secret = stash.look(NEW_TOTP) or service.new_totp_secret()
    stash.keep(NEW_TOTP, secret)
    return str(secret)


def totp_page(account: Account, form: EnrolForm, secret: str, action: str) -> ResponseReturnValue:
    """The page that shows a new secret as picture and as text."""
    return render(
        "accounts/totp.html",
        form=form,
        action=action,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        picture=qr.svg_data(service.totp_address(secret, account), error="m"),
    )


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    service.end_session(g.signed_in.session_id, g.actor)
    session.clear()
    return redirect(path("/sign-out"), 303)


@bp.get("/sign-out")
@visitor
def signed_out() -> ResponseReturnValue:
    if SESSION_KEY in session and "actor" in g:
        return render("accounts/sign_out.html", form=ActionForm(formdata=None))
    return render("accounts/signed_out.html")


@bp.route("/confirm", methods=["GET", "POST"])
@signed_in
@limiter.limit(sign_ins, methods=["POST"])
def confirm() -> ResponseReturnValue:
    form = ConfirmForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: service.count_try(f"confirm {g.actor.account_id}"))
            service.confirm(mine(), form.password.data)
            return _confirmed()
    return _confirm_page(form)


def _confirmed() -> ResponseReturnValue:
    service.confirm_session(g.signed_in.session_id, g.actor)
    return redirect(entering.onward() or path("/me/"), 303)


def _confirm_page(form: object) -> ResponseReturnValue:
    account = mine()
    return render(
        "accounts/confirm.html",
        form=form,
        fields=form if isinstance(form, ConfirmForm) else ConfirmForm(formdata=None),
        passkey=form if isinstance(form, PasskeyForm) else PasskeyForm(formdata=None),
        account=account,
        with_next=with_next,
        takes_passkeys=party().takes_passkeys,
        demo_code=service.demo_code(account) if config().shows_codes else None,
        identity=account.issuer,
    )


@bp.post("/confirm/options")
@signed_in
def confirm_options() -> ResponseReturnValue:
    return entering.json_answer(service.sign_in_options(party(), mine()))


@bp.post("/confirm/passkey")
@signed_in
@limiter.limit(sign_ins)
def confirm_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    if form.validate_on_submit():
        with form.refusals():
            service.take_sign_in(form.credential.data, party(), mine())
            return _confirmed()
    return _confirm_page(form)
