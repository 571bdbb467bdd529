"""Figures for operators, told only to the addresses that the settings allow."""

import time
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Blueprint, Request, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from portal.core import db, jobs
from portal.web.access import at_once, public

bp = Blueprint("metrics", __name__)

REGISTRY = CollectorRegistry()
# Endpoints, never addresses: an address may hold what somebody typed.
REQUESTS = Counter("portal_requests", "Answers by endpoint and status", ["endpoint", "status"],
                   registry=REGISTRY)  # fmt: skip
SECONDS = Histogram("portal_request_seconds", "Time to answer, without pages from memory",
                    registry=REGISTRY)  # fmt: skip
WAITING = Gauge("portal_jobs_due", "Jobs that are due", registry=REGISTRY)
AGE = Gauge("portal_jobs_oldest_seconds", "How long the oldest due job waits", registry=REGISTRY)
REPLICA = Gauge("portal_replica_pages", "Pages read on the replica, or why not there", ["result"],
                registry=REGISTRY)  # fmt: skip
FAILED = Gauge("portal_jobs_failed", "Jobs that wait for an operator", registry=REGISTRY)


@bp.get("/metrics")
@public
@at_once
def metrics() -> Response:
    if not _is_allowed(request.remote_addr or ""):
        abort(404)
    WAITING.set(jobs.count_due())
    AGE.set(jobs.oldest_due_seconds())
    FAILED.set(len(jobs.failed()))
    for result, count in db.replica.counts.items() if db.replica else ():
        REPLICA.labels(result).set(count)
    return Response(generate_latest(REGISTRY), mimetype="text/plain")


def _is_allowed(address: str) -> bool:
    allowed = current_app.config["PORTAL"].metrics_allow
    return (
        any(ip_address(address) in ip_network(network) for network in allowed) if address else False
    )


def count(response: Response, asked: Request, notes: Any) -> None:
    """Add one answer to the figures."""
    _answers(asked.endpoint or "none", response.status_code).inc()
    if "started" in notes:
        SECONDS.observe(time.perf_counter() - notes.started)


@cache
def _answers(endpoint: str, status: int) -> Any:
    return REQUESTS.labels(endpoint, status)
