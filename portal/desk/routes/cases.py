"""The inbox, and a case beside the form that moves it."""

import csv
import io
from typing import Any

from flask import Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.cases import service as cases
from portal.cases.models import Case
from portal.cases.service import files, finding
from portal.core.errors import Refused
from portal.core.text import N_
from portal.desk import service
from portal.desk.forms import (
    ExtractForm,
    MemoForm,
    ResponseForm,
    ResultsForm,
    RevealForm,
    StepForm,
    WordsForm,
)
from portal.desk.routes import bp
from portal.repair.service import outside
from portal.web.access import reauthenticated, staff
from portal.web.downloads import attachment
from portal.web.pages import path, render
from portal.web.uploads import sent_files, takes_files

# What comes after a step, by whose turn it is.
NEXT = {
    "applicant": N_("接下来由申请人办。"),
    "clerk": N_("接下来由受理人员办。"),
    "reviewer": N_("接下来由审核人员办。"),
    "provider": N_("接下来由数据提供单位办。"),
}
WORKING = ("handler", "reviewer", "verifier")


@bp.get("/desk/")
@staff()
def index() -> Response:
    everything = request.args.get("show") == "all"
    kind = request.args.get("kind", "")
    waiting = service.inbox(g.actor, kind=kind, mine=not everything)
    reference = request.args.get("done", "")
    # A case that was passed on may be out of sight now.
    done = service.find(reference, g.actor)
    return render("desk/index.html", waiting=waiting, everything=everything, kind=kind,
                  is_done=bool(reference), done=done, after=NEXT.get(done.turn) if done else None,
                  left_late=service.left_late(g.actor),
                  done_step=_step_word(done) if done else "")  # fmt: skip


@bp.get("/desk/cases/<reference>")
@staff(*WORKING)
def case(reference: str) -> Response:
    found = _case(reference)
    picked = next(
        (each for each in service.replies() if each.key == request.args.get("reply")), None
    )
    data = {"step": picked.step, "note": picked.text} if picked else {}
    return _page(found, StepForm(formdata=None, data=data))


@bp.post("/desk/cases/<reference>/step")
@staff(*WORKING)
def step(reference: str) -> ResponseReturnValue:
    form = StepForm()
    if _is_taken(reference, form):
        return redirect(path(f"/desk/?done={reference}"), 303)
    found = _case(reference)
    form.offer(_steps(found))
    if form.expected.data and form.expected.data != found.state:
        form.refuse(Refused("moved_on"))
        return _page(found, form)
    if not form.validate_on_submit():
        return _page(found, form)
    if request.form.get("do") == "preview":
        return _page(found, form, preview=True)
    if _take(found, form):
        return redirect(path(f"/desk/?done={found.reference}"), 303)
    return _page(found, form)


@bp.post("/desk/cases/<reference>/words")
@staff(*WORKING)
def words(reference: str) -> ResponseReturnValue:
    found, form = _case(reference), WordsForm()
    if form.validate_on_submit():
        service.say(found, g.actor, form.note.data)
        return redirect(path(f"/desk/cases/{found.reference}"), 303)
    return _page(found, form)


@bp.post("/desk/cases/<reference>/memo")
@staff(*WORKING)
def memo(reference: str) -> ResponseReturnValue:
    found, form = _case(reference), MemoForm()
    if form.validate_on_submit():
        service.memo(found, g.actor, form.memo.data)
        return redirect(path(f"/desk/cases/{found.reference}"), 303)
    return _page(found, form)


@bp.post("/desk/cases/<reference>/reveal")
@staff("handler", "reviewer")
@reauthenticated
def reveal(reference: str) -> ResponseReturnValue:
    found, form = _case(reference), RevealForm()
    if form.validate_on_submit():
        with form.refusals():
            person = service.reveal(found, g.actor, form.reason.data)
            return _page(found, form, revealed=person)
    return _page(found, form)


@bp.post("/desk/cases/<reference>/extract")
@staff("handler")
def extract(reference: str) -> ResponseReturnValue:
    found, form = _case(reference), ExtractForm()
    if form.validate_on_submit():
        with form.refusals():
            service.send_extract(found, g.actor, form.extract.data)
            return redirect(path(f"/desk/cases/{found.reference}"), 303)
    return _page(found, form)


@bp.route("/desk/answers", methods=["GET", "POST"])
@staff("handler")
def answers() -> ResponseReturnValue:
    form = ResponseForm()
    if form.validate_on_submit():
        with form.refusals():
            if not service.respond(request.form.get("reference", ""), g.actor, form.note.data):
                abort(404)
            return redirect(path("/desk/answers"), 303)
    return render("desk/answers.html", form=form, extracts=service.extracts(g.actor),
                  asked=request.form.get("reference", ""))  # fmt: skip


