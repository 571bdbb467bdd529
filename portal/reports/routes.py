"""Making reports, reading them, sharing them."""

from flask import Blueprint, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.core.errors import Refused
from portal.core.storage import Missing
from portal.documents import service as documents
from portal.documents.models import Document
from portal.reports import rules, service
from portal.reports.forms import IdForm, grant_form, report_form, share_form
from portal.web.access import at_once, public, signed_in
from portal.web.application import csrf
from portal.web.downloads import attachment
from portal.web.i18n import locale
from portal.web.limits import costly, limiter
from portal.web.pages import is_asked_again, path, render
from portal.web.security import is_cross_site

bp = Blueprint("reports", __name__)


@bp.get("/reports/")
@signed_in
def index() -> Response:
    found = service.mine(g.actor)
    return render(
        "reports/index.html",
        documents=[(each, documents.standing(each)) for each in found],
        businesses=service.own_businesses(g.actor),
        grants=service.grants_to(g.actor),
        law=service.law_on_file(),
    )


@bp.get("/reports/new")
@signed_in
def choose() -> Response:
    return render(
        "reports/choose.html",
        products=rules.PRODUCTS,
        law=service.law_on_file(),
        code=request.args.get("subject", "")[:18],
    )


@bp.route("/reports/new/<product>", methods=["GET", "POST"])
@signed_in
def new(product: str) -> ResponseReturnValue:
    if product not in rules.PRODUCTS:
        abort(404)
    businesses = service.own_businesses(g.actor)
    form = report_form(product, businesses, request.args.get("subject", "")[:18])
    if form.validate_on_submit():
        with form.refusals():
            made = service.ask(
                g.actor, form.scope(product), code=form.about(), language=form.language.data
            )
            return redirect(path(f"/reports/{made.number}"), 303)
    return render("reports/new.html", form=form, product=product, businesses=businesses,
                  law=service.law_on_file())  # fmt: skip


@bp.get("/reports/<number>")
@signed_in
def show(number: str) -> Response:
    return _page(_own(number), share_form())


@bp.get("/reports/<number>/read")
@signed_in
def read(number: str) -> Response:
    return _twin(_own(number), f"/reports/{number}")


@bp.get("/reports/<number>/report.pdf")
@signed_in
def download(number: str) -> Response:
    return _file(_own(number))


@bp.post("/reports/<number>/again")
@signed_in
def again(number: str) -> ResponseReturnValue:
    document = _own(number)
    if document.state == "failed":
        documents.print_again(document, g.actor)
    return redirect(path(f"/reports/{number}"), 303)


@bp.post("/reports/<number>/shares")
@signed_in
def share(number: str) -> ResponseReturnValue:
    document, form = _own(number), share_form()
    if form.validate_on_submit():
        with form.refusals():
            service.share(document, g.actor, **form.answers())
            return redirect(path(f"/reports/{number}"), 303)
    return _page(document, form)


@bp.post("/reports/<number>/shares/withdraw")
@signed_in
def withdraw_share(number: str) -> ResponseReturnValue:
    form = IdForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        service.withdraw_share(form.id.data, _own(number), g.actor)
    except LookupError:
        abort(404)
    return redirect(path(f"/reports/{number}"), 303)


@bp.get("/reports/shared/<key>")
@public
@at_once
def shared(key: str) -> Response:
    found = service.shared(key)
    return _private(
        render("reports/shared.html", share=found, key=key, status=200 if found else 404)
    )


@bp.post("/reports/shared/<key>")
@public
@limiter.limit(costly)
def open_shared(key: str) -> ResponseReturnValue:
    if is_cross_site():
        abort(403)
    found = service.shared(key) or abort(404)
    return redirect(path(f"/reports/opened/{service.open_share(found)}"), 303)


@bp.get("/reports/opened/<key>")
@public
@at_once
def opened(key: str) -> Response:
    document = service.opened(key)
    if document is None:
        return _private(render("reports/closed.html", status=404))
    return _private(_twin(document, f"/reports/opened/{key}"))


@bp.get("/reports/opened/<key>/report.pdf")
@public
@at_once
def opened_file(key: str) -> Response:
    return _file(service.opened(key) or abort(404))


@bp.get("/reports/granted/<key>")
@public
@at_once
def granted(key: str) -> Response:
    found = service.granted(key)
    return _private(
        render("reports/granted.html", grant=found, key=key, law=service.law_on_file(),
               status=200 if found else 404)
    )  # fmt: skip


@bp.post("/reports/granted/<key>")
@public
@limiter.limit(costly)
def use_granted(key: str) -> ResponseReturnValue:
    if is_cross_site():
        abort(403)
    found = service.granted(key) or abort(404)
    try:
        _document, opening = service.use_grant(found, actor=None, language=locale())
    except Refused:
        abort(404)
    return redirect(path(f"/reports/opened/{opening}"), 303)


@bp.route("/reports/grants/<code>", methods=["GET", "POST"])
@signed_in
def grants(code: str) -> ResponseReturnValue:
    subject = accounts.require(g.actor, code, "manage") or abort(404)
    form = grant_form()
    if form.validate_on_submit():
        with form.refusals():
            service.grant(subject, g.actor, form.given())
            return redirect(path(f"/reports/grants/{code}"), 303)
    given = [(each, service.key_of(each)) for each in service.grants_of(subject.id)]
    return render(
        "reports/grants.html", form=form, subject=subject, grants=given,
        looks=service.lookups_of(subject.id), law=service.law_on_file(),
    )  # fmt: skip


@bp.post("/reports/grants/<code>/withdraw")
@signed_in
def withdraw_grant(code: str) -> ResponseReturnValue:
    subject = accounts.require(g.actor, code, "manage") or abort(404)
    form = IdForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        service.withdraw_grant(form.id.data, subject, g.actor)
    except LookupError:
        abort(404)
    return redirect(path(f"/reports/grants/{code}"), 303)


@bp.post("/reports/use/<int:id>")
@signed_in
def use(id: int) -> ResponseReturnValue:
    found = service.granted_to(id, g.actor) or abort(404)
    try:
        document, _key = service.use_grant(found, actor=g.actor, language=locale())
    except Refused:
        # Somebody else used it up between the page and this button.
        abort(404)
    return redirect(path(f"/reports/{document.number}"), 303)


def _own(number: str) -> Document:
    return service.find(number, g.actor) or abort(404)


def _page(document: Document, form: object) -> Response:
    return render(
        "reports/show.html",
        fragment="progress",
        document=document,
        standing=documents.standing(document),
        changed=service.changed_since(document),
        is_asked_again=is_asked_again(),
        shares=[(each, service.key_of(each)) for each in service.shares_of(document)],
        form=form,
    )


def _twin(document: Document, back: str) -> Response:
    return render(
        "reports/read.html",
        document=document,
        facts=document.snapshot,
        standing=documents.standing(document),
        law=service.law_on_file(),
        sections=rules.SECTIONS,
        counted=rules.COUNTED,
        marks=rules.MARKS,
        back=back,
    )


def _file(document: Document) -> Response:
    try:
        data = documents.file(document)
    except Missing:
        abort(404)
    return _private(attachment(data, "application/pdf", f"{document.number}.pdf"))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# Whoever holds a link has no session to forge; the origin is checked instead.
csrf.exempt(open_shared)
csrf.exempt(use_granted)
