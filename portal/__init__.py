"""The portal: configuration, database, web, capabilities, in this order."""

from importlib import import_module
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask

from portal import web, words
from portal.cli import cli
from portal.config import VAR, Config
from portal.core import db, jobs, keys, storage
from portal.web.cache import PageCache
from portal.web.i18n import LanguagePrefix
from portal.web.security import SecurityHeaders

ROOT = Path(__file__).resolve().parent.parent

BLUEPRINTS: tuple[str, ...] = (
    "portal.pages.routes",
    "portal.lookup.routes",
    "portal.badges.routes",
    "portal.scenarios.routes",
)

# What each has of HANDLERS, SCHEDULES and SWEEPS is run by the workers.
JOBS: tuple[str, ...] = (
    "portal.core.audit",
    "portal.scenarios.jobs",
)


def create_app(config: Config | None = None) -> Flask:
    """A portal on `config` (default: from the environment).

    Raises ConfigurationError when production lacks a secret.
    """
    config = config or Config.from_environment()
    app = Flask(
        "portal",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        PORTAL=config,
        SECRET_KEY=config.secret_key,
        TESTING=config.is_testing,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
    )
    app.ensure_sync = lambda view: view  # type: ignore[assignment]  # none is a coroutine
    db.start(config.database_url)
    storage.start(config.storage_url)
    jobs.start(map(import_module, JOBS), app.app_context)
    keys.start(config.qr_key, VAR / "qr.key")
    web.init_app(app)
    words.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(_blueprint(name))
    app.cli.add_command(cli)
    secured = SecurityHeaders(app.wsgi_app, is_production=config.is_production)
    app.wsgi_app = PageCache(LanguagePrefix(secured), config)  # type: ignore[method-assign]
    return app


def _blueprint(module: str) -> Blueprint:
    return cast(Blueprint, import_module(module).bp)
