"""`portal create-staff` and `portal claim-codes`: appointing staff, letting shops be claimed."""

from typing import TextIO

import click
from flask.cli import AppGroup

from portal.core import db
from portal.core.errors import Refused
from portal.core.operator import OPERATOR

REFUSALS = {
    "contact_unclear": "The contact must be a mobile number or an e-mail address.",
    "contact_taken": "There is an account with this contact already.",
    "roles_unknown": "Roles are: handler, verifier, reviewer, editor, publisher, auditor, admin.",
    "password_short": "The password needs at least 10 characters.",
    "password_long": "The password is too long.",
    "password_known": "Too many people use this password; choose another.",
}


@click.command("create-staff")
@click.option("--name", required=True, help="The person's name, shown to colleagues.")
@click.option("--contact", required=True, help="Mobile number or e-mail, to sign in with.")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--body", help="Slug of the body, as in content/bodies.toml.")
@click.option("--area", help="Code of the area, for handlers of a county or town.")
@click.password_option(help="Asked for when not given.")
def create_staff(
    name: str, contact: str, roles: tuple[str, ...], body: str | None, area: str | None,
    password: str,
) -> None:  # fmt: skip
    """Appoint a member of staff; the first sign-in asks to set up a second factor.

    Example: flask --app wsgi portal create-staff --name 李公正 --contact li@example.com
    --role handler --body market-regulation
    """
    from portal.accounts import rules, service
    from portal.bodies import service as bodies

    if body and body not in bodies.slugs():
        raise click.UsageError(f"No body has the slug {body}; see content/bodies.toml.")
    if area and bodies.find_area(area) is None:
        raise click.UsageError(f"No area has the code {area}; see content/areas.csv.")
    try:
        account = service.add_staff(
            name=name,
            contact=rules.contact(contact),
            password_hash=service.hash_password(password, (name, contact)),
            roles=roles,
            body=body,
            area_code=area,
        )
    except Refused as refusal:
        raise click.ClickException(REFUSALS[refusal.reason]) from refusal
    db.session.commit()
    click.echo(f"account {account.id}: {', '.join(account.roles)}")


claim_codes = AppGroup("claim-codes", help="The codes with which a business is claimed.")


@claim_codes.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def import_codes(file: TextIO) -> None:
    """Store the registration authority's codes from a CSV file with columns code and claim_code.

    A file is taken whole or not at all. Example: flask --app wsgi portal claim-codes import C.csv
    """
    from portal.accounts import service

    result = service.import_claim_codes(file, OPERATOR)
    for problem in result.problems:
        click.echo(problem, err=True)
    if result.problems:
        db.session.rollback()
        raise click.ClickException("Nothing was stored. Mend these lines and import again.")
    db.session.commit()
    click.echo(f"claim codes: {result.stored} stored")


@claim_codes.command("issue")
@click.argument("code")
def issue_code(code: str) -> None:
    """Print a fresh claim code for the business with this credit code, to be handed over in person.

    Example: flask --app wsgi portal claim-codes issue 92340499MADEM0011M
    """
    from portal.accounts import service
    from portal.subjects import service as subjects

    row = subjects.public_row(code.strip().upper())
    if row is None:
        raise click.ClickException(f"No subject has the code {code}.")
    issued = service.issue_claim_code(row.id, OPERATOR)
    db.session.commit()
    click.echo(issued)
