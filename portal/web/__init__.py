"""Flask plumbing; knows no credit."""

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
    security,
    templates,
)
from portal.web.application import Application, Number, csrf


def init_app(app: Application) -> None:
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
    app.forget_hooks()
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
