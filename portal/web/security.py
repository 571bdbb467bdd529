"""Headers that every answer carries, and which hosts are answered at all."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, Response, abort, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Under this key a request bears its number.
NUMBER = "portal.number"
HSTS = "max-age=31536000; includeSubDomains"


WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class SecurityHeaders:
    """Adds the headers to every answer, outside Flask: there each one costs a search."""

    def __init__(self, app: WsgiApp, *, is_production: bool) -> None:
        self.app = app
        self.headers = list(HEADERS.items())
        if is_production:
            self.headers.append(("Strict-Transport-Security", HSTS))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            number = environ.get(NUMBER)
            known = [("X-Request-Id", number)] if number else []
            return start_response(status, headers + self.headers + known, error)

        return self.app(environ, start)


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions; a visitor without the cookie gets an empty one without any work."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "session=" not in request.environ.get("HTTP_COOKIE", ""):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def refuse_foreign_host(app: Flask, asked: Request) -> None:
    """In production only the site's own host name is answered."""
    config = app.config["PORTAL"]
    if config.is_production and asked.host != config.site.host:
        if asked.path in {"/healthz", "/readyz"}:
            return
        abort(421)


def refuse_nul(asked: Request) -> None:
    """No name and no code has a NUL, and PostgreSQL takes none."""
    path = asked.path
    if "\0" in path or "%00" in path or b"%00" in asked.query_string:
        abort(400)


def is_cross_site() -> bool:
    """Whether a browser says that another site made it send this request."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.host


def origin() -> str:
    """The address that pages are served from; in production the setting alone says so."""
    config = current_app.config["PORTAL"]
    return str(config.site.url if config.is_production else request.host_url.rstrip("/"))


def init_app(app: Flask) -> None:
    config = app.config["PORTAL"]
    app.config.update(
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_production,
        # A token lives as long as its session, which has limits of its own.
        WTF_CSRF_TIME_LIMIT=None,
        # The token proves where a form came from. Who hides the Referer may report something, too.
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
    )
    app.session_interface = Sessions()
