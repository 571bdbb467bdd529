"""Tracking a case, its page, its files, and the steps that its applicant may take."""

from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.cases import service
from portal.cases.forms import FilesForm, StepForm, TrackForm
from portal.cases.models import Case, Draft
from portal.cases.rules import TURNS, By
from portal.cases.service import calendars, drafts, files, finding, papers
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.web import held
from portal.web.access import current_actor, visitor
from portal.web.downloads import attachment
from portal.web.limits import costly, limiter
from portal.web.pages import path, render
from portal.web.transactions import keep_changes
from portal.web.uploads import sent_files, takes_files

bp = Blueprint("cases", __name__)


def own_draft(draft_id: str) -> Draft:
    """The draft of this visitor or account; 404 otherwise."""
    actor = current_actor()
    found = drafts.get(
        draft_id,
        account_id=actor.account_id if actor else None,
        keys=(*held.held(held.DRAFTS), *held.held(held.CASES)),
    )
    return found or abort(404)


@bp.app_errorhandler(drafts.Sent)
def sent(draft: drafts.Sent) -> ResponseReturnValue:
    return redirect(path(f"/cases/{draft.reference}"), 303)


def brings_files() -> bool:
    """Whether files come along: to go on without any costs nothing and is not counted."""
    return any(each.filename for each in request.files.getlist("files"))


def own_case(reference: str) -> Case:
    """The case that this person opened, acts for, or has the code of; 404 otherwise.

    Who has not signed in is asked for the code or to sign in, whether there is such a case or not.
    """
    actor = current_actor()
    subjects = [each.subject_id for each in accounts.represented(actor)] if actor else []
    found = finding.mine(
        reference,
        account_id=actor.account_id if actor else None,
        subject_ids=subjects,
        keys=held.held(held.CASES),
    )
    if found is None and actor is None:
        held.ask_for_code(reference, path(f"/cases/{reference}"))
    return found or abort(404)


def applicant(case: Case) -> By:
    """Who the audit trail says it was: an account, or whoever holds the code."""
    actor = current_actor()
    is_named = actor is not None and not case.hides_applicant
    return By(actor.label if actor and is_named else "code holder", "applicant")


@bp.route("/track", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def track() -> ResponseReturnValue:
    asked = request.args.get("reference", "")
    form = TrackForm(data={"reference": asked})
    if form.validate_on_submit():
        with form.refusals():
            case = finding.by_code(form.reference.data, form.code.data)
            if case is None:
                raise Refused("not_found", "code")
            held.hold(held.CASES, case.reference)
            return redirect(path(f"/cases/{case.reference}"), 303)
    back = urlencode({"next": path(f"/cases/{quote(asked)}")})
    onward = path(f"/sign-in?{back}" if asked else "/me/")
    return render("cases/track.html", form=form, asked=asked, onward=onward)


@bp.get("/cases/<reference>")
@visitor
def show(reference: str) -> Response:
    return _page(own_case(reference), StepForm(formdata=None))


@bp.post("/cases/<reference>/files")
@visitor
@takes_files
@limiter.limit(costly)
def add_files(reference: str) -> ResponseReturnValue:
    case, form = own_case(reference), FilesForm()
    if not form.validate_on_submit():
        return _page(case, form)
    sent = sent_files()
    refused = (
        service.add_files(case, sent, by=applicant(case))
        if sent
        else [Refused("no_file_chosen", "files")]
    )
    if refused:
        refuse_all(form, refused)
        return _page(case, form)
    return redirect(path(f"/cases/{case.reference}"), 303)


@bp.post("/cases/<reference>/<step>")
@visitor
@limiter.limit(costly)
def step(reference: str, step: str) -> ResponseReturnValue:
    case, form = own_case(reference), StepForm()
    if step not in case.offers and step != "words":
        abort(404)
    if finding.is_taken(
        case, step, applicant(case).label, form.note.data or "", form.expected.data
    ):
        return redirect(path(f"/cases/{case.reference}"), 303)
    if form.validate_on_submit():
        with form.refusals():
            service.answer(case, step, by=applicant(case), note=form.note.data,
                           expected=form.expected.data)  # fmt: skip
            return redirect(path(f"/cases/{case.reference}"), 303)
    return _page(case, form, answered=step)


@bp.get("/cases/<reference>/deadline.ics")
@visitor
def deadline(reference: str) -> Response:
    case = own_case(reference)
    due = case.due or abort(404)
    return attachment(calendars.of_deadline(due), "text/calendar", f"{case.reference}.ics")


@bp.get("/cases/<reference>/<kind>.pdf")
@visitor
def paper(reference: str, kind: str) -> Response:
    document = papers.of_case(own_case(reference), kind) or abort(404)
    if documents.standing(document) in ("preparing", "failed"):
        return render("cases/paper.html", document=document, status=202)
    return attachment(documents.file(document), "application/pdf", f"{document.number}.pdf")


@bp.get("/cases/<reference>/files/<int:file_id>")
@visitor
def file(reference: str, file_id: int) -> Response:
    found = files.find(own_case(reference), file_id) or abort(404)
    return attachment(files.read(found), found.media_type, found.name)


@bp.route("/drafts/<draft_id>/files", methods=["GET", "POST"])
@visitor
@takes_files
@limiter.limit(costly, methods=["POST"], exempt_when=lambda: not brings_files())
def draft_files(draft_id: str) -> ResponseReturnValue:
    draft, form = own_draft(draft_id), FilesForm()
    next_page = service.page_after_files(draft)
    if form.validate_on_submit():
        refused = files.add(draft, sent_files(), role="applicant")
        drafts.touch(draft)
        if not refused:
            # A file that was chosen goes along with either button.
            here = f"/drafts/{draft.id}/files"
            return redirect(path(next_page if "onward" in request.form else here), 303)
        refuse_all(form, refused)
    return render("cases/draft_files.html", form=form, draft=draft)


@bp.post("/drafts/<draft_id>/files/<int:file_id>/remove")
@visitor
def remove_file(draft_id: str, file_id: int) -> ResponseReturnValue:
    draft = own_draft(draft_id)
    files.remove(draft, file_id)
    return redirect(path(f"/drafts/{draft.id}/files"), 303)


@bp.post("/drafts/<draft_id>/discard")
@visitor
def discard(draft_id: str) -> ResponseReturnValue:
    draft = own_draft(draft_id)
    drafts.discard(draft)
    return redirect(path("/me/" if draft.account_id else "/"), 303)


def refuse_all(form: FilesForm, refused: list[Refused]) -> None:
    """Say of every file that was not kept why; the others stay."""
    for refusal in refused:
        form.refuse(refusal)
    keep_changes()


def _page(case: Case, form: StepForm | FilesForm, *, answered: str = "") -> Response:
    is_step = isinstance(form, StepForm)
    return render(
        "cases/show.html",
        case=case,
        form=form,
        blank=StepForm(formdata=None),
        files_form=FilesForm(formdata=None) if is_step else form,
        answered=answered,
        events=finding.timeline_of(case),
        turns=TURNS,
        words=finding.last_words(case),
        code=held.code_of(case.reference),
        deadlines=finding.clocks_of(case),
        options=case.workflow.options(case.state, "applicant"),
    )
