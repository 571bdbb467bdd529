"""Public data for machines, the page about them, the feed, and what crawlers ask for."""

import json
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from portal.core import clock
from portal.core.errors import Refused
from portal.documents import service as documents
from portal.opendata import service
from portal.scenarios import service as scenarios
from portal.web import templates
from portal.web.access import public
from portal.web.downloads import attachment
from portal.web.limits import limiter, open_data
from portal.web.pages import PUBLIC, path, render
from portal.web.paging import page_number

bp = Blueprint("opendata", __name__)
api = Blueprint("api", __name__, url_prefix="/api/v1")
bp.register_blueprint(api)

ADVICE = {
    400: "Read /api/v1/openapi.json for what may be asked.",
    404: "There is no such thing, or it is not public any more.",
    429: "Asked too often. Everything is in the daily files: /data/ and /api/v1/files.",
}
REFUSALS = {
    "cursor_unknown": "`after` is not a cursor that an answer gave as `next`.",
    "commitment_kind_unknown": "`kind` is no kind of commitment; /api/v1/openapi.json names them.",
    "state_unknown": "`state` is no state of a commitment; /api/v1/openapi.json names them.",
    "kind_unknown": "`kind` is not a kind of record; the dictionary on /data/ names them.",
    "day_unknown": "`since` is not a day written as 2026-11-20.",
    "day_in_future": "`since` lies in the future.",
    "day_too_far_back": "`since` lies too far back. Take the daily files and begin from their day.",
}
FORM_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def _answer(told: Any, kind: str = "application/json") -> Response:
    return _text(json.dumps(told, ensure_ascii=False, separators=(",", ":")), kind)


def _text(body: str | bytes, kind: str) -> Response:
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = PUBLIC
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _problem(status: int, detail: str) -> ResponseReturnValue:
    told = {"type": "about:blank", "title": detail, "status": status,
            "detail": ADVICE.get(status, detail)}  # fmt: skip
    response = _answer(told, "application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if status == 429:
        response.headers["Link"] = f'<{path("/data/")}>; rel="alternate"'
        response.headers["Retry-After"] = "60"
    return response, status


@api.errorhandler(HTTPException)
def _failed(error: HTTPException) -> ResponseReturnValue:
    return _problem(error.code or 500, error.name)


@api.errorhandler(Refused)
def _refused(error: Refused) -> ResponseReturnValue:
    return _problem(400, REFUSALS[error.reason])


@api.get("/")
@public
@limiter.limit(open_data)
def index() -> Response:
    paths = service.openapi(*_site())["paths"]
    return _answer({"description": "/api/v1/openapi.json", "paths": list(paths)})


@api.get("/openapi.json")
@public
def openapi() -> Response:
    return _answer(service.openapi(*_site()))


@api.get("/schemas/<name>.json")
@public
def schema(name: str) -> Response:
    return _answer(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": f"#/components/schemas/{name if name in service.schemas() else abort(404)}",
            "components": {"schemas": service.schemas()},
        }
    )


@api.get("/subjects/<code>")
@public
@limiter.limit(open_data)
def subject(code: str) -> Response:
    return _answer(service.subject(code) or abort(404))


@api.get("/subjects/<code>/records")
@public
@limiter.limit(open_data)
def records(code: str) -> Response:
    kind, after = (request.args.get(name, "")[:40] for name in ("kind", "after"))
    return _answer(service.record_page(code, kind=kind, after=after) or abort(404))


@api.get("/subjects/<code>/grades")
@public
@limiter.limit(open_data)
def grades(code: str) -> Response:
    return _answer(service.grades(code) or abort(404))


@api.get("/search")
@public
@limiter.limit(open_data)
def search() -> Response:
    return _answer(
        service.search(
            request.args.get("q", "").strip()[:100],
            area_code=request.args.get("district") or None,
            kind=request.args.get("kind") or None,
            page=page_number(),
        )
    )


@api.get("/scenarios")
@public
@limiter.limit(open_data)
def scenario_list() -> Response:
    return _answer(service.scenario_list())


