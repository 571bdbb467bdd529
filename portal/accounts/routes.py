"""Sign-in and what a person keeps of it: devices, people, messages."""

from flask import Blueprint, Response

from portal.web.access import public
from portal.web.pages import render

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    return render("accounts/sign_in.html")
