"""One request, one transaction: writing requests commit below 400, reading ones never."""

from collections.abc import Callable

from flask import Request, Response, g

from portal.core import db
from portal.web.cache import SEEN
from portal.web.running import the_request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def begin(*, is_safe: bool) -> None:
    """Tell the database whether this request may write."""
    db.reads_only.set(is_safe)
    db.reading.set(db.Reading() if is_safe else None)


def may_lag(asked: Request) -> None:
    """Let this reading request read where all that its visitor may know has arrived."""
    now = db.reading.get()
    if now is not None:
        now.seen = asked.environ.get(SEEN)


def settle(response: Response) -> None:
    """Commit what a writing request did, if it answers below 400; the end rolls back the rest."""
    if response.status_code < 400 or g.get("keeps_changes"):
        db.session.commit()


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
        begin(is_safe=the_request().method in SAFE)


def forget() -> None:
    _end_reading()
    if db.session.registry.has():
        db.session.remove()


def _end_reading() -> None:
    now = db.reading.get()
    if now is not None:
        now.end()
        db.reading.set(None)
