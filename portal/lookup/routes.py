"""Search, the public page of a subject, the page behind its door code, the check of a code."""

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.bodies import service as bodies
from portal.core import pdf
from portal.lookup import service
from portal.scenarios import service as scenarios
from portal.web import templates
from portal.web.access import public
from portal.web.downloads import shown_pdf
from portal.web.limits import costly, limiter, look_ups
from portal.web.pages import address_with, render
from portal.web.paging import key_before, links, page_number
from portal.web.running import the_app

bp = Blueprint("lookup", __name__)


@bp.get("/search")
@public
@limiter.limit(look_ups)
def search() -> ResponseReturnValue:
    query = request.args.get("q", "").strip()[:100]
    if request.args.get("scenario") in scenarios.rules():
        return _in_scenario(query)
    found = service.find(
        query,
        area_code=request.args.get("district") or None,
        kind=request.args.get("kind") or None,
        page=page_number(),
    )
    if found.subject_code and request.headers.get("HX-Request") != "true":
        return redirect(url_for("lookup.show", code=found.subject_code), 303)
    return render(
        "lookup/search.html",
        fragment="results",
        query=query,
        found=found,
        pages=links(found.results.page, found.results.pages),
        counties=bodies.counties(),
        rules=scenarios.rules(),
    )


def _in_scenario(query: str) -> Response:
    """The results of one scenario's list, with badges; its own pages and order."""
    asked = {
        name: request.args.get(name, "")[:18] for name in ("district", "grade", "after", "before")
    }
    filters = scenarios.Filters(area_code=asked["district"], grade=asked["grade"], query=query)
    listing = scenarios.find(
        request.args["scenario"], filters=filters, after=asked["after"], before=asked["before"]
    ) or abort(404)
    return render(
        "lookup/search.html",
        fragment="results",
        query=query,
        listing=listing,
        newer=listing.before and address_with(before=listing.before, after=None),
        older=listing.after and address_with(after=listing.after, before=None),
        counties=bodies.counties(),
        rules=scenarios.rules(),
    )


@bp.get("/subjects/<code>")
@public
def show(code: str) -> Response:
    profile = service.profile(code) or abort(404)
    site = the_app().config["PORTAL"].site
    return render("lookup/show.html", profile=profile, schema=service.schema(profile, site.url))


@bp.get("/subjects/<code>/records")
@public
def records(code: str) -> Response:
    listing = service.listing(code, kind=request.args.get("kind"), page=page_number()) or abort(404)
    return render(
        "lookup/records.html",
        fragment="records",
        listing=listing,
        pages=links(listing.page, listing.pages),
    )


@bp.get("/subjects/<code>/commitments")
@public
def commitments(code: str) -> Response:
    found = service.commitments_of(code, key_before()) or abort(404)
    return render(
        "lookup/commitments.html",
        subject=found.subject,
        listing=found.listing,
        newer=None if found.listing.is_first else address_with(before=None),
        older=address_with(before=str(found.listing.older)) if found.listing.older else None,
    )


@bp.get("/q/<id>")
@bp.get("/Q/<id>")
@public
def scan(id: str) -> Response:
    return render("lookup/scan.html", found=service.scan(id))


@bp.get("/q/<id>/sheet.pdf")
@public
@limiter.limit(costly)
def sheet(id: str) -> Response:
    site = current_app.config["PORTAL"].site
    found = service.door_sheet(id, site.url) or abort(404)
    html = templates.render("lookup/sheet.html", {"found": found, "sheet": found.sheet})
    return shown_pdf(pdf.render(html, identifier=found.sheet.id), f"door-{found.sheet.id}.pdf")


@bp.get("/code-check")
@public
@limiter.limit(look_ups)
def code_check() -> Response:
    asked = request.args.get("code", "").strip()[:100]
    return render(
        "lookup/code_check.html", asked=asked, result=service.check_code(asked) if asked else None
    )
