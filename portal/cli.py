"""The operator's commands: `flask --app wsgi portal …`."""

import click
from flask.cli import AppGroup

from portal.core import audit, db
from portal.ingest.command import ingest

cli = AppGroup("portal", help="Commands for operators.")
cli.add_command(ingest)


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
