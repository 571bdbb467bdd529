"""One file in, in one transaction: read, check, store, count, refuse."""

import gc
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.core import audit, beside, clock, db
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.text import N_
from portal.ingest import content
from portal.ingest.models import ImportBatch
from portal.ingest.reading import Piece, Source, open_source
from portal.ingest.rules.codes import code_reader
from portal.ingest.rules.forms import HEADER_ROWS, Form, Layout, find_layout
from portal.ingest.rules.rows import RowReader
from portal.ingest.rules.values import Reader, amount_reader, date_reader, word_reader
from portal.ingest.service import passing
from portal.ingest.service.intake import Intake
from portal.ingest.service.lines import KINDS as LINES
from portal.ingest.service.passing import Passed
from portal.ingest.service.prepare import Prepared, Preparer
from portal.ingest.service.quarantine import Outcome, Quarantine, Report
from portal.ingest.service.storing import LineStore, RecordStore, Store, SubjectStore
from portal.records import service as records
from portal.scenarios import service as scenarios
from portal.subjects.service import codes

__all__ = ["KINDS", "Checked", "Outcome", "check", "check_alone", "run", "store", "tried"]

PIECE = 2000
KEPT_IN_MEMORY = 1 << 24
NOTHING = Piece([], [], [])
# The generation of objects that came last, as the collector counts.
YOUNG = 0
# From so many rows on it pays to start processes, beside the one that writes.
WORTH_HELP, MOST_HELPERS = 20_000, 2
REGISTER, GENERAL = "enterprise", "record"
OWN_FORM = (REGISTER, "licence", "penalty", *LINES)
KINDS = (REGISTER, *records.KINDS, *LINES)

Progress = Callable[[int, int], None]


@dataclass
class Checked:
    """A file that was read and checked, and of which nothing is on file yet."""

    file_name: str
    started_at: datetime
    actor: str
    store: Store
    passed: Passed
    quarantine: Quarantine
    intake: Intake
    # What is still to be looked up and stored, in the order of the file.
    pieces: Iterable[Prepared] = ()
    keeping: ExitStack = field(default_factory=ExitStack)
    # Opened at once where the transaction is in turn anyway.
    batch: ImportBatch | None = None

    @property
    def outcome(self) -> Outcome:
        """What becomes of the file; whole once its rows were looked up."""
        return self.quarantine.outcome

    def forget(self) -> None:
        """Let go of what was gathered, which takes as long as to put it on file."""
        self.keeping.close()
        self.store.forget()
        self.quarantine.waiting.drop()


def check(
    path: Path,
    *,
    kind: str | None = None,
    actor: str,
    report: Report | None = None,
    progress: Progress | None = None,
    may_fork: bool = False,
    in_turn: bool = False,
) -> Checked:
    """Read and check a file, and look up what there is to be looked up without being in turn.

    Unless it is `in_turn`, nothing is written but tables of this connection alone, so that a
    transaction that only reads will do. Rows of a large file are prepared in processes beside
    this one where it `may_fork`: it must have no other threads. Raises Refused when the file as a
    whole cannot be taken.
    """
    started_at = clock.now()
    source = open_source(path)
    layout = _layout(source, kind)
    outcome = Outcome(kind or layout.form.kind, source.sha256, unknown_columns=layout.unknown,
                      absent_columns=layout.absent)  # fmt: skip
    reader = _reader(layout, kind, source)
    batch = _open_batch(path.name, started_at, outcome) if in_turn else None
    store = _store(layout, kind, batch, actor)
    passed = passing.find(outcome, layout.form) if store.is_gathering else Passed()
    quarantine = Quarantine(outcome, report)
    intake = Intake(reader, store, quarantine, passed)
    checked = Checked(path.name, started_at, actor, store, passed, quarantine, intake, batch=batch)
    preparer = Preparer(reader, store.build, store.keys, passed)
    count = helpers(source, source.lines - passed.count, beside.cores()) if may_fork else 0
    pieces = _prepared(preparer, source, layout.header_row, count)
    if progress:
        pieces = _told(pieces, progress, source.lines)
    with _collector_paused():
        if store.is_gathering or in_turn:
            _take(checked, pieces)
        else:
            checked.pieces = checked.keeping.enter_context(_kept(pieces))
    return checked


