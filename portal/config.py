"""Every setting of the portal, typed, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
MINIMUM_SECRET_LENGTH = 32


class ConfigurationError(Exception):
    """A setting is missing or unsafe; the message names it and says what to do."""


@dataclass(frozen=True)
class Site:
    """The government-site block of the footer and what the site says of itself.

    An empty value is left out of the page; none is ever made up.
    """

    name: str = "信用淮南"
    url: str = "http://127.0.0.1:8000"
    sponsor: str = ""
    operator: str = ""
    identifier: str = ""
    icp: str = ""
    police: str = ""
    phone: str = ""
    error_report_url: str = ""
    security_contact: str = ""
    is_demo: bool = True

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].rstrip("/")


@dataclass(frozen=True)
class Identity:
    """The identity service that people may sign in with (OpenID Connect); empty: none."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = "openid profile"


@dataclass(frozen=True)
class Config:
    """What `create_app` needs to know; tests build their own."""

    environment: str = "development"
    database_url: str = f"sqlite:///{VAR / 'portal.sqlite'}"
    replica_url: str = ""
    secret_key: str = "development only: refused in production"  # noqa: S105
    limits_url: str = "memory://"
    storage_url: str = f"file://{VAR / 'files'}"
    jobs: str = "inline"
    clamd_url: str = ""
    qr_key: str = ""
    smtp_url: str = ""
    sms_url: str = ""
    mail_from: str = ""
    seal_file: str = ""
    seal_password: str = ""
    seal_folder: Path = VAR / "seal"
    tsa_url: str = ""
    log_format: str = "text"
    # How many proxies of our own stand in front, and who may read the figures.
    proxies: int = 0
    metrics_allow: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    page_cache_bytes: int = 16 * 1024 * 1024
    is_testing: bool = False
    site: Site = field(default_factory=Site)
    identity: Identity = field(default_factory=Identity)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def shows_codes(self) -> bool:
        """Only a demo outside production may show on a page what a phone would have received."""
        return self.site.is_demo and not self.is_production

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings; raises ConfigurationError when production lacks a secret."""
        get = environment.get
        name = get("PORTAL_ENV", "development")
        config = cls(
            environment=name,
            database_url=get("DATABASE_URL") or cls.database_url,
            replica_url=get("DATABASE_REPLICA_URL", ""),
            secret_key=get("SECRET_KEY") or cls.secret_key,
            limits_url=get("LIMITS_URL") or cls.limits_url,
            storage_url=get("STORAGE_URL") or cls.storage_url,
            clamd_url=get("CLAMD_URL", ""),
            jobs=_choice(environment, "JOBS", ("inline", "external")),
            qr_key=get("QR_KEY", ""),
            smtp_url=get("SMTP_URL", ""),
            sms_url=get("SMS_URL", ""),
            mail_from=get("MAIL_FROM", ""),
            seal_file=get("SEAL_P12", ""),
            seal_password=get("SEAL_PASSWORD", ""),
            tsa_url=get("TSA_URL", ""),
            log_format=get("LOG_FORMAT") or ("json" if name == "production" else "text"),
            proxies=int(get("PROXIES") or 0),
            metrics_allow=tuple((get("METRICS_ALLOW") or "127.0.0.1/32 ::1/128").split()),
            page_cache_bytes=int(get("PAGE_CACHE_BYTES") or cls.page_cache_bytes),
            site=_site(environment, is_demo=name != "production"),
            identity=_identity(environment),
        )
        _refuse_weak(config, environment)
        return config


def _choice(environment: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """One of `allowed`; the first is the default."""
    value = environment.get(name) or allowed[0]
    if value not in allowed:
        raise ConfigurationError(f"{name} is {value!r}. Set it to one of: {', '.join(allowed)}.")
    return value


def _site(environment: Mapping[str, str], *, is_demo: bool) -> Site:
    get = environment.get
    return Site(
        name=get("SITE_NAME") or Site.name,
        url=(get("SITE_URL") or Site.url).rstrip("/"),
        sponsor=get("SITE_SPONSOR", ""),
        operator=get("SITE_OPERATOR", ""),
        identifier=get("SITE_IDENTIFIER", ""),
        icp=get("SITE_ICP", ""),
        police=get("SITE_POLICE", ""),
        phone=get("SITE_PHONE", ""),
        error_report_url=get("SITE_ERROR_REPORT_URL", ""),
        security_contact=get("SITE_SECURITY_CONTACT", ""),
        is_demo=get("SITE_DEMO", "1" if is_demo else "0") == "1",
    )


def _identity(environment: Mapping[str, str]) -> Identity:
    get = environment.get
    identity = Identity(
        issuer=get("OIDC_ISSUER", "").rstrip("/"),
        client_id=get("OIDC_CLIENT_ID", ""),
        client_secret=get("OIDC_CLIENT_SECRET", ""),
        scope=get("OIDC_SCOPE") or Identity.scope,
    )
    if identity.issuer and not identity.client_id:
        raise ConfigurationError("OIDC_CLIENT_ID is missing. Set it, or leave OIDC_ISSUER empty.")
    return identity


def _refuse_weak(config: Config, environment: Mapping[str, str]) -> None:
    if not config.is_production:
        return
    for name in ("SECRET_KEY", "QR_KEY"):
        if len(environment.get(name, "")) < MINIMUM_SECRET_LENGTH:
            raise ConfigurationError(
                f"{name} is missing or shorter than {MINIMUM_SECRET_LENGTH} characters. "
                "Set it in the environment before starting in production."
            )
    if config.identity.issuer and not config.identity.issuer.startswith("https://"):
        raise ConfigurationError("OIDC_ISSUER must begin with https:// in production.")
    for name in ("SITE_URL", "DATABASE_URL", "SEAL_P12"):
        if not environment.get(name):
            raise ConfigurationError(f"{name} is missing. Set it before starting in production.")
