"""The fifteen scenarios, their lists, why a grade is what it is, and the badge to embed."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request

from portal.bodies import service as bodies
from portal.scenarios import service
from portal.web import templates
from portal.web.access import public
from portal.web.limits import limiter, look_ups
from portal.web.pages import PUBLIC, render
from portal.web.paging import links, page_number

bp = Blueprint("scenarios", __name__)
TYPES = {"csv": "text/csv", "json": "application/json"}


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
    listing = service.find(slug, **_filters(), page=page_number()) or abort(404)
    return render(
        "scenarios/show.html",
        listing=listing,
        rule=listing.rule,
        pages=links(listing.page, listing.pages),
        counties=bodies.counties(),
    )


@bp.get("/scenarios/<slug>.<any(csv, json):form>")
@public
@limiter.limit(look_ups)
def export(slug: str, form: str) -> Response:
    site = current_app.config["PORTAL"].site
    body = service.export(slug, form, site_url=site.url, **_filters()) or abort(404)
    response = Response(body, content_type=f"{TYPES[form]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.{form}"'
    response.headers["Cache-Control"] = PUBLIC
    return response


@bp.get("/subjects/<code>/why/<slug>")
@public
def why(code: str, slug: str) -> Response:
    found = service.explain(code, slug) or abort(404)
    return render("scenarios/why.html", found=found, rule=found.rule, subject=found.subject)


@bp.get("/badges/<code>/<slug>.svg")
@public
def badge(code: str, slug: str) -> Response:
    found = service.explain(code, slug) or abort(404)
    if found.grade is None:
        abort(404)
    drawing = templates.render("scenarios/badge.html", {"found": found, "rule": found.rule})
    response = Response(drawing.strip(), content_type="image/svg+xml; charset=utf-8")
    response.headers["Cache-Control"] = PUBLIC
    # Made to stand on other sites.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _filters() -> dict[str, Any]:
    asked = {"area_code": "district", "grade": "grade", "query": "q"}
    return {name: request.args.get(key, "").strip()[:100] for name, key in asked.items()}