def _layout(source: Source, kind: str | None) -> Layout:
    first = next(source.pieces(PIECE), NOTHING)
    layout = find_layout(first.rows[:HEADER_ROWS], _forms(kind))
    _refuse_without_kind(layout, kind)
    return layout


def store(checked: Checked) -> Outcome:
    """Put on file what was checked; the caller commits, or rolls back."""
    outcome = checked.outcome
    with _collector_paused(), db.much_in_memory():
        _take(checked, checked.pieces)
        batch = checked.batch or _open_batch(checked.file_name, checked.started_at, outcome)
        put = checked.store.put(batch.id)
        checked.quarantine.put(batch.id)
    outcome.added -= put.changed + put.unchanged
    outcome.changed += put.changed
    outcome.unchanged += put.unchanged
    counted = _counted(outcome)
    for name, number in counted.items():
        setattr(batch, name, number)
    batch.finished_at = clock.now()
    passing.remember(checked.passed, checked.quarantine, put.ids)
    audit.record(
        "ingest.import", "import_batch", batch.id, checked.actor,
        file=batch.file_name, sha256=batch.sha256, kind=batch.kind, **counted,
    )  # fmt: skip
    session.flush()
    return outcome


def tried(checked: Checked) -> Outcome:
    """What would become of a file that was checked; the caller rolls back what was tried for it."""
    return checked.outcome if checked.store.is_gathering else store(checked)


def run(path: Path, **told: Any) -> Outcome:
    """Take in a file as `check` and `store` do, in one transaction, which the caller ends.

    It takes less time in all, and others wait for all of it.
    """
    with db.much_in_memory() if told.get("may_fork") else nullcontext():
        checked = check(path, in_turn=True, **told)
        outcome = store(checked)
    checked.forget()
    return outcome


def check_alone(path: Path, **told: Any) -> Checked:
    """Check a large file in a process that has no other threads; `store` is what comes next.

    Others hardly wait for that: it begins to write when all is ready, and everything of the file
    is in one transaction.
    """
    with db.only_reading():
        checked = check(path, may_fork=True, **told)
        db.begin_to_write()
    return checked


def _take(checked: Checked, pieces: Iterable[Prepared]) -> None:
    for piece in pieces:
        checked.intake.take(piece)
        gc.collect(YOUNG)


def _told(pieces: Iterable[Prepared], progress: Progress, lines: int) -> Iterator[Prepared]:
    for piece in pieces:
        yield piece
        if piece.last:
            progress(piece.last, lines)


@contextmanager
def _kept(pieces: Iterable[Prepared]) -> Iterator[Iterator[Prepared]]:
    """The same pieces, kept until they are wanted, in a file where they are many."""
    with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY) as file:
        count = 0
        for piece in pieces:
            pickle.dump(piece, file, pickle.HIGHEST_PROTOCOL)
            count += 1
        file.seek(0)
        yield (pickle.load(file) for _each in range(count))  # noqa: S301 - we wrote it


def _open_batch(file_name: str, started_at: datetime, outcome: Outcome) -> ImportBatch:
    batch = ImportBatch(
        file_name=file_name[:200], sha256=outcome.sha256, kind=outcome.kind,
        started_at=started_at, finished_at=started_at, **_counted(outcome),
    )  # fmt: skip
    session.add(batch)
    session.flush()  # rows refer to it
    outcome.batch_id = batch.id
    return batch


def _counted(outcome: Outcome) -> dict[str, int]:
    counted = ("rows", "added", "changed", "unchanged", "quarantined")
    return {name: getattr(outcome, name) for name in counted}


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Rows make no cycles; looking for some took a fifth of the time.

    Statements make a few, which hold all that was asked, so that each piece ends with a look.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _prepared(
    preparer: Preparer, source: Source, header_row: int, count: int
) -> Iterator[Prepared]:
    """The pieces of a file prepared, in their order, by so many processes beside this one."""

    def prepare(start: int) -> Iterator[Prepared]:
        for place, piece in enumerate(source.pieces(PIECE, start, max(count, 1))):
            is_first = place == start == 0
            yield preparer.prepare(_behind(piece, header_row) if is_first else piece)

    if not count:
        yield from prepare(0)
        return
    try:
        yield from beside.results(prepare, count)
    except beside.Died as error:
        raise Refused("helper_died") from error


