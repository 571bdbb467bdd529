"""Rendering: a whole page, or for htmx one block of the same template."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, make_response, request

from portal.web import i18n, templates

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
VIEWS = ("standard", "elder")
VIEW_COOKIE = "view"
ONE_YEAR = 365 * 24 * 3600
# A page is shown again only after the server confirms it: a record that ended is gone at once.
PUBLIC = "public, max-age=0, must-revalidate"


def render(
    template: str, *, fragment: str | None = None, status: int = 200, **context: Any
) -> Response:
    """The page, or its block `fragment` alone when htmx asks.

    A public GET answer is marked so that the page cache may keep it. One that says what is wrong
    with the answers of `form` is a 422.
    """
    form = context.get("form")
    if status == 200 and request.method == "POST" and form is not None and form.errors:
        status = 422
    if fragment and request.headers.get("HX-Request") == "true":
        response = make_response(_block(template, fragment, context), status)
    else:
        response = make_response(templates.render(template, context), status)
    if request.method in {"GET", "HEAD"} and status == 200:
        response.headers["Cache-Control"] = PUBLIC
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _block(template_name: str, block: str, context: dict[str, Any]) -> str:
    template = templates.template(template_name)
    current_app.update_template_context(context)
    return "".join(template.blocks[block](template.new_context(context)))


def view() -> str:
    """`elder` or `standard`: the address decides, then the cookie."""
    asked = request.args.get("view") or request.cookies.get(VIEW_COOKIE)
    return "elder" if asked == "elder" else "standard"


def remember_view(response: Response) -> Response:
    """Keep the chosen mode in the one cookie that a public page may set."""
    asked = request.args.get("view")
    if asked in VIEWS and request.method == "GET":
        response.set_cookie(
            VIEW_COOKIE,
            asked,
            max_age=ONE_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def address_with(**changes: str | None) -> str:
    """This page's address with some query arguments changed (None takes one away)."""
    arguments = request.args.to_dict()
    arguments.update({name: value for name, value in changes.items() if value is not None})
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
    query = urlencode(arguments)
    return request.script_root + quote(request.path) + (f"?{query}" if query else "")


def address_in(language: str) -> str:
    """This page's address in another language, its query kept."""
    root = request.script_root.removesuffix("/en") + ("/en" if language == "en" else "")
    arguments = {name: value for name, value in request.args.items() if name != "view"}
    query = urlencode(arguments)
    return root + quote(request.path) + (f"?{query}" if query else "")


def path(address: str) -> str:
    """A fixed address of the portal in the page's language: `path("/search")`.

    A plain string operation: url_for costs more than everything else on a hot page.
    """
    return i18n.root() + address


@lru_cache(maxsize=256)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file, changing with its content."""
    return f"/static/{name}?v={_fingerprint(name)}"


def init_app(app: Flask) -> None:
    app.after_request(remember_view)
    app.jinja_env.globals.update(
        view=view,
        address_with=address_with,
        address_in=address_in,
        path=path,
        static=static,
        site=app.config["PORTAL"].site,
        html_lang=lambda: i18n.LOCALES[i18n.locale()],
    )
