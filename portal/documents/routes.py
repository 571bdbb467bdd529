"""Verifying documents, and the keys with which anyone can do it without the portal."""

import json
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.documents import service
from portal.documents.forms import FileForm, NumberForm
from portal.web.access import at_once, public
from portal.web.application import csrf
from portal.web.i18n import _
from portal.web.limits import costly, limiter, look_ups
from portal.web.pages import PUBLIC, path, render
from portal.web.security import is_cross_site
from portal.web.uploads import in_memory

bp = Blueprint("documents", __name__)

SCRIPT = Path(__file__).with_name("offline.js")


@bp.get("/verify")
@public
def verify() -> Response:
    return _page(NumberForm(), FileForm())


@bp.post("/verify")
@public
@limiter.limit(costly)
def check() -> ResponseReturnValue:
    if is_cross_site():
        abort(403)
    form = NumberForm(request.form)
    if not form.validate():
        return _page(form, FileForm(), status=422)
    answer = service.verify_number(form.number.data, form.code.data)
    if answer.document:
        return redirect(path(f"/v/{answer.document.code}"), 303)
    return _page(form, FileForm(), answer=answer, status=422)


@bp.post("/verify/file")
@public
@limiter.limit(costly)
def check_file() -> Response:
    if is_cross_site():
        abort(403)
    data = in_memory("file", service.MOST_BYTES)
    form = FileForm()
    if not data:
        form.file.errors = [_("请选择要核验的PDF文件")]
        return _page(NumberForm(), form, status=422)
    return _page(NumberForm(), form, answer=service.verify_file(data))


@bp.get("/v/<code>")
@bp.get("/V/<code>")
@public
@at_once
@limiter.limit(look_ups)
def show(code: str) -> Response:
    response = render("documents/show.html", answer=service.verify_code(code))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/verify/offline.html")
@public
def offline() -> Response:
    response = render(
        "documents/offline.html",
        seals=service.published_keys("seal"),
        tokens=service.published_keys("token"),
        keys=service.as_published(),
        script=Markup(SCRIPT.read_text("utf-8")),  # noqa: S704  # our own file
    )
    # It is a file to keep: shown from here, its script would not be allowed to run.
    response.mimetype = "application/octet-stream"
    response.headers["Content-Disposition"] = 'attachment; filename="verify-offline.html"'
    return response


@bp.get("/.well-known/credit-seal.pem")
@public
def certificate() -> Response:
    pems = [key.material for key in service.published_keys("seal")]
    return _published("".join(pems) + service.authority(), "application/x-pem-file")


@bp.get("/.well-known/credit-seal.json")
@public
def keys() -> Response:
    return _published(json.dumps(service.as_published(), ensure_ascii=False), "application/json")


@bp.get("/.well-known/credit-seal.crl")
@public
def revocation_list() -> Response:
    return _published(service.revocation_list() or abort(404), "application/pkix-crl")


def _page(
    numbers: NumberForm,
    upload: FileForm,
    *,
    answer: service.Verification | None = None,
    status: int = 200,
) -> Response:
    form = upload if upload.file.errors else numbers
    response = render(
        "documents/verify.html",
        numbers=numbers,
        upload=upload,
        form=form,
        answer=answer,
        has_list=service.has_authority(),
        status=status,
    )
    if answer or status != 200:
        response.headers["Cache-Control"] = "no-store"
    return response


def _published(content: str | bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = PUBLIC
    return response


# These pages set no cookie, so there is no session to forge; the origin is checked instead.
csrf.exempt(check)
csrf.exempt(check_file)
