"""Logs: one event a request, with a number to quote, without any personal data."""

import logging
import time
from typing import Any

import structlog
from flask import Flask, Request, Response, request

from portal.core import ids
from portal.web.security import NUMBER

log = structlog.get_logger("portal")
is_telling = False


def begin(asked: Request, notes: Any) -> None:
    """Give the request its number, which its answer and its line of the log bear."""
    asked.environ[NUMBER] = notes.request_id = ids.passing_id()
    notes.started = time.perf_counter()


def finish(response: Response, notes: Any) -> None:
    """One line; it names the endpoint only: the query may hold what a person typed."""
    if is_telling and "request_id" in notes:
        log.info(
            "request",
            id=notes.request_id,
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - notes.started) * 1000, 1),
        )


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
