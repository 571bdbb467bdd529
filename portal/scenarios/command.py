"""The operator's commands for what subjects say to their grades."""

import click
from flask.cli import AppGroup

from portal.core.operator import OPERATOR, done

REFUSALS = {
    "no_such_reply": "No reply with this number waits (or, to be withdrawn, is shown).",
    "not_listed": "This subject is not in the list of this scenario.",
    "reply_empty": "A reply needs words.",
    "reply_too_long": "A reply has at most 300 characters.",
    "reply_personal": "A reply must not hold numbers of persons (telephone, identity, card, mail).",
    "reason_needed": "Say why, so that its writer knows what to change.",
}

replies = AppGroup("replies", help="What subjects say to their grades, beside the badge.")


@replies.command("write")
@click.argument("code")
@click.argument("scenario")
@click.argument("text")
def replies_write(code: str, scenario: str, text: str) -> None:
    """Enter the reply of the subject with this code; it waits until it is approved.

    Example: flask --app wsgi portal replies write 92340499MADEM0011M beef-soup 已经整改完成。
    """
    from portal.scenarios import service as scenarios
    from portal.subjects import service as subjects

    row = subjects.public_row(code)
    if row is None:
        raise click.ClickException(f"No subject has the code {code}.")
    done(
        lambda: scenarios.reply(row.id, scenario, text, actor=OPERATOR).id,
        "reply {}: waiting",
        REFUSALS,
    )


@replies.command("list")
def replies_list() -> None:
    """List the replies that wait, oldest first.

    Example: flask --app wsgi portal replies list
    """
    from portal.scenarios import service as scenarios

    for one in scenarios.waiting_replies():
        click.echo(f"{one.id}  {one.scenario}  {one.text}")


@replies.command("show")
@click.argument("reply_id", type=int)
def replies_show(reply_id: int) -> None:
    """Let a reply be seen beside the badge.

    Example: flask --app wsgi portal replies show 1
    """
    from portal.scenarios import service as scenarios

    done(
        lambda: scenarios.show_reply(reply_id, actor=OPERATOR), f"reply {reply_id}: shown", REFUSALS
    )


@replies.command("refuse")
@click.argument("reply_id", type=int)
@click.option("--reason", required=True, help="Told to its writer.")
def replies_refuse(reply_id: int, reason: str) -> None:
    """Keep a reply out.

    Example: flask --app wsgi portal replies refuse 1 --reason 含有他人姓名
    """
    from portal.scenarios import service as scenarios

    done(
        lambda: scenarios.refuse_reply(reply_id, reason=reason, actor=OPERATOR),
        f"reply {reply_id}: refused",
        REFUSALS,
    )


@replies.command("withdraw")
@click.argument("reply_id", type=int)
def replies_withdraw(reply_id: int) -> None:
    """Take away a reply that is shown or waits.

    Example: flask --app wsgi portal replies withdraw 1
    """
    from portal.scenarios import service as scenarios

    done(
        lambda: scenarios.withdraw_reply(reply_id, actor=OPERATOR),
        f"reply {reply_id}: withdrawn",
        REFUSALS,
    )
