"""The portal: configuration, database, web, capabilities, in this order."""

import gc
from importlib import import_module
from typing import Any, cast

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import web, words
from portal.accounts import service as accounts
from portal.cases import service as cases
from portal.cli import cli
from portal.config import ROOT, VAR, Config
from portal.core import db, jobs, keys, outgoing, seal, sealing, storage, uploads
from portal.web import access
from portal.web.application import Application
from portal.web.cache import PageCache
from portal.web.i18n import LanguagePrefix
from portal.web.security import SecurityHeaders

BLUEPRINTS: tuple[str, ...] = (
    "portal.pages.routes",
    "portal.lookup.routes",
    "portal.documents.routes",
    "portal.commitments.routes",
    "portal.reports.routes",
    "portal.badges.routes",
    "portal.scenarios.routes",
    "portal.accounts.routes",
    "portal.cases.routes",
    "portal.repair.routes",
    "portal.objections.routes",
    "portal.complaints.routes",
    "portal.government.routes",
    "portal.statistics.routes",
    "portal.desk.routes",
    "portal.mine.routes",
    "portal.ingest.routes",
    "portal.opendata.routes",
)

# What each has of HANDLERS, SCHEDULES and SWEEPS is run by the workers.
JOBS: tuple[str, ...] = (
    "portal.core.audit",
    "portal.subjects.jobs",
    "portal.documents.jobs",
    "portal.reports.jobs",
    "portal.scenarios.jobs",
    "portal.accounts.jobs",
    "portal.commitments.jobs",
    "portal.cases.jobs",
    "portal.repair.jobs",
    "portal.statistics.jobs",
    "portal.ingest.jobs",
    "portal.opendata.jobs",
)

# The service that moves the cases of each kind.
CASES: dict[str, str] = {
    "repair": "portal.repair.service",
    "objection": "portal.objections.service",
    "complaint": "portal.complaints.service",
}


def create_app(config: Config | None = None) -> Flask:
    """A portal on `config` (default: from the environment).

    Raises ConfigurationError when production lacks a secret.
    """
    config = config or Config.from_environment()
    app = Application(
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
    _start_core(config)
    cases.start({kind: import_module(module) for kind, module in CASES.items()})
    jobs.start(map(import_module, JOBS), app.app_context)
    web.init_app(app)
    access.load_sessions_by(app, accounts.load, accounts.touch)
    words.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(_blueprint(name))
    app.cli.add_command(cli)
    secured = SecurityHeaders(app.wsgi_app, is_production=config.is_production)
    inner: Any = LanguagePrefix(secured)
    if config.proxies:
        inner = ProxyFix(inner, x_for=config.proxies, x_proto=config.proxies)
    app.wsgi_app = PageCache(inner, config)  # type: ignore[method-assign]
    return app


def spare_the_collector() -> None:
    """What is loaded now stays, and what a page makes is gone with it: cycles are rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _start_core(config: Config) -> None:
    """Hand the core its settings; it reads none itself."""
    db.start(config.database_url, config.replica_url)
    storage.start(config.storage_url)
    uploads.start(config.clamd_url)
    keys.start(config.qr_key, VAR / "qr.key")
    seal.start(_seal(config))
    sealing.start(config.secret_key)
    outgoing.start(_gateways(config))


def _seal(config: Config) -> seal.Settings:
    return seal.Settings(
        file=config.seal_file,
        password=config.seal_password,
        folder=config.seal_folder,
        around=f"{config.site.name}微门户",
        time_stamps=config.tsa_url,
    )


def _gateways(config: Config) -> outgoing.Gateways:
    return outgoing.Gateways(
        smtp_url=config.smtp_url,
        sms_url=config.sms_url,
        sender=config.mail_from or f"noreply@{config.site.host.partition(':')[0]}",
        site_name=config.site.name,
        site_url=config.site.url,
    )


def _blueprint(module: str) -> Blueprint:
    return cast(Blueprint, import_module(module).bp)
