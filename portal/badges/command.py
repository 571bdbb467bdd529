"""The operator's commands for door codes and the key that signs them."""

import json
from typing import TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from portal.core import db, keys
from portal.core.operator import OPERATOR, done

REFUSALS = {
    "no_such_key": "There is no key with this number.",
    "no_such_door_code": "There is no door code with this id.",
}

keys_group = AppGroup("keys", help="The key that signs door codes.")


@keys_group.command("new")
def keys_new() -> None:
    """Print a fresh value for the setting QR_KEY; `portal migrate` then publishes its public half.

    Example: flask --app wsgi portal keys new
    """
    click.echo(keys.new_secret())


@keys_group.command("list")
def keys_list() -> None:
    """List every published key.

    Example: flask --app wsgi portal keys list
    """
    from portal.badges import service as badges

    for key in badges.signing_keys():
        state = f"revoked {key.revoked_on}" if key.revoked_on else "in force"
        click.echo(f"{key.id}  {key.public_key}  since {key.created_on}  {state}")


@keys_group.command("revoke")
@click.argument("key_id", type=int)
def keys_revoke(key_id: int) -> None:
    """Stop trusting a key: codes signed with it are unknown from now on.

    Example: flask --app wsgi portal keys revoke 1
    """
    from portal.badges import service as badges

    done(lambda: badges.revoke_key(key_id, actor=OPERATOR), f"key {key_id}: revoked", REFUSALS)


door_codes = AppGroup("door-codes", help="The codes on shop doors.")


@door_codes.command("issue")
@click.argument("codes", nargs=-1, required=True)
def door_codes_issue(codes: tuple[str, ...]) -> None:
    """Give the subjects with these credit codes a new door code each; prints address and code.

    Example: flask --app wsgi portal door-codes issue 92340499MADEM0011M
    """
    from portal.badges import service as badges
    from portal.subjects import service as subjects

    rows = [(code, subjects.public_row(code)) for code in codes]
    missing = [code for code, row in rows if row is None]
    if missing:
        raise click.ClickException(f"No subject has the code {', '.join(missing)}.")
    issued = badges.issue([row.id for _code, row in rows], actor=OPERATOR)
    db.session.commit()
    for code, id_ in zip(codes, issued, strict=True):
        click.echo(f"{code}  {current_app.config['PORTAL'].site.url}/q/{id_}")


@door_codes.command("replace")
@click.argument("id_", metavar="ID")
def door_codes_replace(id_: str) -> None:
    """Issue a new code for the same door; the old one then leads to it.

    Example: flask --app wsgi portal door-codes replace DEM0000001
    """
    from portal.badges import service as badges

    done(lambda: badges.replace(id_, actor=OPERATOR), f"{id_}: replaced by {{}}", REFUSALS)


@door_codes.command("revoke")
@click.argument("id_", metavar="ID")
@click.option("--reason", required=True, help="Shown on the page behind the code.")
def door_codes_revoke(id_: str, reason: str) -> None:
    """Stop a code from today on.

    Example: flask --app wsgi portal door-codes revoke DEM0000001 --reason 店铺搬迁
    """
    from portal.badges import service as badges

    done(lambda: badges.revoke(id_, reason=reason, actor=OPERATOR), f"{id_}: revoked", REFUSALS)


@door_codes.command("reports")
def door_codes_reports() -> None:
    """List the codes that people reported on a wrong door, most often first.

    Example: flask --app wsgi portal door-codes reports
    """
    from portal.badges import service as badges

    for row in badges.wrong_door_reports():
        click.echo(f"{row.door_code_id}  {row.total} reports, last on {row.last_on}")


@door_codes.command("verify")
@click.argument("text")
@click.option("--keys", "key_file", type=click.File(), help="The published credit-keys.json.")
def door_codes_verify(text: str, key_file: TextIO | None) -> None:
    """Verify a signed code offline, with the published keys or those of this database.

    Example: flask --app wsgi portal door-codes verify HTTPS://HOST/Q/AEBA… --keys keys.json
    """
    from portal.badges import service as badges

    published = json.load(key_file)["keys"] if key_file else badges.published_keys()
    claim = badges.verified_claim(text.rpartition("/")[2], published)
    if claim is None:
        raise click.ClickException("This is no code signed with one of these keys.")
    click.echo(f"{claim.code}  code {claim.id}, {claim.issued_on} to {claim.valid_until}")