@bp.get("/desk/cases/<reference>/files/<int:file_id>")
@staff(*WORKING)
def file(reference: str, file_id: int) -> Response:
    found = files.find(_case(reference), file_id) or abort(404)
    return attachment(files.read(found), found.media_type, found.name)


@bp.get("/desk/repair/handover.csv")
@staff("handler")
def handover() -> Response:
    rows = outside.handover_rows()
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(outside.COLUMNS))
    writer.writeheader()
    writer.writerows(rows)
    return attachment(
        b"\xef\xbb\xbf" + out.getvalue().encode(), "text/csv; charset=utf-8", "handover.csv"
    )


@bp.route("/desk/repair/results", methods=["GET", "POST"])
@staff("handler")
@takes_files
def results() -> ResponseReturnValue:
    form, done = ResultsForm(), 0
    problems: list[str] = []
    if form.validate_on_submit():
        with form.refusals():
            done, problems = service.take_results(next(iter(sent_files("file")), ("", b""))[1],
                                                  g.actor)  # fmt: skip
    return render("desk/results.html", form=form, problems=problems, done=done,
                  waiting=len(outside.handover_rows()))  # fmt: skip


def _take(found: Case, form: StepForm) -> bool:
    """Whether the step was taken; otherwise the form says why not."""
    answers: dict[str, Any] = {}
    if form.step.data == "propose":
        answers["decisions"] = _decisions()
    if form.outside_receipt.data:
        answers["outside_receipt"] = form.outside_receipt.data
    if found.kind == "complaint" and request.form.get("unit"):
        answers["unit"] = request.form["unit"]
    with form.refusals():
        service.take(found, form.step.data, g.actor, note=form.note.data,
                     expected=form.expected.data, memo=form.memo.data, **answers)  # fmt: skip
    return not form.errors


def _is_taken(reference: str, form: StepForm) -> bool:
    """Whether this very step was taken by this person: the form was sent twice."""
    sent = form.step.data, g.actor.label, form.note.data or ""
    gone = service.left(reference, g.actor)
    if gone and (gone.hop.step, gone.hop.actor, gone.hop.note) == sent:
        return True
    found = gone.case if gone else service.find(reference, g.actor)
    return found is not None and finding.is_taken(found, *sent, form.expected.data)


def _case(reference: str) -> Case:
    """A case that this person may open; who had it is told where it went."""
    found = service.find(reference, g.actor)
    if found is not None:
        return found
    gone = service.left(reference, g.actor) or abort(404)
    words = cases.step_words(gone.case.kind)
    return abort(render("desk/left.html", status=403, left=gone, word=words[gone.hop.step]))


def _steps(found: Case) -> list[tuple[str, str]]:
    words = {**finding.ACTIONS, **found.actions}
    return [(step.name, words[step.name]) for step, _part in service.options(found, g.actor)]


def _step_word(found: Case) -> str:
    """What the newest step of a case is called, now that it was taken."""
    words = cases.step_words(found.kind)
    steps = {step.name for step in found.workflow.steps}
    taken = (each.step for each in service.history(found) if each.step in steps)
    return words.get(next(taken, ""), "")


def _decisions() -> list[dict[str, Any]]:
    """The answers to each claim, as the form sends them: outcome-title, reason-title, …"""
    fields = request.form.getlist("decided")
    return [
        {
            "field": field,
            "outcome": request.form.get(f"outcome-{field}", ""),
            "reason": request.form.get(f"reason-{field}", ""),
            "value": request.form.get(f"value-{field}", ""),
        }
        for field in fields
    ]


def _page(found: Case, form: Any, **context: Any) -> Response:
    blank = {
        "step": StepForm(formdata=None),
        "words": WordsForm(formdata=None),
        "memo": MemoForm(formdata=None),
        "reveal": RevealForm(formdata=None),
        "extract": ExtractForm(formdata=None),
    }
    name = type(form).__name__.removesuffix("Form").lower()
    forms = {**blank, name: form}
    if name == "step" and not _steps(found):
        # Nothing can be done any more, but what was written may still be sent.
        forms["words"].note.data = forms["words"].note.data or form.note.data
        forms["memo"].memo.data = forms["memo"].memo.data or form.memo.data
    forms["step"].offer(_steps(found))
    return render(
        "desk/case.html",
        case=found,
        is_desk=True,
        form=form,
        forms=forms,
        deadlines=finding.clocks_of(found),
        steps=_steps(found),
        step_words=cases.step_words(found.kind),
        history=service.history(found),
        applicant=service.applicant(found),
        replies=service.replies_for(found),
        typed=request.form,
        **context,
    )
