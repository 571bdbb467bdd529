"""Search, the public page of a subject, the page behind its door code, the check of a code."""

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.bodies import service as bodies
from portal.lookup import service
from portal.web.access import public
from portal.web.limits import limiter, look_ups
from portal.web.pages import render
from portal.web.paging import links, page_number

bp = Blueprint("lookup", __name__)


@bp.get("/search")
@public
@limiter.limit(look_ups)
def search() -> ResponseReturnValue:
    query = request.args.get("q", "").strip()[:100]
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
    )


@bp.get("/subjects/<code>")
@public
def show(code: str) -> Response:
    profile = service.profile(code) or abort(404)
    site = current_app.config["PORTAL"].site
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


@bp.get("/q/<id>")
@bp.get("/Q/<id>")
@public
def scan(id: str) -> Response:
    return render("lookup/scan.html", found=service.scan(id))


@bp.get("/code-check")
@public
@limiter.limit(look_ups)
def code_check() -> Response:
    asked = request.args.get("code", "").strip()[:100]
    return render(
        "lookup/code_check.html", asked=asked, result=service.check_code(asked) if asked else None
    )
