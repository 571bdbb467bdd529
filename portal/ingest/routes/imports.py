"""Departments hand in their files, and see what became of every row."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, g, redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from portal.core.cells import defused
from portal.ingest.forms import GENERAL, KINDS, STANDINGS, ImportForm
from portal.ingest.routes import bp
from portal.ingest.rules.refusals import SENTENCES
from portal.ingest.service import desk as service
from portal.ingest.service import handed
from portal.web.access import staff
from portal.web.downloads import attachment
from portal.web.i18n import _
from portal.web.pages import is_asked_again, path, render
from portal.web.uploads import sent_files, takes_files

IMPORTING = ("publisher", "editor", "handler")
# What a refusal may quote of a file.
QUOTED = ("header", "columns", "detail")
NAMES_OF_KINDS = KINDS | GENERAL


@bp.route("/desk/imports", methods=["GET", "POST"])
@staff(*IMPORTING)
@takes_files
def index() -> ResponseReturnValue:
    form = ImportForm()
    if not form.validate_on_submit():
        return _page(form)
    taken = None
    with form.refusals():
        name, data = next(iter(sent_files("file", most=service.LARGEST)), ("", b""))
        if handed.is_large(data):
            waiting = handed.hand_in(
                name,
                data,
                kind=form.kind.data,
                is_dry_run=form.dry_run.data,
                actor=g.actor.label,
            )
            return redirect(path(f"/desk/imports/handed/{waiting.id}"), 303)
        taken = service.take_in(
            name,
            data,
            kind=form.kind.data or None,
            is_dry_run=form.dry_run.data,
            actor=g.actor.label,
        )
    if form.dry_run.data or taken is None:
        return _page(form, taken=taken)
    return redirect(path(f"/desk/imports/{taken.outcome.batch_id}"), 303)


@bp.get("/desk/imports/templates/<kind>.csv")
@staff(*IMPORTING)
def template(kind: str) -> Response:
    """The empty form of a kind, with a name that says which."""
    if kind not in service.FILES:
        abort(404)
    data = service.template(kind).read_bytes()
    return attachment(data, "text/csv; charset=utf-8", f"{NAMES_OF_KINDS[kind]}.csv")


@bp.get("/desk/imports/handed/<int:handed_id>")
@staff(*IMPORTING)
def show_handed(handed_id: int) -> ResponseReturnValue:
    """What became of a large file; an import that is done has the page of every import."""
    found = handed.find(handed_id) or abort(404)
    if found.batch_id:
        target = path(f"/desk/imports/{found.batch_id}")
        if is_asked_again():
            # Loaded anew the page leads on, and Back leads to the form, not to this page again.
            return Response(status=204, headers={"HX-Refresh": "true"})
        return redirect(target, 303)
    return render("ingest/handed.html", fragment="progress", handed=found,
                  refusal=_refusal(found.told),
                  standing=handed.standing(found), again_at=handed.again_at(found),
                  kept_until=handed.kept_until(found), is_asked_again=is_asked_again(),
                  kinds=NAMES_OF_KINDS, most=service.ROWS_SHOWN)  # fmt: skip


@bp.get("/desk/imports/<int:batch_id>")
@staff(*IMPORTING)
def show(batch_id: int) -> Response:
    batch = service.batch(batch_id) or abort(404)
    rows = service.rows_of(batch_id, service.ROWS_SHOWN)
    return render("ingest/show.html", batch=batch, kinds=NAMES_OF_KINDS, rules=service.NAMES,
                  counted=service.counted(batch_id), rows=rows, earlier=service.earlier(batch),
                  left=service.findings_of(batch_id) - len(rows))  # fmt: skip


@bp.get("/desk/imports/<int:batch_id>/findings.csv")
@staff(*IMPORTING)
def findings(batch_id: int) -> Response:
    batch = service.batch(batch_id) or abort(404)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(map(defused, line) for line in service.lines_of(batch.id, _))
    data = b"\xef\xbb\xbf" + out.getvalue().encode()
    return attachment(data, "text/csv; charset=utf-8", f"findings-{batch.id}.csv")


def _refusal(told: Mapping[str, Any]) -> str:
    """Why a file was not taken; what is quoted of it is marked as Chinese."""
    reason = told.get("refused")
    if not reason:
        return ""
    quoted = {
        name: Markup('<span lang="zh">%s</span>') % value if name in QUOTED else value
        for name, value in told["data"].items()
    }
    return escape(_(SENTENCES[reason])) % quoted


def _page(form: ImportForm, *, taken: Any = None) -> Response:
    return render("ingest/index.html", form=form, taken=taken, kinds=NAMES_OF_KINDS,
                  most=service.ROWS_SHOWN, batches=service.batches(), standings=STANDINGS,
                  waiting=[(each, handed.standing(each)) for each in handed.unfinished()],
                  templates=[(kind, NAMES_OF_KINDS[kind]) for kind in service.FILES])  # fmt: skip
