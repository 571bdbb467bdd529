"""What a load balancer asks: is the process alive, can it answer."""

from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.core import db, jobs
from portal.web.access import at_once, public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
@at_once
def readyz() -> Response:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("database unreachable\n", status=503, mimetype="text/plain")
    # Late jobs are told, but take no node out of service: pages do not wait for them.
    late = round(jobs.oldest_due_seconds())
    return Response(f"ready\noldest due job: {late} s\n", mimetype="text/plain")