def helpers(source: Source, rows: int, cores: int) -> int:
    """How many processes prepare so many rows; none, where this one does it as quickly."""
    if rows < WORTH_HELP or cores < 2:
        return 0
    # Each has to go through all cells of a workbook, which takes half of its time.
    return min(MOST_HELPERS, cores - 1) if source.encoding else 1


def _behind(piece: Piece, header_row: int) -> Piece:
    """The rows of the first piece that stand behind the header."""
    return Piece(piece.numbers[header_row:], piece.rows[header_row:], piece.faults)


def _forms(kind: str | None) -> Sequence[Form]:
    if kind is None:
        return tuple(content.forms().values())
    return (content.forms()[kind if kind in OWN_FORM else GENERAL],)


def _reader(layout: Layout, kind: str | None, source: Source) -> RowReader:
    return RowReader(
        layout,
        readers(layout.form, kind),
        blanks=content.words("blanks"),
        today=clock.today(),
        is_suspicious=source.is_suspicious,
    )


def _store(layout: Layout, kind: str | None, batch: ImportBatch | None, actor: str) -> Store:
    if layout.form.kind == REGISTER:
        return SubjectStore(layout)
    if layout.form.kind in LINES:
        return LineStore(layout, layout.form.kind, actor)
    # Records of the general form name their kind row by row, or all have the one that was given.
    storing = records.Storing(in_turn=bool(batch), batch_id=batch.id if batch else None)
    return RecordStore(layout, layout.form.kind if layout.form.kind in OWN_FORM else kind, storing)


def _refuse_without_kind(layout: Layout, kind: str | None) -> None:
    if layout.form.kind == GENERAL and kind is None:
        place = layout.form.place("kind")
        if place is None or layout.columns[place] is None:
            raise Refused("kind_needed")


# What the cells of a type may say, by the section of content/ingest/words.toml, and the advice.
WORDS = {
    "category": ("categories", N_("类别应为法人及非法人组织、个体工商户或自然人。")),
    "class": ("classes", N_("失信类别应为轻微、一般或严重。")),
    "status": ("statuses", N_("状态应为存续、注销、吊销或迁出。")),
    "agent_class": ("agent_classes", N_("人员类别应为协理、经纪人或高级经纪人。")),
    "agent_state": ("agent_states", N_("从业状态应为在职、离职或注销。")),
    "promise_kind": (
        "promise_kinds",
        N_("履约类别应为政府采购、招标投标、招商引资、政策兑现、政府投资项目、法院判决或其他。"),
    ),
    "promise_state": (
        "promise_states",
        N_("履行状态应为正在履行、已经履行、认定失信或认定后已经履行。"),
    ),
}


def readers(form: Form, kind: str | None) -> dict[str, Reader]:
    """What reads the cells of each type of field, with the words of content/ingest/words.toml."""
    blanks = content.words("blanks")
    valid = () if form.kind == REGISTER else (codes.is_valid, codes.batch)
    kinds = content.words("kinds")
    if form.kind == GENERAL and kind is not None:
        kinds = {kind: [*kinds[kind], ""]}
    plain = {
        name: word_reader(name, content.words(section), advice)
        for name, (section, advice) in WORDS.items()
    }
    return plain | {
        "date": date_reader(content.words("long_term"), blanks),
        "amount": amount_reader(blanks),
        "code": code_reader(codes.check, *valid),
        "scenario": word_reader(
            "scenario", _scenario_words(form), N_("没有这个场景；请用模板里的场景名称。")
        ),
        "kind": word_reader("kind", kinds, N_("信息类别不对；行政许可和行政处罚请用各自的模板。")),
    }


def _scenario_words(form: Form) -> dict[str, list[str]]:
    if all(each.type != "scenario" for each in form.fields):
        return {}  # to load the rules of all scenarios takes longer than a small file
    return {
        slug: [slug, rule.zh, rule.zh.replace("信用+", ""), rule.badge_zh]
        for slug, rule in scenarios.rules().items()
    }
