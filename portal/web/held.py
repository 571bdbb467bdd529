"""What a visitor without an account may open again in this session: drafts, cases, their codes."""

from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlencode

from flask import abort, redirect, request, session

from portal.web import parking
from portal.web.pages import path

CASES, DRAFTS, CODES = "cases", "drafts", "codes"
KEPT = 10


def hold(kind: str, value: str) -> None:
    """Remember that this visitor may open a case or a draft; the last ten of each are kept."""
    session[kind] = [*(each for each in session.get(kind, ()) if each != value), value][-KEPT:]


def held(kind: str) -> Sequence[str]:
    """What this visitor may open."""
    return tuple(session.get(kind, ()))


def ask_for_code(reference: str, page: str) -> NoReturn:
    """Send the browser to where a case is opened with its code, or by signing in.

    What was typed into a form is kept for the page at `page`.
    """
    asked = redirect(path(f"/track?{urlencode({'reference': reference})}"), 303)
    if request.method == "POST":
        parking.park(asked, page)
    abort(asked)


def hold_code(reference: str, code: str) -> None:
    """Show the code of a case on its page for as long as this session lasts."""
    hold(CASES, reference)
    session[CODES] = dict([*session.get(CODES, {}).items(), (reference, code)][-KEPT:])


def code_of(reference: str) -> str:
    """The code of a case that was sent in this session, or an empty string."""
    return str(session.get(CODES, {}).get(reference, ""))
