"""The operator's commands: `flask --app wsgi portal …`."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from portal.accounts.command import claim_codes, create_staff
from portal.badges.command import door_codes, keys_group
from portal.core import audit, db
from portal.core.operator import OPERATOR
from portal.documents.command import verify_pdf
from portal.ingest.command import UPLOADS, check_codes, export_upload, ingest, receipt, take_in
from portal.scenarios.command import replies

cli = AppGroup("portal", help="Commands for operators.")
cli.add_command(ingest)
cli.add_command(take_in)
cli.add_command(check_codes)
cli.add_command(receipt)
cli.add_command(keys_group)
cli.add_command(door_codes)
cli.add_command(create_staff)
cli.add_command(claim_codes)
cli.add_command(replies)
cli.add_command(verify_pdf)


@cli.command()
@click.option("--with-demo", is_flag=True, help="Then fill an empty database with the demo city.")
@click.pass_context
def migrate(context: click.Context, *, with_demo: bool) -> None:
    """Bring the database to the current schema and load areas, bodies and keys.

    Example: flask --app wsgi portal migrate
    """
    from portal.badges import service as badges
    from portal.bodies import service as bodies
    from portal.documents import service as documents
    from portal.migrations import upgrade
    from portal.scenarios import service as scenarios

    upgrade()
    bodies.load()
    badges.register_key()
    documents.register_keys()
    scenarios.recompute_missing()
    db.session.commit()
    click.echo("schema: current")
    if with_demo:
        context.invoke(demo, subjects=3000, seed=1, if_empty=True)
        _say_who_signs_in()


@cli.command()
@click.argument("message")
def migration(message: str) -> None:
    """Draft the next step of the schema from the models.

    Example: flask --app wsgi portal migration "add the colour of doors"
    """
    from portal.migrations import draft, upgrade

    upgrade()
    click.echo(f"drafted {draft(message)}: read it in portal/migrations/versions")


def _say_who_signs_in() -> None:
    from portal.demo import people

    if people.is_settled():
        for line in people.sheet():
            click.echo(line)


@cli.command()
@click.option("--subjects", default=3000, show_default=True, type=click.IntRange(100, 10_000_000),
              help="How many subjects.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same city.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are subjects already.")
def demo(*, subjects: int, seed: int, if_empty: bool) -> None:
    """Fill an empty database with a fictional Huainan. Refused in production.

    Example: flask --app wsgi portal demo --subjects 3000 --seed 1
    """
    from portal.demo import cases, commitments, complaints, people, reports, service

    if current_app.config["PORTAL"].is_production:
        raise click.ClickException("The demo is refused in production (PORTAL_ENV=production).")
    if not service.is_empty():
        if if_empty:
            click.echo("demo: the database has subjects already, nothing to do")
            return
        raise click.ClickException(
            "The database has subjects already. The demo only fills an empty one; "
            "choose another DATABASE_URL, or use --if-empty."
        )
    is_terminal = sys.stderr.isatty()
    with click.progressbar(
        length=subjects, label="demo", file=sys.stderr, hidden=not is_terminal
    ) as bar:
        service.build(subjects, seed=seed, progress=bar.update)
    people.settle()
    reports.issue()
    cases.settle()
    commitments.sign()
    complaints.settle()
    db.session.commit()
    click.echo(f"demo: {subjects} subjects")
    for shown in service.SHOWCASE:
        click.echo("  ".join(filter(None, (shown.path, shown.door_path, shown.name))))


@cli.command("verify-audit")
def verify_audit() -> None:
    """Recompute the chain of the audit trail; exit 1 when anything does not fit.

    Example: flask --app wsgi portal verify-audit
    """
    result = audit.verify()
    audit.record("core.verify_audit", "audit", result.head, OPERATOR, problems=len(result.problems))
    db.session.commit()
    for problem in result.problems:
        click.echo(problem, err=True)
    click.echo(f"sealed events: {result.sealed}, not yet sealed: {result.unsealed}")
    click.echo(f"head: {result.head}")
    if result.problems:
        raise SystemExit(1)


@cli.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
def work(*, once: bool) -> None:
    """Do what is due, as it comes: send, print, seal the audit trail, compute stale grades.

    As many as wanted may run beside each other; with JOBS=inline the web process does it itself.

    Example: flask --app wsgi portal work
    """
    import signal
    import threading

    from portal.core import jobs, pdf

    if not once:
        stop = threading.Event()
        # What was begun is finished: cut off, it would wait ten minutes for another worker.
        signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
        pdf.warm()
        jobs.work(stop)
        return
    while jobs.run_due():
        pass


@cli.command("retry-failed")
def retry_failed() -> None:
    """Give jobs that failed too often all their attempts again, once the cause is mended.

    Example: flask --app wsgi portal retry-failed
    """
    from portal.core import jobs

    count = jobs.retry_failed()
    db.session.commit()
    click.echo(f"jobs to be tried again: {count}")


@cli.command()
@click.option("--all", "everything", is_flag=True, help="Every grade, not only the stale ones.")
def recompute(*, everything: bool) -> None:
    """Compute grades anew whose facts, records, dates or rule changed.

    `portal work` does this by itself, also at midnight; pages never wait for it.

    Example: flask --app wsgi portal recompute --all
    """
    from portal.scenarios import service as scenarios

    count = scenarios.recompute_all() if everything else 0
    while not everything and (some := scenarios.recompute_due()):
        count += some
    db.session.commit()
    click.echo(f"recomputed: {count} subjects")


@cli.command()
@click.argument("scenario", metavar="SCENARIO|double-publicity|repair-results|commitments")
@click.option("--kind", type=click.Choice(["licence", "penalty"]), default="penalty",
              show_default=True, help="Of double publicity, which form.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv",
              show_default=True)  # fmt: skip
@click.option("--template", is_flag=True, help="The empty form for reporting facts instead.")
def export(scenario: str, kind: str, form: str, *, template: bool) -> None:
    """Write the list of a scenario with today's grades, or its reporting form, to the output.

    `double-publicity`, `repair-results` and `commitments` write what the provincial site was
    not sent yet; note its receipt with `portal receipt`.

    Example: flask --app wsgi portal export beef-soup --format json > list.json
    """
    site = current_app.config["PORTAL"].site
    if scenario in UPLOADS:
        export_upload(scenario, kind, site.url)
        return
    from portal.scenarios import service as scenarios

    listed = scenarios.export(scenario, form, site_url=site.url)
    if listed is None:
        known = "、".join(scenarios.rules())
        raise click.ClickException(f"There is no scenario '{scenario}'. There are: {known}.")
    blank = scenarios.blank(scenario, "csv") or b""
    click.echo(blank if template else listed.encode(), nl=False)


CHANGED_TEXTS = (
    "Signed commitment texts were changed: {}. Put their words back; a new text is a new version."
)


@cli.command("check-content")
def check_content() -> None:
    """Load everything under content/ and say whether it holds together.

    Example: flask --app wsgi portal check-content
    """
    from portal.bodies import service as bodies
    from portal.commitments import service as commitments
    from portal.commitments import texts
    from portal.core import calendar, content, terms
    from portal.pages import service as pages
    from portal.records import service as records
    from portal.scenarios import rulebook

    try:
        loaded = {
            "areas": len(bodies.places()),
            "bodies": len(content.need("bodies.toml", "bodies")),
            "calendar years": len(calendar.load().years),
            "time limits": len(terms.load()),
            "record kinds": len(records.law_on_file().kinds),
            "scenarios": len(rulebook.load()),
            "commitment texts": sum(map(len, texts.load().values())),
            "help pages": sum(len(pages.help_articles(each)) for each in pages.LANGUAGES),
        }
    except (content.ContentError, KeyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for name, count in loaded.items():
        click.echo(f"{name}: {count}")
    if changed := commitments.changed_texts():
        raise click.ClickException(CHANGED_TEXTS.format(", ".join(changed)))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the database and every stored file to one archive, while the portal serves.

    Example: flask --app wsgi portal backup /backup/portal-20261124.tar
    """
    from portal.core import backup as archive

    try:
        told = archive.write(file)
    except archive.Failed as error:
        raise click.ClickException(str(error)) from error
    db.session.rollback()
    audit.record("core.backup", "backup", "", OPERATOR, bytes=told.database, files=told.files)
    db.session.commit()
    click.echo(f"backup: {told.database} bytes of database, {told.files} files")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Bring back what `portal backup` wrote, into an empty database only.

    Example: DATABASE_URL=postgresql://localhost/fresh flask --app wsgi portal restore FILE
    """
    from portal.core import backup as archive

    try:
        told = archive.read(file)
    except archive.Failed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"restored: {told.database} bytes of database, {told.files} files")
