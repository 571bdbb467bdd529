"""Logs: one event a request, with a number to quote, without any personal data."""

import logging
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from portal.core import ids

log = structlog.get_logger("portal")
is_telling = False


def begin() -> None:
    g.request_id = ids.random_id(8)
    g.started = time.perf_counter()


def finish(response: Response) -> Response:
    # The query string may hold what a person typed, so the log names the endpoint only.
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
        if not is_telling:
            return response
        log.info(
            "request",
            id=g.request_id,
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.started) * 1000, 1),
        )
    return response


def init_app(app: Flask) -> None:
    global is_telling
    config = app.config["PORTAL"]
    is_telling = config.log_format != "text"
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False)
    if config.log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.INFO if is_telling else logging.WARNING
        ),
        cache_logger_on_first_use=not config.is_testing,
    )
    app.before_request(begin)
    app.after_request(finish)
