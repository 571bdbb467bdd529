"""Who may open a page: a view without a mark answers 403."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

View = TypeVar("View", bound=Callable[..., object])

MARK = "__portal_access__"


def public(view: View) -> View:
    """Anyone may open it; it reads no session and sets no cookie."""
    setattr(view, MARK, "public")
    return view


def mark_of(view: Callable[..., object]) -> str | None:
    """The access mark of a view, or None."""
    return getattr(view, MARK, None)


def deny_unmarked() -> None:
    """Refuse every view that nobody marked."""
    if request.endpoint is None:
        return
    if mark_of(current_app.view_functions[request.endpoint]) is None:
        abort(403)


def init_app(app: Flask) -> None:
    app.before_request(deny_unmarked)
    app.view_functions["static"] = public(_static(app))


def _static(app: Flask) -> Any:
    send = app.view_functions["static"]

    def static(**arguments: object) -> object:
        return send(**arguments)

    return static
