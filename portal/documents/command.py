"""`portal verify-pdf`: the check of `/verify`, for operators."""

from typing import BinaryIO

import click

ANSWERS = {
    "genuine": {"yes": "真伪 genuine: 是 yes", "no": "真伪 genuine: 不能确认 not confirmed"},
    "unchanged": {
        "yes": "改动 unchanged: 没有改动 yes",
        "no": "改动 unchanged: 被改动过 no, it was changed",
        "unknown": "改动 unchanged: 不能判断 cannot be told",
    },
}
SIGNATURES = {
    "yes": "签署人的签名 signature of the signer: 与文本相符 fits the text",
    "no": "签署人的签名 signature of the signer: 与文本不符 does not fit the text",
}


@click.command("verify-pdf")
@click.argument("file", type=click.File("rb"))
def verify_pdf(file: BinaryIO) -> None:
    """Say of a PDF: genuine? unchanged? still current? Exit 0 only when all three are yes.

    Example: flask --app wsgi portal verify-pdf report.pdf
    """
    from portal.documents import service as documents

    data = file.read(documents.MOST_BYTES + 1)
    if len(data) > documents.MOST_BYTES:
        raise click.ClickException("The file is larger than 20 MB; no document of ours is.")
    answer = documents.verify_file(data)
    click.echo(ANSWERS["genuine"][answer.genuine])
    click.echo(ANSWERS["unchanged"][answer.unchanged])
    click.echo(f"有效 current: {answer.standing or 'unknown'}")
    click.echo(f"found: {answer.found}")
    signature = documents.signature_in(data)
    if signature:
        click.echo(SIGNATURES[signature])
    if answer.document:
        click.echo(
            f"number: {answer.document.number}  issued: {answer.document.issued_at:%Y-%m-%d}"
        )
    is_good = (answer.genuine, answer.unchanged, answer.standing) == ("yes", "yes", "in_force")
    if not is_good or signature == "no":
        raise SystemExit(1)
