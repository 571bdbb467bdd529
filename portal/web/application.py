"""Flask for one site, with one order of steps around every view."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.routing import IntegerConverter, MapAdapter

from portal.web import (
    access,
    logs,
    metrics,
    pages,
    parking,
    security,
    transactions,
    uploads,
)
from portal.web.running import the_notes, the_request

csrf = CSRFProtect()


class Number(IntegerConverter):
    """A number in an address, no longer than a database can hold."""

    regex = r"\d{1,18}"


class Application(Flask):
    """What Flask and its extensions would collect in lists of hooks stands here in its order.

    Hooks that are registered elsewhere are not called; `forget_hooks` takes them away.
    """

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the view of an address; the host says nothing about it, so none is parsed."""
        if request is None:
            return super().create_url_adapter(request)
        return MapAdapter(
            self.url_map,
            server_name=request.host,
            script_name=request.root_path,
            subdomain=self.url_map.default_subdomain,
            url_scheme=request.scheme,
            path_info=request.path,
            default_method=request.method,
            query_args=request.query_string.decode(errors="replace"),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine."""
        return func

    def preprocess_request(self) -> ResponseReturnValue | None:
        """What comes before every view; an answer given here stands in place of the view's."""
        asked, notes = the_request(), the_notes()
        logs.begin(asked, notes)
        security.refuse_foreign_host(self, asked)
        security.refuse_nul(asked)
        is_safe = asked.method in transactions.SAFE
        transactions.begin(is_safe=is_safe)
        if not is_safe:
            uploads.allow(self, asked)
        refused = access.guard(self, asked, notes)
        if refused is None and not is_safe and self.config["WTF_CSRF_ENABLED"]:
            csrf.protect(apply_exemptions=True)
        return refused

    def process_response(self, response: Response) -> Response:
        """What comes after every view, and after every failure."""
        asked, notes = the_request(), the_notes()
        metrics.count(response, asked, notes)
        access.keep_private(response, asked, notes)
        if asked.method not in transactions.SAFE:
            parking.let_go(response)
            transactions.settle(response)
        pages.remember_view(response, asked)
        logs.finish(response, notes)
        # Flask's public name for the session would count as a use of it.
        self.session_interface.save_session(self, request_ctx._session, response)  # type: ignore[arg-type]
        return response

    def do_teardown_request(self, exc: object = None) -> None:
        """Whatever happened, the next request begins with a connection of its own."""
        transactions.forget()

    def forget_hooks(self) -> None:
        """Take away what extensions registered: their work is done above, or by the view itself."""
        for hooks in (
            self.url_value_preprocessors,
            self.before_request_funcs,
            self.after_request_funcs,
            self.teardown_request_funcs,
        ):
            hooks.clear()
