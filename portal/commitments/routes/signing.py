"""Signing in four pages: what it is, the clauses, who signs, the receipt."""

from datetime import date
from typing import Any

from flask import Response, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.accounts.service.passkeys import RelyingParty
from portal.commitments import service, texts
from portal.commitments.forms import (
    ActionForm,
    CodeForm,
    NameForm,
    PasskeyForm,
    StartForm,
    clauses_form,
)
from portal.commitments.models import Signing
from portal.commitments.routes import bp
from portal.commitments.rules import KINDS
from portal.core import clock
from portal.core.errors import Refused
from portal.web import stash
from portal.web.access import signed_in
from portal.web.i18n import locale
from portal.web.limits import limiter, sign_ins
from portal.web.pages import path, render
from portal.web.security import origin
from portal.web.transactions import aside, keep_changes

TICKET = "signing code"


@bp.route("/commitments/sign/<slug>", methods=["GET", "POST"])
@signed_in
def start(slug: str) -> ResponseReturnValue:
    text = texts.newest(slug, clock.today()) or abort(404)
    promisors, form = service.promisors(text, g.actor), StartForm()
    form.offer([(each.key, each.name) for each in promisors])
    if form.validate_on_submit():
        with form.refusals():
            draft = service.begin(text, form.promisor.data or "", g.actor)
            return redirect(path(f"/commitments/signing/{draft.id}/clauses"), 303)
    return render("commitments/start.html", form=form, text=text, promisors=promisors, kinds=KINDS)


@bp.get("/commitments/signing/<draft_id>")
@signed_in
def go_on(draft_id: str) -> ResponseReturnValue:
    """Where a signing stands: the page from which its further addresses are sent to."""
    return _done(draft_id) or redirect(
        path(f"/commitments/signing/{_draft(draft_id).id}/sign"), 303
    )


@bp.route("/commitments/signing/<draft_id>/clauses", methods=["GET", "POST"])
@signed_in
def clauses(draft_id: str) -> ResponseReturnValue:
    if (done := _done(draft_id)) is not None:
        return done
    draft = _draft(draft_id)
    text = texts.get(draft.slug, draft.version) or abort(404)
    form = clauses_form(text, locale())(data=_typed(draft, text))
    if request.method == "POST":
        service.save(draft, **_sent(text))
        keep_changes()
    if form.validate_on_submit():
        with form.refusals():
            service.check(draft)
            return redirect(path(f"/commitments/signing/{draft.id}/sign"), 303)
    return render("commitments/clauses.html", form=form, draft=draft, text=text)


@bp.route("/commitments/signing/<draft_id>/sign", methods=["GET", "POST"])
@signed_in
@limiter.limit(sign_ins, methods=["POST"])
def sign(draft_id: str) -> ResponseReturnValue:
    if (done := _done(draft_id)) is not None:
        return done
    if request.method == "GET" and not _is_ready(draft_id):
        return redirect(path(f"/commitments/signing/{draft_id}/clauses"), 303)
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusals():
            aside(lambda: accounts.count_try(_tries()))
            code = service.Confirmation(form.one_time_code.data, stash.look(TICKET) or "")
            return _sign(draft_id, form, code)
    return _sign_page(_draft(draft_id), form)


@bp.post("/commitments/signing/<draft_id>/passkey/options")
@signed_in
@limiter.limit(sign_ins)
def options(draft_id: str) -> ResponseReturnValue:
    draft = _draft(draft_id)
    try:
        service.save_signer(draft, request.form.get("signer", ""), g.actor)
        answer = service.challenge(draft, g.actor, _party())
    except Refused:
        # No JSON: the browser sends the form itself, whose page says what is missing.
        return redirect(path(f"/commitments/signing/{draft.id}/sign"), 303)
    return Response(answer, mimetype="application/json")


