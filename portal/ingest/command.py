"""`portal ingest`: take in a file and say what became of every row."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.core.cells import defused
from portal.core.errors import Refused
from portal.ingest.rules.refusals import SENTENCES

if TYPE_CHECKING:
    from portal.ingest.rules.findings import Finding
    from portal.ingest.service import Outcome

KINDS = (
    "enterprise", "licence", "penalty", "reward", "coercion", "confirmation", "adjudication",
    "inspection", "qualification", "abnormal", "serious", "court", "contract", "honour",
    "fact", "agent", "sanction", "promise",
)  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="What the rows are; found by the header.")
@click.option("--dry-run", is_flag=True, help="Check and count only; nothing is stored.")
@click.option(
    "--at-once",
    is_flag=True,
    help="Up to a third quicker, but nobody else can write meanwhile: for a first load.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every finding to this CSV file.",
)
def ingest(
    file: Path, kind: str | None, report: Path | None, *, dry_run: bool, at_once: bool
) -> None:
    """Take in a CSV, XLS or XLSX file of subjects, records, facts of scenarios or agents.

    The whole file is one transaction: it is in, or nothing of it is. Rows with errors stay out,
    in quarantine; the exit status is 0 all the same. Templates: content/ingest/templates/.

    Example: flask --app wsgi portal ingest penalties.csv --report findings.csv
    """
    from portal.core import db
    from portal.ingest import service

    try:
        with _findings_file(report) as found, _progress(file) as progress:
            told = {"kind": kind, "actor": "operator", "report": found, "progress": progress}
            if at_once:
                outcome = service.run(file, may_fork=True, **told)
            else:
                checked = service.check_alone(file, **told)
                outcome = service.tried(checked) if dry_run else service.store(checked)
            db.session.rollback() if dry_run else db.session.commit()
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(SENTENCES[refused.reason] % refused.data) from refused
    except OSError as error:
        db.session.rollback()
        raise click.ClickException(f"{error.filename or file}：{error.strerror}。") from error
    _tell(file, outcome, is_dry_run=dry_run)


@contextmanager
def _findings_file(path: Path | None) -> Iterator[Callable[[int, "Finding"], None] | None]:
    """The report appears under its name only when the file was dealt with."""
    from portal.ingest.rules.report import COLUMNS, report_row

    if path is None:
        yield None
        return
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            yield lambda number, finding: writer.writerow(map(defused, report_row(number, finding)))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int, int], None] | None]:
    """A bar, where somebody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    bar: Any = click.progressbar(length=1, label=file.name, file=sys.stderr)
    with bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, done)
            bar.update(done - bar.pos)

        yield show


def _tell(file: Path, outcome: "Outcome", *, is_dry_run: bool) -> None:
    from portal.ingest.rules.findings import NAMES

    click.echo(f"{file.name}（{outcome.kind}）：共 {outcome.rows} 行")
    click.echo(
        f"新增 {outcome.added}，更新 {outcome.changed}，未变 {outcome.unchanged}，"
        f"未收 {outcome.quarantined}，提示 {outcome.notices}"
    )
    for rule, count in sorted(outcome.rules.items(), key=lambda each: (-each[1], each[0])):
        click.echo(f"  {NAMES[rule]}：{count}")
    if outcome.absent_columns:
        click.echo(f"文件没有这些必填列，未作要求：{'、'.join(outcome.absent_columns)}")
    if outcome.unknown_columns:
        click.echo(f"不认识的列，只随原始行保存：{'、'.join(outcome.unknown_columns)}")
    if is_dry_run:
        click.echo("试运行：没有写入任何数据。")


@click.command("take-in", hidden=True)
@click.argument("handed_id", type=int)
def take_in(handed_id: int) -> None:
    """Take in a file that was handed in at the desk: what a worker starts beside itself."""
    from portal.ingest.service import handed

    handed.take_in(handed_id)


@click.command("check-codes")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False),
              help="Write every fault to this CSV file.")  # fmt: skip
def check_codes(report: Path | None) -> None:
    """Find wrong and double codes, and bring the work-lists at /desk/codes up to date.

    Runs by itself on the second of every month.

    Example: flask --app wsgi portal check-codes --report faults.csv
    """
    from portal.core import db
    from portal.ingest.rules.wrong_codes import COLUMNS
    from portal.ingest.service import wrong_codes

    found = wrong_codes.run()
    if report:
        partial = report.with_name(report.name + ".partial")
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(map(defused, line) for line in wrong_codes.lines(found))
        partial.replace(report)
    db.session.commit()
    for kind, words in wrong_codes.KINDS.items():
        click.echo(f"{words}：{sum(each.kind == kind for each in found)}")
    click.echo(f"共 {len(found)}")


@click.command("receipt")
@click.argument("upload_id", type=int, required=False)
@click.argument("number", required=False)
def receipt(upload_id: int | None, number: str | None) -> None:
    """Note the receipt the provincial site gave for a file; without arguments, list the files.

    Example: flask --app wsgi portal receipt 12 SJ-2026-000123
    """
    from portal.core import db
    from portal.ingest.service import uploads

    if upload_id is None or not number:
        for each in uploads.uploads():
            click.echo(f"{each.id}  {each.kind}  {each.made_at:%Y-%m-%d}  "
                       f"{each.rows}  {each.receipt or '-'}")  # fmt: skip
        return
    try:
        uploads.record_receipt(upload_id, number, actor="operator")
    except Refused as refused:
        raise click.ClickException(SENTENCES[refused.reason] % refused.data) from refused
    db.session.commit()
    click.echo(f"file {upload_id}: receipt {number}")


UPLOADS = ("double-publicity", "repair-results", "commitments")


def export_upload(what: str, kind: str, site_url: str) -> None:
    """Write a file for the provincial site to the output, and its number to the error output."""
    from portal.core import db
    from portal.ingest.service import uploads

    if what == "repair-results":
        upload, body = uploads.repair_results(actor="operator")
    elif what == "commitments":
        upload, body = uploads.commitments(site_url=site_url, actor="operator")
    else:
        upload, body = uploads.double_publicity(kind, actor="operator")
    db.session.commit()
    click.echo(body.encode(), nl=False)
    click.echo(f"file {upload.id}: {upload.rows} rows, SHA-256 {upload.sha256}", err=True)
