"""What commands of the operator share: who acts, and how an act ends."""

from collections.abc import Callable, Mapping

import click

from portal.core import db
from portal.core.errors import Refused

OPERATOR = "operator"


def done(act: Callable[[], object], message: str, sentences: Mapping[str, str]) -> None:
    """Act, commit and say so; a refusal ends the command with its sentence."""
    try:
        result = act()
    except Refused as refused:
        raise click.ClickException(sentences[refused.reason]) from refused
    db.session.commit()
    click.echo(message.format(result))
