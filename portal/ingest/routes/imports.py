"""Departments hand in their files, and see what became of every row."""

import csv
import io
from typing import Any

from flask import Response, abort, g, redirect
from flask.typing import ResponseReturnValue

from portal.core.cells import defused
from portal.ingest.forms import GENERAL, KINDS, ImportForm
from portal.ingest.routes import bp
from portal.ingest.service import desk as service
from portal.web.access import staff
from portal.web.downloads import attachment
from portal.web.pages import path, render
from portal.web.uploads import sent_files, takes_files

IMPORTING = ("publisher", "editor", "handler")
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
    writer.writerow(service.COLUMNS)
    writer.writerows(map(defused, line) for line in service.lines_of(batch.id))
    data = b"\xef\xbb\xbf" + out.getvalue().encode()
    return attachment(data, "text/csv; charset=utf-8", f"findings-{batch.id}.csv")


def _page(form: ImportForm, *, taken: Any = None) -> Response:
    return render("ingest/index.html", form=form, taken=taken, kinds=NAMES_OF_KINDS,
                  most=service.ROWS_SHOWN, batches=service.batches(),
                  templates=[(kind, NAMES_OF_KINDS[kind]) for kind in service.FILES])  # fmt: skip
