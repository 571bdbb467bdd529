"""One request, one transaction: writing requests commit below 400, reading ones never."""

from collections.abc import Callable

from flask import Flask, Response, g

from portal.core import db
from portal.web.cache import SEEN
from portal.web.running import the_request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def begin() -> None:
    """Tell the database whether this request may write."""
    is_safe = the_request().method in SAFE
    db.reads_only.set(is_safe)
    db.reading.set(db.Reading() if is_safe else None)


def may_lag() -> None:
    """Let this reading request read where all that its visitor may know has arrived."""
    now = db.reading.get()
    if now is not None:
        now.seen = the_request().environ.get(SEEN)


def settle(response: Response) -> Response:
    """Commit what a writing request did, if it answers below 400; the end rolls back the rest."""
    if the_request().method not in SAFE and (response.status_code < 400 or g.get("keeps_changes")):
        db.session.commit()
    return response


def keep_changes() -> None:
    """Commit although the page says what is wrong: of ten files nine were good, and are kept."""
    g.keeps_changes = True


def aside(work: Callable[[], None]) -> None:
    """A small write apart from the request, which may be refused: a try, a sign of life."""
    db.session.rollback()
    _end_reading()
    db.reads_only.set(False)
    try:
        work()
        db.session.commit()
    finally:
        db.session.rollback()
        begin()


def forget(_error: BaseException | None) -> None:
    _end_reading()
    if db.session.registry.has():
        db.session.remove()


def _end_reading() -> None:
    now = db.reading.get()
    if now is not None:
        now.end()
        db.reading.set(None)


def init_app(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(settle)
    app.teardown_request(forget)
