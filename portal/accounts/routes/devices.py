"""Devices and second factors of a signed-in person."""

from flask import g, redirect, session
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import (
    ActionForm,
    AddPasskeyForm,
    ChangePasswordForm,
    EnrolForm,
)
from portal.accounts.routes import entering
from portal.accounts.routes.entering import bp, mine, party
from portal.accounts.routes.sign_in import CODES, NEW_TOTP, new_secret, totp_page
from portal.web import stash
from portal.web.access import reauthenticated, signed_in
from portal.web.pages import path, render


@bp.get("/me/devices")
@signed_in
@reauthenticated
def devices() -> ResponseReturnValue:
    return _page(AddPasskeyForm(formdata=None))


def _page(form: object) -> ResponseReturnValue:
    account = mine()
    return render(
        "accounts/devices.html",
        form=form,
        adding=form if isinstance(form, AddPasskeyForm) else AddPasskeyForm(formdata=None),
        action=ActionForm(formdata=None),
        account=account,
        here=g.signed_in.session_id,
        sessions=service.sessions_of(g.actor),
        recovery_codes=service.count_recovery_codes(account.id),
        takes_passkeys=party().takes_passkeys,
    )


@bp.post("/me/devices/sign-out")
@signed_in
def devices_sign_out() -> ResponseReturnValue:
    form = ActionForm()
    if form.validate_on_submit():
        with form.refusals():
            service.end_session(form.which.data, g.actor)
            return redirect(path("/me/devices"), 303)
    return _page(form)


@bp.post("/me/devices/sign-out-everywhere")
@signed_in
def devices_sign_out_everywhere() -> ResponseReturnValue:
    service.end_all_sessions(g.actor)
    session.clear()
    return redirect(path("/sign-out"), 303)


@bp.route("/me/devices/totp", methods=["GET", "POST"])
@signed_in
@reauthenticated
def devices_totp() -> ResponseReturnValue:
    form, secret = EnrolForm(), new_secret()
    if form.validate_on_submit():
        with form.refusals():
            service.set_totp(mine(), secret, form.one_time_code.data)
            stash.take(NEW_TOTP)
            stash.keep(CODES, service.renew_recovery_codes(mine()))
            return redirect(path("/me/devices/recovery-codes"), 303)
    return totp_page(mine(), form, secret, path("/me/devices/totp"))


@bp.post("/me/devices/totp/remove")
@signed_in
@reauthenticated
def devices_totp_remove() -> ResponseReturnValue:
    form = ActionForm()
    if form.validate_on_submit():
        with form.refusals():
            service.remove_totp(mine())
            return redirect(path("/me/devices"), 303)
    return _page(form)


@bp.post("/me/devices/passkeys/options")
@signed_in
@reauthenticated
def passkey_options() -> ResponseReturnValue:
    return entering.json_answer(service.registration_options(mine(), party()))


@bp.post("/me/devices/passkeys")
@signed_in
@reauthenticated
def passkey_add() -> ResponseReturnValue:
    form = AddPasskeyForm()
    if form.validate_on_submit():
        with form.refusals():
            service.add_passkey(mine(), form.credential.data, form.name.data, party())
            return redirect(path("/me/devices"), 303)
    return _page(form)


@bp.post("/me/devices/passkeys/remove")
@signed_in
@reauthenticated
def passkey_remove() -> ResponseReturnValue:
    form = ActionForm()
    if form.validate_on_submit():
        with form.refusals():
            service.remove_passkey(mine(), form.number())
            return redirect(path("/me/devices"), 303)
    return _page(form)


@bp.post("/me/devices/recovery-codes")
@signed_in
@reauthenticated
def recovery_codes_renew() -> ResponseReturnValue:
    stash.keep(CODES, service.renew_recovery_codes(mine()))
    return redirect(path("/me/devices/recovery-codes"), 303)


@bp.get("/me/devices/recovery-codes")
@signed_in
@reauthenticated
def recovery_codes() -> ResponseReturnValue:
    codes = stash.take(CODES)
    if codes is None:
        return redirect(path("/me/devices"), 303)
    return render("accounts/recovery_codes.html", codes=codes)


@bp.route("/me/devices/password", methods=["GET", "POST"])
@signed_in
@reauthenticated
def devices_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            service.change_password(mine(), form.password.data, keep=g.signed_in.session_id)
            return redirect(path("/me/devices"), 303)
    return render("accounts/password.html", form=form)
