"""The operator's commands: `flask --app wsgi portal …`."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from portal.core import audit, db

cli = AppGroup("portal", help="Commands for operators.")


@cli.command()
def migrate() -> None:
    """Bring the database to the current schema and load areas, bodies and keys.

    Example: flask --app wsgi portal migrate
    """
    from portal.badges import service as badges
    from portal.bodies import service as bodies
    from portal.migrations import upgrade

    upgrade()
    bodies.load()
    badges.register_key()
    db.session.commit()
    click.echo("schema: current")


@cli.command()
@click.option("--subjects", default=3000, show_default=True, type=click.IntRange(100, 10_000_000),
              help="How many subjects.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same city.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are subjects already.")
def demo(*, subjects: int, seed: int, if_empty: bool) -> None:
    """Fill an empty database with a fictional Huainan. Refused in production.

    Example: flask --app wsgi portal demo --subjects 3000 --seed 1
    """
    from portal.demo import service

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
    for problem in result.problems:
        click.echo(problem, err=True)
    click.echo(f"sealed events: {result.sealed}, not yet sealed: {result.unsealed}")
    click.echo(f"head: {result.head}")
    if result.problems:
        raise SystemExit(1)


@cli.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@click.option("--seconds", default=1.0, show_default=True, help="Pause between rounds.")
def work(*, once: bool, seconds: float) -> None:
    """Seal new events of the audit trail, round after round.

    Example: flask --app wsgi portal work
    """
    import time

    while True:
        sealed = audit.seal()
        db.session.commit()
        if once and not sealed:
            return
        if not sealed:
            time.sleep(seconds)
