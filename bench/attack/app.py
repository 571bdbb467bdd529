"""The portal as in production, with limits out of the way and every failure written down."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal import create_app
from portal.core import jobs

LIMITS = ("LOOK_UPS_LIMIT", "OPEN_DATA_LIMIT", "COSTLY_LIMIT", "SIGN_INS_LIMIT")

portal = create_app()
# There is no TLS here, and without it a tool sends no cookie that is marked as secure.
portal.config["SESSION_COOKIE_SECURE"] = False
# A tool that is told 429 tries nothing more; the limits have tests of their own.
portal.config.update(dict.fromkeys(LIMITS, "1000000 per minute"))
failures = Path(os.environ["FAILURES"])


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers as the portal does; adds a line to the file of failures for each 5xx."""

    def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        if status.startswith("5"):
            asked = f"{environ['REQUEST_METHOD']} {environ.get('SCRIPT_NAME', '')}"
            with failures.open("a", encoding="utf-8") as file:
                file.write(
                    f"{status} {asked}{environ['PATH_INFO']!r}?{environ.get('QUERY_STRING', '')}\n"
                )
        return start_response(status, headers, error)

    return portal.wsgi_app(environ, start)


jobs.work_in_background()
