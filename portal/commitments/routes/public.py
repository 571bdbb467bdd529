"""What anyone may read: the register, one commitment, and the texts that may be signed."""

from flask import Response, abort, request

from portal.commitments import service, texts
from portal.commitments.routes import bp
from portal.commitments.rules import KINDS, STATES, STEP_WORDS
from portal.core import clock
from portal.web.access import public
from portal.web.i18n import locale
from portal.web.limits import limiter, look_ups
from portal.web.pages import address_with, render
from portal.web.paging import key_before


@bp.get("/commitments/")
@public
@limiter.limit(look_ups)
def index() -> Response:
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("q", "kind", "state")}
    listing = service.register(
        query=asked["q"], kind=asked["kind"], state=asked["state"],
        before=key_before(),
    )  # fmt: skip
    return render(
        "commitments/index.html",
        asked=asked,
        listing=listing,
        kinds=KINDS,
        states={key: look.word for key, look in STATES.items()},
        newer=None if listing.is_first else address_with(before=None),
        older=address_with(before=str(listing.older)) if listing.older else None,
    )


@bp.get("/commitments/<number>")
@public
def show(number: str) -> Response:
    found = service.public(number) or abort(404)
    return render("commitments/show.html", commitment=found, step_words=STEP_WORDS, kinds=KINDS)


@bp.get("/commitments/texts/")
@public
def offered() -> Response:
    today = clock.today()
    found = [texts.newest(slug, today) for slug in texts.load()]
    return render("commitments/texts.html", kinds=KINDS, texts=[each for each in found if each])


@bp.get("/commitments/texts/<slug>")
@public
def text(slug: str) -> Response:
    versions = texts.load().get(slug) or abort(404)
    asked = request.args.get("version", "")
    newest = texts.newest(slug, clock.today())
    shown = next((each for each in versions if str(each.version) == asked), newest)
    return render("commitments/text.html", text=shown, newest=newest, versions=versions,
                  kinds=KINDS, signed=service.count_signed(slug))  # fmt: skip


@bp.get("/commitments/texts/<slug>/changes")
@public
def changes(slug: str) -> Response:
    versions = texts.load().get(slug) or abort(404)
    pairs = [
        (before, after, texts.differences(before, after, locale()))
        for before, after in zip(versions, versions[1:], strict=False)
    ]
    return render("commitments/changes.html", text=versions[-1], pairs=pairs[::-1])