@bp.post("/commitments/signing/<draft_id>/passkey")
@signed_in
@limiter.limit(sign_ins)
def passkey(draft_id: str) -> ResponseReturnValue:
    if (done := _done(draft_id)) is not None:
        return done
    form = PasskeyForm()
    if form.validate_on_submit():
        with form.refusals():
            proof = service.Confirmation(credential=form.credential.data, party=_party())
            return _sign(draft_id, form, proof)
    return _sign_page(_draft(draft_id), form)


@bp.post("/commitments/signing/<draft_id>/code")
@signed_in
@limiter.limit(sign_ins)
def code(draft_id: str) -> ResponseReturnValue:
    draft, form = _draft(draft_id), ActionForm()
    if form.validate_on_submit():
        with form.refusals():
            account = accounts.account_of(g.actor)
            ticket, shown = accounts.send_signing_code(account, is_shown=_shows_codes())
            stash.keep(TICKET, ticket)
            stash.keep("signing code shown", shown if _shows_codes() else "")
            return redirect(path(f"/commitments/signing/{draft.id}/sign"), 303)
    return _sign_page(draft, form)


def _sign(draft_id: str, form: NameForm, proof: service.Confirmation) -> ResponseReturnValue:
    draft = _draft(draft_id)
    service.save_signer(draft, form.signer.data, g.actor)
    commitment = service.sign(draft, g.actor, proof)
    stash.take(TICKET)
    return redirect(path(f"/commitments/mine/{commitment.number}"), 303)


def _sign_page(draft: Signing, form: Any) -> Response:
    account = accounts.account_of(g.actor)
    fields = form if isinstance(form, CodeForm) else CodeForm(formdata=None)
    if isinstance(form, PasskeyForm):
        # The errors of the form that was answered lead to its own field of this name.
        fields.signer.id = "code-signer"
    return render(
        "commitments/sign.html",
        form=form,
        fields=fields,
        passkey=form if isinstance(form, PasskeyForm) else PasskeyForm(formdata=None),
        draft=draft,
        content=service.content_of(draft),
        account=account,
        has_ticket=bool(stash.look(TICKET)),
        shown=_shown_code(account),
        takes_passkeys=_party().takes_passkeys and bool(account.passkeys),
    )


def _shown_code(account: Any) -> str:
    """A demo has no phone: the page shows what it would have received."""
    if not _shows_codes():
        return ""
    if account.has_totp:
        return accounts.demo_code(account) or ""
    return str(stash.look("signing code shown") or "")


def _is_ready(draft_id: str) -> bool:
    try:
        service.check(_draft(draft_id))
    except Refused:
        return False
    return True


def _draft(draft_id: str) -> Signing:
    return service.get(draft_id, g.actor) or abort(404)


def _done(draft_id: str) -> ResponseReturnValue | None:
    """A second sending, or another tab, leads to the commitment that is there already."""
    done = service.signed(draft_id, g.actor)
    return redirect(path(f"/commitments/mine/{done.number}"), 303) if done else None


def _typed(draft: Signing, text: texts.Text) -> dict[str, Any]:
    typed: dict[str, Any] = {f"clause_{key}": True for key in draft.ticked}
    typed["consent"] = draft.consents
    for blank in text.blanks:
        typed[f"blank_{blank.key}"] = _as_field(blank.kind, draft.answers.get(blank.key))
    return typed


def _as_field(kind: str, value: str | None) -> Any:
    if kind != "date" or not value:
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _sent(text: texts.Text) -> dict[str, Any]:
    """What was filled in and ticked so far, for the draft."""
    sent = request.form
    return {
        "answers": {b.key: sent.get(f"blank_{b.key}", "").strip() for b in text.blanks},
        "ticked": [each.key for each in text.clauses if sent.get(f"clause_{each.key}")],
        "consents": bool(sent.get("consent")),
    }


def _tries() -> str:
    return f"second {g.actor.account_id}"


def _party() -> RelyingParty:
    return RelyingParty(origin())


def _shows_codes() -> bool:
    return bool(current_app.config["PORTAL"].shows_codes)
