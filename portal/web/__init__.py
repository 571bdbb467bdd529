"""Flask plumbing; knows no credit."""

from flask import Flask, current_app
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
from portal.web.running import the_request

csrf = CSRFProtect()


def _check_token() -> None:
    # The extension does the same, after a longer look at what only reads.
    if the_request().method not in transactions.SAFE and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect(apply_exemptions=True)


class Number(IntegerConverter):
    """A number in an address, no longer than a database can hold."""

    regex = r"\d{1,18}"


def init_app(app: Flask) -> None:
    """Join everything; after_request functions run in reverse order of this list."""
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
        transactions,
        uploads,
        parking,
        access,
        limits,
        errors,
        metrics,
    ):
        part.init_app(app)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(_check_token)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
