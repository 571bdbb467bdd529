"""Flask plumbing; knows no credit."""

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.routing import IntegerConverter

from portal.web import (
    access,
    errors,
    filters,
    health,
    i18n,
    limits,
    logs,
    metrics,
    pages,
    parking,
    security,
    templates,
    transactions,
    uploads,
)
from portal.web.running import the_app, the_notes, the_request

csrf = CSRFProtect()


def _before() -> ResponseReturnValue | None:
    """What comes before every view, in this order; the request is looked up once for all."""
    asked, app, notes = the_request(), the_app(), the_notes()
    logs.begin(asked, notes)
    security.refuse_foreign_host(app, asked)
    security.refuse_nul(asked)
    is_safe = asked.method in transactions.SAFE
    transactions.begin(is_safe=is_safe)
    if not is_safe:
        uploads.allow(app, asked)
    refused = access.guard(app, asked, notes)
    if refused is None and not is_safe and app.config["WTF_CSRF_ENABLED"]:
        csrf.protect(apply_exemptions=True)
    return refused


def _after(response: Response) -> Response:
    """What comes after every view, and after every failure."""
    asked, notes = the_request(), the_notes()
    metrics.count(response, asked, notes)
    access.keep_private(response, asked, notes)
    if asked.method not in transactions.SAFE:
        parking.let_go(response)
        transactions.settle(response)
    pages.remember_view(response, asked)
    logs.finish(response, notes)
    return response


class Number(IntegerConverter):
    """A number in an address, no longer than a database can hold."""

    regex = r"\d{1,18}"


def init_app(app: Flask) -> None:
    """Join everything."""
    app.url_map.converters["int"] = Number
    app.jinja_environment = templates.Templates
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for part in (
        logs,
        security,
        i18n,
        filters,
        pages,
        templates,
        access,
        limits,
        errors,
    ):
        part.init_app(app)
    csrf.init_app(app)
    # In place of what extensions do around every page: a view with a limit checks it itself.
    app.before_request_funcs[None] = [_before]
    app.after_request_funcs[None] = [_after]
    app.teardown_request_funcs[None] = [transactions.forget]
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
