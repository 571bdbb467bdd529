"""Nothing typed is lost: answers that come too late are parked, and are there after sign-in."""

from urllib.parse import urlsplit

from flask import g, redirect, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from portal.core import parking
from portal.web import transactions
from portal.web.i18n import root
from portal.web.security import is_cross_site

COOKIE = "parked"
MOST_CHARACTERS = 100_000
# What is never kept: secrets, and the token of a form.
SECRETS = ("password", "one_time_code", "csrf_token")


def local_path(address: str | None) -> str:
    """`address` when it is a path of this site, otherwise an empty string."""
    if not address or len(address) > 1000 or not address.startswith("/"):
        return ""
    if address.startswith("//") or "\\" in address or any(ord(c) < 33 for c in address):
        return ""
    parts = urlsplit(address)
    return "" if parts.scheme or parts.netloc else address


def here() -> str:
    """The address of this page with its language and query, to come back to."""
    return request.script_root + request.full_path.rstrip("?")


def typed() -> list[tuple[str, str]]:
    """What this request brought in its form, without what is never kept."""
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if not any(secret in name for secret in SECRETS)
    ]


def park(response: Response, back: str) -> None:
    """Keep what was typed into this form for the page at `back`; its ticket goes in a cookie."""
    answers = typed()
    size = sum(len(name) + len(value) for name, value in answers)
    if not answers or size > MOST_CHARACTERS or is_cross_site():
        return
    response.set_cookie(
        COOKIE,
        parking.park(urlsplit(back).path[:300], answers),
        max_age=int(parking.KEPT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def restored() -> ImmutableMultiDict[str, str] | None:
    """The answers parked for this page, when it is shown again."""
    ticket = request.cookies.get(COOKIE)
    if not ticket or request.method != "GET":
        return None
    answers = parking.find(ticket, root() + request.path)
    g.answers_restored = answers is not None
    return None if answers is None else ImmutableMultiDict(answers)


def see_again(back: str) -> Response:
    """Send the browser to the page at `back`, its answers kept."""
    response = redirect(back, 303)
    park(response, back)
    return response


def move(sent_to: str, page: str) -> None:
    """Show what was parked for the address of a form on the page of the form."""
    ticket = request.cookies.get(COOKIE)
    if ticket:
        transactions.aside(lambda: parking.move(ticket, sent_to, page))


def let_go(response: Response) -> None:
    """A form that was taken needs its parked answers no longer."""
    if request.method != "POST" or response.status_code != 303:
        return
    ticket = request.cookies.get(COOKIE)
    if ticket and g.get("is_answer_taken"):
        parking.forget(ticket)
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
