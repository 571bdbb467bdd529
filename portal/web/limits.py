"""How often one address may ask: generous for people, 429 for machines."""

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, headers_enabled=False, strategy="moving-window")


def look_ups() -> str:
    """The limit of pages that search."""
    return str(current_app.config["LOOK_UPS_LIMIT"])


def costly() -> str:
    """The limit of what writes, sends or prints something for whoever asks."""
    return str(current_app.config["COSTLY_LIMIT"])


def open_data() -> str:
    """The limit of answers for machines; what the page cache answers does not count."""
    return str(current_app.config["OPEN_DATA_LIMIT"])


def sign_ins() -> str:
    """The limit of pages that take passwords and codes."""
    return str(current_app.config["SIGN_INS_LIMIT"])


def init_app(app: Flask) -> None:
    config = app.config["PORTAL"]
    app.config.update(
        RATELIMIT_STORAGE_URI=config.limits_url,
        # Without its store each process counts by itself; nobody is turned away for that.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_ENABLED=not config.is_testing,
        LOOK_UPS_LIMIT="120 per minute",
        OPEN_DATA_LIMIT="300 per minute",
        COSTLY_LIMIT="10 per minute",
        SIGN_INS_LIMIT="30 per minute",
    )
    limiter.init_app(app)
