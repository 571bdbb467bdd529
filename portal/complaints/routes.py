"""Bringing something forward in five pages, and what one can do with it later."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.badges import service as badges
from portal.bodies import service as bodies
from portal.cases.models import Draft
from portal.cases.service import drafts, figures, finding
from portal.complaints import law
from portal.complaints.forms import (
    DefaultForm,
    FactsForm,
    PraiseForm,
    ProtectionForm,
    QuestionForm,
    RatingForm,
    RetaliationForm,
    SendForm,
    StartForm,
    TakenForm,
    WhereForm,
)
from portal.complaints.models import Complaint
from portal.complaints.rules.protection import LEVELS, SIGHTS
from portal.complaints.service import after, intake, letters
from portal.core.text import N_
from portal.core.units import unit_of_key
from portal.web import held, i18n, parking
from portal.web.access import current_actor, public, visitor
from portal.web.downloads import attachment
from portal.web.limits import costly, limiter
from portal.web.pages import path, render

bp = Blueprint("complaints", __name__)
CHOOSE = N_("请选择")
NO_UNIT = N_("不针对某个单位")
OWN_STATION = N_("上面所选乡镇街道的政府或办事处")
FORMS = {
    "default": DefaultForm,
    "arrears": TakenForm,
    "consumer": TakenForm,
    "praise": PraiseForm,
    "question": QuestionForm,
}


@bp.get("/complaints/")
@public
def index() -> Response:
    return render("complaints/index.html", kinds=law.kinds(), places=law.places(), query="")


@bp.route("/complaints/new", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def new() -> ResponseReturnValue:
    kind = law.kinds().get(request.args.get("kind", ""))
    subject = _subject()
    if kind is None:
        query = f"&subject={subject.code}" if subject else ""
        return render("complaints/index.html", kinds=law.kinds(), places=law.places(),
                      subject=subject, query=query)  # fmt: skip
    form = StartForm()
    if kind.way != "pointed" and form.validate_on_submit():
        draft = intake.begin(kind.key, current_actor(), subject=subject.code if subject else "")
        held.hold(held.DRAFTS, draft.id)
        return redirect(path(f"/complaints/drafts/{draft.id}/{intake.missing_page(draft)}"), 303)
    return render("complaints/new.html", form=form, kind=kind, places=law.places(), subject=subject)


@bp.route("/complaints/drafts/<draft_id>/where", methods=["GET", "POST"])
@visitor
def where(draft_id: str) -> ResponseReturnValue:
    draft = _draft(draft_id)
    given = {
        **intake.first_place(draft), **draft.answers,
        "about": draft.answers.get("about_choice", ""),
    }  # fmt: skip
    form = WhereForm(data=given)
    form.offer(*_choices(draft.answers["kind"]))
    if form.is_submitted():
        form.validate()
        for refusal in intake.missing_where(draft, **form.answers()):
            # The form said by itself that nothing was chosen.
            if not (refusal.field and form[refusal.field].errors):
                form.refuse(refusal)
        if not form.errors:
            intake.save_where(draft, **form.answers())
            return redirect(path(f"/complaints/drafts/{draft.id}/protection"), 303)
    return render("complaints/where.html", form=form)


@bp.route("/complaints/drafts/<draft_id>/protection", methods=["GET", "POST"])
@visitor
def protection(draft_id: str) -> ResponseReturnValue:
    draft, actor = _draft(draft_id), current_actor()
    routed = intake.route(draft) or abort(404)
    known = intake.identity_of(draft)
    first = {"business": _businesses(), "protection": draft.answers.get("protection")}
    form = ProtectionForm(data={**first, **(vars(known) if known else {})})
    if form.validate_on_submit():
        with form.refusals():
            answers = form.answers()
            intake.save_protection(draft, actor, protection_=answers.pop("protection"), **answers)
            return redirect(path(f"/complaints/drafts/{draft.id}/facts"), 303)
    figure = figures.of_unit(routed.unit.key)
    return render("complaints/protection.html", form=form, draft=draft, routed=routed,
                  sights=SIGHTS, levels=LEVELS, figure=figure)  # fmt: skip


@bp.route("/complaints/drafts/<draft_id>/facts", methods=["GET", "POST"])
@visitor
def facts(draft_id: str) -> ResponseReturnValue:
    draft = _draft(draft_id)
    given = {
        "other": intake.other_side(draft), **draft.answers, **draft.answers.get("further", {})
    }  # fmt: skip
    form = FORMS.get(draft.answers["kind"], FactsForm)(data=given)
    if form.validate_on_submit():
        with form.refusals():
            intake.save_facts(draft, **form.answers())
            is_worked = law.kinds()[draft.answers["kind"]].way == "worked"
            following = f"/drafts/{draft.id}/files" if is_worked else _letter(draft)
            return redirect(path(following), 303)
    return render("complaints/facts.html", form=form)


@bp.get("/complaints/drafts/<draft_id>/letter")
@visitor
def letter(draft_id: str) -> Response:
    draft = _draft(draft_id)
    kind = law.kinds()[draft.answers["kind"]]
    text = letters.written(draft) or abort(404)
    return render("complaints/letter.html", draft=draft, kind=kind, places=law.places(), text=text)


@bp.get("/complaints/drafts/<draft_id>/letter.txt")
@visitor
def letter_file(draft_id: str) -> Response:
    text = letters.written(_draft(draft_id)) or abort(404)
    return attachment(text.encode(), "text/plain; charset=utf-8", "letter.txt")


@bp.route("/complaints/drafts/<draft_id>/check", methods=["GET", "POST"])
@visitor
@limiter.limit(costly, methods=["POST"])
def check(draft_id: str) -> ResponseReturnValue:
    draft, form = _draft(draft_id), SendForm()
    if missing := intake.missing_page(draft):
        return redirect(path(f"/complaints/drafts/{draft.id}/{missing}"), 303)
    if form.validate_on_submit():
        with form.refusals():
            case, code = intake.submit(draft, current_actor(), in_words=i18n.locale() == "zh",
                                       trap=form.website.data)  # fmt: skip
            held.hold_code(case.reference, code)
            return redirect(path(f"/cases/{case.reference}"), 303)
    return render(
        "complaints/check.html",
        form=form,
        draft=draft,
        kind=law.kinds()[draft.answers["kind"]],
        routed=intake.route(draft),
        identity=intake.identity_of(draft),
        levels=LEVELS,
        subject=intake.shop(draft.answers.get("subject", "")),
        about=unit_of_key(draft.answers.get("about", "")),
    )


@bp.route("/complaints/cases/<reference>/rating", methods=["GET", "POST"])
@visitor
def rating(reference: str) -> ResponseReturnValue:
    case, form = _case(reference), RatingForm()
    if form.validate_on_submit():
        with form.refusals():
            after.rate(case, by=intake.CODE_HOLDER, **form.answers())
            return redirect(path(f"/cases/{case.reference}"), 303)
    return render("complaints/rating.html", form=form, case=case)


@bp.route("/complaints/cases/<reference>/retaliation", methods=["GET", "POST"])
@visitor
def retaliation(reference: str) -> ResponseReturnValue:
    case, form = _case(reference), RetaliationForm()
    if form.validate_on_submit():
        with form.refusals():
            after.report_retaliation(case, by=intake.CODE_HOLDER, note=form.note.data)
            return redirect(path(f"/cases/{case.reference}"), 303)
    return render("complaints/retaliation.html", form=form, case=case)


@bp.route("/complaints/cases/<reference>/protection", methods=["GET", "POST"])
@visitor
def change_protection(reference: str) -> ResponseReturnValue:
    case, actor = _case(reference), current_actor()
    form = ProtectionForm(data={"protection": case.protection})
    if form.validate_on_submit():
        with form.refusals():
            after.change_protection(
                case, by=intake.CODE_HOLDER, level=form.protection.data, name=form.name.data,
                contact=form.contact.data, account_id=actor.account_id if actor else None,
            )  # fmt: skip
            held.hold(held.CASES, case.reference)
            return redirect(path(f"/cases/{case.reference}"), 303)
    return render("complaints/change.html", form=form, case=case, sights=SIGHTS, levels=LEVELS)


def _draft(draft_id: str) -> Draft:
    """The draft of this visitor or account; 404 otherwise."""
    actor = current_actor()
    found = drafts.get(
        draft_id, kind="complaint", account_id=actor.account_id if actor else None,
        keys=(*held.held(held.DRAFTS), *held.held(held.CASES)),
    )  # fmt: skip
    return found or abort(404)


def _case(reference: str) -> Complaint:
    """The concern of this person, or one whose code was given in this session; 404 otherwise.

    Who has not signed in is asked for the code or to sign in, whether there is such a case or not.
    """
    actor = current_actor()
    found = finding.mine(
        reference, account_id=actor.account_id if actor else None, keys=held.held(held.CASES)
    )
    if found is None and actor is None:
        held.ask_for_code(reference, parking.here())
    return found if isinstance(found, Complaint) else abort(404)


def _subject() -> Any:
    """The shop that the address names, by its code or by its door code."""
    code = request.args.get("subject", "")
    door = request.args.get("door", "")
    return intake.shop(code) if code else badges.scan(door).subject if door else None


def _businesses() -> str:
    """The business that a signed-in person acts for, as a first answer."""
    actor = current_actor()
    found = accounts.represented(actor) if actor else []
    return f"{found[0].name} {found[0].code}" if found else ""


def _letter(draft: Draft) -> str:
    return f"/complaints/drafts/{draft.id}/letter"


def _choices(kind: str) -> tuple[Any, Any, Any]:
    """Matters, areas by county, and the units that can be complained of."""
    english = i18n.locale() == "en"
    matters = [(each.key, each.en if english else each.zh) for each in law.matters_of(kind)]
    none = i18n.translate(CHOOSE)
    areas: dict[str, list[tuple[str, str]]] = {none: [("", none)]}
    for group, found in bodies.areas_to_choose():
        name = group.english if english else group.name
        areas[name] = [(place.code, place.english if english else place.name) for place in found]
    abouts = [("", i18n.translate(NO_UNIT)),
              (intake.STATION, i18n.translate(OWN_STATION))]  # fmt: skip
    is_demo = current_app.config["PORTAL"].site.is_demo
    units = [*(bodies.fictional() if is_demo else ()), *bodies.rows()]
    abouts += [(row["slug"], row["english"] if english else row["name"]) for row in units]
    return matters, areas, abouts
