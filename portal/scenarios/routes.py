"""The fifteen scenarios, their lists, the file and the grade of a subject, property agents."""

from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from portal.bodies import service as bodies
from portal.core import pdf
from portal.scenarios import service
from portal.web import templates
from portal.web.access import public
from portal.web.application import csrf
from portal.web.limits import costly, limiter, look_ups
from portal.web.pages import PUBLIC, address_with, path, render
from portal.web.security import is_cross_site

bp = Blueprint("scenarios", __name__)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": SHEET,
    "svg": "image/svg+xml; charset=utf-8",
    "pdf": "application/pdf",
}


@bp.get("/scenarios/")
@public
def index() -> Response:
    return render(
        "scenarios/index.html", rules=service.rules().values(), counts=service.listed_counts()
    )


@bp.get("/scenarios/<slug>")
@public
@limiter.limit(look_ups)
def show(slug: str) -> Response:
    after, before = (request.args.get(name, "")[:18] for name in ("after", "before"))
    listing = service.find(slug, filters=_filters(), after=after, before=before) or abort(404)
    return render(
        "scenarios/show.html",
        listing=listing,
        rule=listing.rule,
        newer=listing.before and address_with(before=listing.before, after=None),
        older=listing.after and address_with(after=listing.after, before=None),
        counties=bodies.counties(),
        towns=bodies.towns(request.args.get("district", "")),
        map=service.map_of(listing.facets.areas),
    )


@bp.get("/scenarios/<slug>.<any(csv, json):form>")
@public
@limiter.limit(look_ups)
def export(slug: str, form: str) -> Response:
    site = current_app.config["PORTAL"].site
    body = service.export(slug, form, site_url=site.url, filters=_filters()) or abort(404)
    return _file(body.encode(), form, f"{slug}.{form}")


@bp.get("/scenarios/<slug>/rule.json")
@public
def rule_json(slug: str) -> Response:
    return _file((service.rule_json(slug) or abort(404)).encode(), "json")


@bp.get("/scenarios/<slug>/template.<any(csv, xlsx):form>")
@public
@limiter.limit(look_ups)
def template(slug: str, form: str) -> Response:
    return _file(service.blank(slug, form) or abort(404), form, f"{slug}-template.{form}")


@bp.post("/scenarios/<slug>/near")
@public
@limiter.limit(look_ups)
def near(slug: str) -> ResponseReturnValue:
    """A position becomes the county or town it lies in, and is forgotten."""
    if is_cross_site():
        abort(403)
    # Without scripts no position is sent; the page then asks for the county.
    place = [_degrees(name) for name in ("lat", "lon") if request.form.get(name)]
    area = bodies.nearest(*place) if len(place) == 2 else None
    here = path(f"/scenarios/{quote(slug)}")
    if area is None:
        return redirect(f"{here}?far=1#near", 303)
    return redirect(
        f"{here}?district={area[:6]}{f'&town={area}' if len(area) > 6 else ''}#list", 303
    )


@bp.get("/subjects/<code>/why/<slug>")
@public
def why(code: str, slug: str) -> Response:
    found = service.explain(code, slug) or abort(404)
    return render("scenarios/why.html", found=found, rule=found.rule, subject=found.subject)


@bp.get("/subjects/<code>/why/<slug>.json")
@public
def why_json(code: str, slug: str) -> Response:
    return _file((service.grade_json(code, slug) or abort(404)).encode(), "json")


@bp.get("/subjects/<code>/file/<slug>")
@public
def file(code: str, slug: str) -> Response:
    found = service.dossier(code, slug) or abort(404)
    return render("scenarios/file.html", file=found, rule=found.why.rule, subject=found.why.subject)


@bp.get("/subjects/<code>/file/<slug>.pdf")
@public
@limiter.limit(costly)
def file_pdf(code: str, slug: str) -> Response:
    found = service.dossier(code, slug) or abort(404)
    html = templates.render(
        "scenarios/file_print.html",
        {"file": found, "rule": found.why.rule, "subject": found.why.subject},
    )
    return _file(pdf.render(html, identifier=f"{code}-{slug}"), "pdf")


@bp.get("/badges/<code>/<slug>.svg")
@public
def badge(code: str, slug: str) -> Response:
    found = service.explain(code, slug) or abort(404)
    if found.grade is None:
        abort(404)
    drawing = templates.render("scenarios/badge.html", {"found": found, "rule": found.rule})
    response = _file(drawing.strip().encode(), "svg")
    # Made to stand on other sites.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/agents/")
@public
@limiter.limit(look_ups)
def agents() -> ResponseReturnValue:
    number = request.args.get("number", "").strip()[:40]
    found = service.agent(number)
    if found:
        return redirect(path(f"/agents/{quote(found.agent.number)}"), 303)
    return render("scenarios/agents.html", number=number)


@bp.get("/agents/<number>")
@public
@limiter.limit(look_ups)
def agent(number: str) -> Response:
    found = service.agent(number) or abort(404)
    unfiled = [post.code for post in found.agencies if service.is_unfiled(post.code)]
    return render("scenarios/agent.html", found=found, agent=found.agent, unfiled=unfiled)


def _filters() -> service.Filters:
    asked = {name: request.args.get(name, "").strip()[:100]
             for name in ("q", "district", "town", "grade", "licence", "title")}  # fmt: skip
    is_inside = asked["town"].startswith(asked["district"])
    return service.Filters(
        area_code=asked["town"] if asked["town"] and is_inside else asked["district"],
        grade=asked["grade"],
        licence=asked["licence"],
        title=asked["title"],
        query=asked["q"],
    )


def _degrees(name: str) -> float:
    try:
        return float(request.form[name])
    except ValueError:
        abort(400)


def _file(body: bytes, form: str, name: str = "") -> Response:
    response = Response(body, content_type=TYPES[form])
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = PUBLIC
    return response


# The list sets no cookie, so there is no session to forge; the origin is checked instead.
csrf.exempt(near)
