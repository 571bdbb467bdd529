"""What all ways of signing in share: where to go on, the second step, the new session."""

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.models import Account
from portal.accounts.service.passkeys import RelyingParty
from portal.config import Config
from portal.core import parking as parked
from portal.core.errors import Refused
from portal.web import parking, stash
from portal.web.access import SESSION_KEY
from portal.web.i18n import locale
from portal.web.pages import path
from portal.web.security import origin

bp = Blueprint("accounts", __name__)

PENDING = "second step"


def config() -> Config:
    """The portal's settings."""
    found: Config = current_app.config["PORTAL"]
    return found


def onward() -> str:
    """The page that was asked for before signing in, if it is one of this site."""
    return parking.local_path(request.args.get("next"))


def with_next(address: str) -> str:
    """`address` that remembers where to go on."""
    back = onward()
    return f"{path(address)}?{urlencode({'next': back})}" if back else path(address)


def is_awaited() -> bool:
    """Whether something was typed into the page behind, and is kept for it."""
    ticket = request.cookies.get(parking.COOKIE)
    return bool(ticket and parked.find(ticket, onward().partition("?")[0]))


def party() -> RelyingParty:
    """Whom passkeys belong to."""
    return RelyingParty(origin())


def enter(account: Account) -> ResponseReturnValue:
    """After the first step: the second where it is needed, otherwise in."""
    if not service.needs_second_factor(account):
        return complete(account)
    stash.keep(PENDING, service.first_step(account))
    step = "/sign-in/second" if account.has_second_factor else "/sign-in/enrol"
    return redirect(with_next(step), 303)


def pending() -> Account | None:
    """Who has taken the first step in this browser, within the last minutes."""
    kept = stash.look(PENDING)
    return service.after_first_step(*kept) if isinstance(kept, list) else None


def complete(account: Account) -> ResponseReturnValue:
    """Begin a new session in place of whatever this browser held. Raises Refused."""
    if config().is_production and service.is_of_demo(account):
        raise Refused("demo_refused")
    token = session.get(SESSION_KEY)
    earlier = service.load(token) if token else None
    if earlier:
        service.end_session(earlier.session_id, earlier.actor)
    session.clear()
    service.speak(account, locale())
    agent = request.headers.get("User-Agent", "")
    session[SESSION_KEY] = service.begin_session(account, user_agent=agent)
    home = "/desk/" if account.kind == "staff" else "/me/"
    return redirect(onward() or path(home), 303)


def json_answer(text: str) -> Response:
    """Options for a passkey."""
    return Response(text, mimetype="application/json")


def mine() -> Account:
    """The account of the person who is signed in."""
    return service.account_of(g.actor)
