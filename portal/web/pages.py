"""Rendering: a whole page, or for htmx one block of the same template."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Request, Response, request

from portal.web import i18n, templates
from portal.web.running import the_request

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
VIEWS = ("standard", "elder")
# The main sections by the first word of their addresses.
SECTIONS = {"search": "/search", "services": "/services", "me": "/me/",
            "scenarios": "/scenarios/", "help": "/help/"}  # fmt: skip
VIEW_COOKIE = "view"
HTML = "text/html; charset=utf-8"
# An address that is written as it is.
PLAIN = re.compile(r"[/\w.-]*", re.ASCII)
ONE_YEAR = 365 * 24 * 3600
# A page is shown again only after the server confirms it: a record that ended is gone at once.
PUBLIC = "public, max-age=0, must-revalidate"


class Page(Response):
    """A page of ours: its text is there and its headers are known when it is made."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Hand both over; Werkzeug's own looks for more headers and counts on late text."""
        start_response(self.status, self.headers.to_wsgi_list())
        return () if environ["REQUEST_METHOD"] == "HEAD" else self.response  # type: ignore[return-value]


def is_asked_again() -> bool:
    """Whether a script asks for a part of the page that it is on."""
    return request.headers.get("HX-Request") == "true"


def render(
    template: str, *, fragment: str | None = None, status: int = 200, **context: Any
) -> Response:
    """The page, or its block `fragment` alone when htmx asks.

    A public GET answer is marked so that the page cache may keep it. One that says what is wrong
    with the answers of `form` is a 422.
    """
    form = context.get("form")
    method = the_request().method
    if status == 200 and method == "POST" and form is not None and form.errors:
        status = 422
    if fragment and is_asked_again():
        html = _block(template, fragment, context)
    else:
        html = templates.render(template, context)
    response = Page(html, status, content_type=HTML)
    response.headers.add("Vary", "HX-Request, Cookie")
    if status == 200 and method in {"GET", "HEAD"}:
        response.headers.add("Cache-Control", PUBLIC)
    return response


def _block(template_name: str, block: str, context: dict[str, Any]) -> str:
    template = templates.template(template_name)
    return "".join(template.blocks[block](template.new_context(context)))


def view() -> str:
    """`elder` or `standard`: the address decides, then the cookie."""
    environ = the_request().environ
    if not environ.get("QUERY_STRING") and "HTTP_COOKIE" not in environ:
        return "standard"
    asked = request.args.get("view") or request.cookies.get(VIEW_COOKIE)
    return "elder" if asked == "elder" else "standard"


def remember_view(response: Response, asked: Request) -> None:
    """Keep the chosen mode in the one cookie that a public page may set."""
    if not asked.environ.get("QUERY_STRING"):
        return
    chosen = asked.args.get("view")
    if chosen in VIEWS and asked.method == "GET":
        response.set_cookie(
            VIEW_COOKIE,
            chosen,
            max_age=ONE_YEAR,
            httponly=True,
            samesite="Lax",
            secure=asked.is_secure,
        )


def address_with(**changes: str | None) -> str:
    """This page's address with some query arguments changed (None takes one away)."""
    asked = the_request()
    arguments = {**_arguments(asked), **changes}
    if None in arguments.values():
        arguments = {name: value for name, value in arguments.items() if value is not None}
    return _address(asked.path, i18n.root(), arguments)


def address_in(language: str) -> str:
    """This page's address in another language, its query kept."""
    asked = the_request()
    root = i18n.root().removesuffix("/en") + ("/en" if language == "en" else "")
    arguments = {name: value for name, value in _arguments(asked).items() if name != "view"}
    return _address(asked.path, root, arguments)


def _arguments(asked: Request) -> dict[str, str | None]:
    return {**asked.args.to_dict()} if asked.environ.get("QUERY_STRING") else {}


def _address(path: str, root: str, arguments: dict[str, str | None]) -> str:
    address = root + (path if PLAIN.fullmatch(path) else quote(path))
    return f"{address}?{_query(*arguments.items())}" if arguments else address


@lru_cache(maxsize=256)
def _query(*arguments: tuple[str, str | None]) -> str:
    return urlencode(arguments)


def path(address: str) -> str:
    """A fixed address of the portal in the page's language: `path("/search")`.

    A plain string operation: url_for costs more than everything else on a hot page.
    """
    return i18n.root() + address


def section() -> tuple[str, str]:
    """The main section that this page belongs to, and how far: it is its first page, or in it."""
    here = the_request().path
    address = SECTIONS.get(here[1:].partition("/")[0], "")
    return address, ("page" if here == address else "true") if address else ""


@lru_cache(maxsize=256)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file, changing with its content."""
    return f"/static/{name}?v={_fingerprint(name)}"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        view=view,
        address_with=address_with,
        address_in=address_in,
        path=path,
        section=section,
        static=static,
        site=app.config["PORTAL"].site,
        html_lang=lambda: i18n.LOCALES[i18n.locale()],
    )