@api.get("/scenarios/<slug>")
@public
@limiter.limit(open_data)
def listing(slug: str) -> Response:
    asked = {name: request.args.get(name, "").strip()[:100]
             for name in ("q", "district", "grade", "after")}  # fmt: skip
    filters = scenarios.Filters(area_code=asked["district"], grade=asked["grade"], query=asked["q"])
    return _answer(service.listing(slug, filters, asked["after"][:18]) or abort(404))


@api.get("/commitments")
@public
@limiter.limit(open_data)
def commitments() -> Response:
    query, kind, state, after = (
        request.args.get(name, "").strip()[:60] for name in ("q", "kind", "state", "after")
    )
    return _answer(service.commitment_page(query=query, kind=kind, state=state, after=after))


@api.get("/commitments/<number>")
@public
@limiter.limit(open_data)
def commitment(number: str) -> Response:
    return _answer(service.commitment(number) or abort(404))


@api.get("/subjects/<code>/commitments")
@public
@limiter.limit(open_data)
def commitments_of(code: str) -> Response:
    return _answer(service.commitments_of(code, request.args.get("after", "")) or abort(404))


@api.get("/government")
@public
@limiter.limit(open_data)
def standings() -> Response:
    return _answer(service.standings())


@api.get("/government/<body>")
@public
@limiter.limit(open_data)
def promises(body: str) -> Response:
    return _answer(service.promises(body) or abort(404))


@api.get("/areas")
@public
def areas() -> Response:
    return _answer(service.areas())


@api.get("/bodies")
@public
def bodies() -> Response:
    return _answer(service.bodies_told())


@api.get("/terms")
@public
def terms() -> Response:
    return _answer(service.terms_told())


@api.get("/changes")
@public
@limiter.limit(open_data)
def changes() -> Response:
    since, after = (request.args.get(name, "") for name in ("since", "after"))
    return _answer(service.changes(since, after))


@api.get("/files")
@public
@limiter.limit(open_data)
def files() -> Response:
    _name, url = _site()
    return _answer(service.manifest(url))


@bp.get("/data/")
@public
def data() -> Response:
    return render(
        "opendata/data.html",
        files=service.current(),
        datasets=service.DATASETS,
        rules=scenarios.rules(),
        has_list=documents.has_authority(),
    )


@bp.get("/data/<name>")
@public
@limiter.limit(open_data)
def download(name: str) -> Response:
    found, body = service.contents(name) or abort(404)
    response = attachment(body, FORM_TYPES[found.form], f"{found.day:%Y%m%d}-{found.name}")
    # Too big for the memory of pages; asked again with its ETag, it is not sent again.
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(found.sha256)
    response.make_conditional(request)
    return response


@bp.get("/feed.atom")
@public
@limiter.limit(open_data)
def feed() -> Response:
    now = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    body = templates.render(
        "opendata/feed.html", {"changes": service.latest(), "updated": now.isoformat()}
    )
    return _text(body, "application/atom+xml")


@bp.get("/sitemap.xml")
@public
def site_map() -> Response:
    body = templates.render("opendata/sitemap.html", {"parts": service.subject_maps()})
    return _text(body, "application/xml")


@bp.get("/sitemap-pages.xml")
@public
def site_map_of_pages() -> Response:
    told = {"addresses": service.pages_of_map()}
    return _text(templates.render("opendata/sitemap_part.html", told), "application/xml")


@bp.get("/sitemap-subjects-<int:number>.xml")
@public
@limiter.limit(open_data)
def site_map_of_subjects(number: int) -> Response:
    addresses = [f"/subjects/{code}" for code in service.subjects_of_map(min(number, 10**6))]
    told = {"addresses": addresses or abort(404)}
    return _text(templates.render("opendata/sitemap_part.html", told), "application/xml")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    return _text(templates.render("opendata/robots.html", {}), "text/plain")


@bp.get("/.well-known/security.txt")
@public
def security() -> Response:
    until = clock.today() + timedelta(days=180)
    return _text(templates.render("opendata/security.html", {"until": until}), "text/plain")


def _site() -> tuple[str, str]:
    site = current_app.config["PORTAL"].site
    return site.name, site.url
