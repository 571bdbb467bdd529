"""What must happen later: rows written with the change that wants them, run at least once."""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, Index, String, delete, event, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock, db
from portal.core.db import Base, BigId, session

LEASE = timedelta(minutes=10)
ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
IDLE_SECONDS = 1.0

log = structlog.get_logger()
# Set by a commit that enqueued something, so that a waiting worker looks at once.
_wake = threading.Event()


class Job(Base):
    """Work that is still to be done; the row goes in the transaction that does it.

    A worker leases a row before it starts. One that dies leaves the lease to run out, and the
    next worker begins again, so a handler must bear to be run twice.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due_at", "due_at"),
        Index(
            "uq_job_name_key",
            "name",
            "key",
            unique=True,
            sqlite_where=text("key <> ''"),
            postgresql_where=text("key <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120), default="")
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(200), default="")


class JobSlot(Base):
    """The last turn of a schedule that was enqueued, so that several workers enqueue it once."""

    __tablename__ = "job_slot"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[str] = mapped_column(String(20))


@dataclass(frozen=True)
class Schedule:
    """A job without arguments that runs every day, or on one day of every month, at a city time."""

    name: str
    at: time
    day: int | None = None

    def slot(self, now: datetime) -> str:
        """The day of the newest turn that has come: today, or an earlier day."""
        local = now.astimezone(clock.CITY)
        turn = local if local.time() >= self.at else local - timedelta(days=1)
        if self.day is None:
            return turn.date().isoformat()
        if turn.day < self.day:
            turn = turn.replace(day=1) - timedelta(days=1)
        return f"{turn:%Y-%m}-{self.day:02}"


Context = Callable[[], AbstractContextManager[Any]]
_context: Context = nullcontext
_handlers: dict[str, Callable[..., None]] = {}
_schedules: list[Schedule] = []
# Cheap looks for work that needs no row; each says how much it did.
_sweeps: list[Callable[[], int]] = []


def start(modules: Iterable[Any], context: Context = nullcontext) -> None:
    """Take what each module has of HANDLERS, SCHEDULES and SWEEPS; they run inside `context`."""
    global _context
    _context = context
    _handlers.clear()
    _schedules.clear()
    _sweeps.clear()
    for module in modules:
        _handlers.update(getattr(module, "HANDLERS", {}))
        _schedules.extend(getattr(module, "SCHEDULES", ()))
        _sweeps.extend(getattr(module, "SWEEPS", ()))


def enqueue(name: str, *, key: str = "", at: datetime | None = None, **arguments: Any) -> None:
    """Have `name` run with `arguments` (identifiers, never objects) once this transaction commits.

    While a job of the same name and key waits, another one is not added.
    Raises KeyError for a name that no capability handles.
    """
    _handlers[name]
    insert = sqlite.insert(Job) if db.is_sqlite() else postgresql.insert(Job)
    session.execute(
        insert.values(
            name=name, key=key, arguments=arguments, due_at=at or clock.now(), attempts=0, error=""
        ).on_conflict_do_nothing()
    )
    session.info["enqueued"] = True


@event.listens_for(Session, "after_commit")
def _committed(finished: Session) -> None:
    if finished.info.pop("enqueued", False):
        _wake.set()


def run_due(stop: threading.Event | None = None) -> int:
    """Do everything that is due, each in a transaction of its own; returns how much was done.

    Once `stop` is set, nothing more is begun.
    """
    done = _enqueue_scheduled()
    for sweep in _sweeps:
        done += _swept(sweep)
    while not (stop and stop.is_set()) and (job := _lease()) is not None:
        _run(*job)
        done += 1
    return done


def failed() -> list[Job]:
    """Jobs that were tried as often as allowed and wait for an operator."""
    return list(session.scalars(select(Job).where(Job.attempts >= ATTEMPTS).order_by(Job.id)))


def find(name: str, key: str) -> Job | None:
    """The job of this name and key, until it is done."""
    return session.scalar(select(Job).where(Job.name == name, Job.key == key))


def cancel(name: str, key: str) -> None:
    """Never do the job of this name and key."""
    session.execute(delete(Job).where(Job.name == name, Job.key == key))


def _due() -> Any:
    return (Job.due_at <= clock.now(), Job.attempts < ATTEMPTS)


def count_due() -> int:
    """How many jobs could be done now."""
    return session.scalar(select(func.count()).select_from(Job).where(*_due())) or 0


def oldest_due_seconds() -> float:
    """How long the oldest job that could be done has been waiting."""
    oldest = session.scalar(select(func.min(Job.due_at)).where(*_due()))
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def retry_failed() -> int:
    """Give failed jobs all their attempts again; returns how many."""
    waiting = failed()
    for job in waiting:
        job.attempts, job.due_at, job.leased_until = 0, clock.now(), None
    return len(waiting)


def work(stop: threading.Event) -> None:
    """Run what is due, round after round, until `stop` is set."""
    while not stop.is_set():
        _wake.clear()
        try:
            done = run_due(stop)
        except SQLAlchemyError:
            # The database is away for a moment; nothing is lost, the rows wait there.
            session.remove()
            log.exception("jobs.round_failed")
            done = 0
        if not done and not stop.is_set():
            _wake.wait(IDLE_SECONDS)
    session.remove()


def work_in_background() -> Callable[[], None]:
    """`work` in a thread of this process, which ends with it; call the answer to stop it."""
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(stop,), name="jobs", daemon=True)
    worker.start()

    def end() -> None:
        stop.set()
        _wake.set()
        worker.join()

    return end


def _enqueue_scheduled() -> int:
    now = clock.now()
    taken = [schedule for schedule in _schedules if _take(schedule.name, schedule.slot(now))]
    for schedule in taken:
        enqueue(schedule.name, key=schedule.name)
    session.commit()
    return len(taken)


def _take(name: str, slot: str) -> bool:
    """Whether this worker is the one to enqueue this turn."""
    known = session.scalar(select(JobSlot.slot).where(JobSlot.name == name))
    if known == slot:
        return False
    if known is None:
        insert = sqlite.insert(JobSlot) if db.is_sqlite() else postgresql.insert(JobSlot)
        first = insert.values(name=name, slot=slot).on_conflict_do_nothing()
        return session.scalar(first.returning(JobSlot.name)) is not None
    at_known = (JobSlot.name == name, JobSlot.slot == known)
    return db.changed(update(JobSlot).where(*at_known).values(slot=slot)) > 0


def _swept(sweep: Callable[[], int]) -> int:
    try:
        with _context():
            done = sweep()
        session.commit()
    except Exception:
        session.rollback()
        log.exception("jobs.sweep_failed", sweep=sweep.__name__)
        return 0
    return done


def _lease() -> tuple[int, str, dict[str, Any], int] | None:
    now = clock.now()
    found = session.execute(
        select(Job.id, Job.name, Job.arguments, Job.attempts)
        .where(
            Job.due_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until <= now),
            Job.attempts < ATTEMPTS,
        )
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if found is None:
        session.rollback()
        return None
    session.execute(
        update(Job)
        .where(Job.id == found.id)
        .values(leased_until=now + LEASE, attempts=Job.attempts + 1)
    )
    session.commit()
    return found.id, found.name, found.arguments, found.attempts + 1


def _run(job_id: int, name: str, arguments: dict[str, Any], attempt: int) -> None:
    try:
        with _context():
            _handlers[name](**arguments)
        session.execute(delete(Job).where(Job.id == job_id))
        session.commit()
    except Exception as error:
        session.rollback()
        log.exception("jobs.failed", job=name, id=job_id, attempt=attempt)
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(
                leased_until=None,
                # The kind of failure only: a message may hold what somebody wrote.
                error=type(error).__name__,
                due_at=clock.now() + FIRST_PAUSE * 4 ** (attempt - 1),
            )
        )
        session.commit()
