"""Who may open a page: a view without a mark answers 403."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Request, Response, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from portal.core import clock
from portal.core.actor import Actor, SignedIn
from portal.web import parking, transactions
from portal.web.pages import path
from portal.web.running import the_notes

__all__ = [
    "Actor",
    "at_once",
    "current_actor",
    "public",
    "reauthenticated",
    "signed_in",
    "staff",
    "visitor",
]

View = TypeVar("View", bound=Callable[..., object])
Loader = Callable[[str], SignedIn | None]
Touch = Callable[[str], None]

MARK = "__portal_access__"
ROLES = "__portal_roles__"
CONFIRMED = "__portal_confirmed__"
AT_ONCE = "__portal_at_once__"
SESSION_KEY = "id"
LOADER = "session loader"
# A password or second factor given this recently needs no repeating.
FRESH = timedelta(minutes=10)


def public(view: View) -> View:
    """Anyone may open it; it reads no session and sets no cookie."""
    setattr(view, MARK, "public")
    return view


def visitor(view: View) -> View:
    """Anyone may open it, and it keeps a session: for forms that are sent without an account."""
    setattr(view, MARK, "visitor")
    return view


def signed_in(view: View) -> View:
    """Whoever has signed in may open it; `g.actor` says who."""
    setattr(view, MARK, "signed_in")
    return view


def staff(*roles: str) -> Callable[[View], View]:
    """Staff with one of `roles` may open it; without roles, all staff."""

    def mark(view: View) -> View:
        setattr(view, MARK, "staff")
        setattr(view, ROLES, frozenset(roles))
        return view

    return mark


def reauthenticated(view: View) -> View:
    """Below another mark: who opens it must have proved lately who they are."""
    setattr(view, CONFIRMED, True)
    return view


def at_once(view: View) -> View:
    """Below `public`: it shows what changes without a new data version, so no replica will do."""
    setattr(view, AT_ONCE, True)
    return view


def is_at_once(view: Callable[..., object]) -> bool:
    """Whether only the primary database will do for a view."""
    return bool(getattr(view, AT_ONCE, False))


def mark_of(view: Callable[..., object]) -> str | None:
    """The access mark of a view, or None."""
    return getattr(view, MARK, None)


def roles_of(view: Callable[..., object]) -> frozenset[str]:
    """The roles a view is marked for; empty when any will do."""
    return getattr(view, ROLES, frozenset())


def current_actor() -> Actor | None:
    """Who is signed in, for a public page that offers more to them; it is then kept by no cache."""
    if "signed_in" not in g:
        _load()
    return g.signed_in.actor if g.signed_in else None


def guard(app: Flask, asked: Request, notes: Any) -> ResponseReturnValue | None:
    """Let in who may come in; send others to sign in, or away."""
    endpoint = asked.endpoint
    if endpoint is None:
        return None
    view = app.view_functions[endpoint]
    mark = mark_of(view)
    if mark is None:
        abort(403)
    if mark == "public":
        notes.is_for_everybody = True
        if not is_at_once(view):
            transactions.may_lag(asked)
        return None
    _load()
    return None if mark == "visitor" else _check(view, mark)


def _check(view: Callable[..., object], mark: str) -> ResponseReturnValue | None:
    found: SignedIn | None = g.signed_in
    if found is None:
        return _first("/sign-in")
    if mark == "staff":
        _check_staff(found.actor, roles_of(view))
    if getattr(view, CONFIRMED, False) and clock.now() - found.confirmed_at > FRESH:
        return _first("/confirm")
    return None


def _check_staff(actor: Actor, roles: frozenset[str]) -> None:
    if actor.kind != "staff" or (roles and not roles & actor.roles):
        abort(403)


def _load() -> None:
    """Set `g.signed_in`, and `g.actor` when there is one; note now and then that it was used."""
    token = session.get(SESSION_KEY)
    load, touch = current_app.extensions.get(LOADER, (None, None))
    g.signed_in = load(token) if load and token else None
    if g.signed_in is None:
        return
    g.actor = g.signed_in.actor
    if g.signed_in.is_stale:
        transactions.aside(lambda: touch(g.signed_in.session_id))


def _first(address: str) -> ResponseReturnValue:
    """To `address` and then back here, with what was typed kept on the server."""
    back = _page_of_this_form()
    target = f"{path(address)}?{urlencode({'next': back})}" if back else path(address)
    if request.headers.get("HX-Request") == "true":
        response: BaseResponse = Response(status=204, headers={"HX-Redirect": target})
    else:
        response = redirect(target, 303)
    if request.method == "POST" and back:
        parking.park(response, back)
    return response


def _page_of_this_form() -> str:
    """Where the form that was sent stands: here, or on the page it was sent from."""
    if request.method in transactions.SAFE:
        return parking.here()
    if request.url_rule and "GET" in (request.url_rule.methods or ()):
        return parking.here()
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return ""
    return parking.local_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def send_back() -> ResponseReturnValue | None:
    """For a form whose token is too old or of an earlier session: its page again, answers kept."""
    back = _page_of_this_form()
    if not back or not request.form:
        return None
    return parking.see_again(back)


def keep_private(response: Response, asked: Request, notes: Any) -> None:
    """Nothing that a session was read for stays in any cache."""
    if notes.get("signed_in") or "csrf_token" in notes or _is_guarded(asked, notes):
        response.headers["Cache-Control"] = "no-store"


def _is_guarded(asked: Request, notes: Any) -> bool:
    if "is_for_everybody" in notes:
        return False
    view = current_app.view_functions.get(asked.endpoint or "")
    return view is not None and mark_of(view) != "public"


def init_app(app: Flask) -> None:
    app.view_functions["static"] = public(_static(app))
    app.jinja_env.globals["actor"] = lambda: the_notes().get("actor")
    app.jinja_env.globals["answers_restored"] = lambda: the_notes().get("answers_restored")


def load_sessions_by(app: Flask, load: Loader, touch: Touch) -> None:
    """Tell how the token of a session becomes a person; accounts stand above the web."""
    app.extensions[LOADER] = (load, touch)


def _static(app: Flask) -> Any:
    send = app.view_functions["static"]

    def static(**arguments: object) -> object:
        return send(**arguments)

    return static
