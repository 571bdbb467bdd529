"""Pictures of the real pages for the help, from the demo: `python -m bench.pictures`.

Each is 360 points wide, in both languages, and no bigger than a page may be. Run it anew when a
page looks different, and look at what it made.
"""

import io
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, FloatRect, sync_playwright

from bench.attack.target import Target, target
from bench.servers import ROOT

PLACE = ROOT / "static" / "images" / "help"
WIDTH, TALLEST = 360, 600
MOST_BYTES = 40 * 1024
COLOURS = (48, 32, 24, 16, 12, 8)
CHROMIUM = "/usr/bin/chromium-headless-shell"
LANGUAGES = {"zh": "", "en": "/en"}
OWNER = "food@demo.example"
# An address of the demo that only the database knows, asked for once.
FIND = """
from portal import create_app
from portal.core.db import session
from sqlalchemy import text
with create_app().app_context():
    print(session.scalar(text({!r})))
"""
CASE = "SELECT reference FROM cases WHERE kind = 'repair' AND state = 'accepted' ORDER BY id"
RECORD = "SELECT id FROM record WHERE number LIKE '虚构城管罚%' ORDER BY id"


class Shot(NamedTuple):
    """One picture: its name, where it is taken, whose page, and from which element down."""

    name: str
    path: str
    visitor: str = ""
    find: str = ""
    top: str = "main"


SHOTS = (
    Shot("search", "/search?q=牛肉汤"),
    Shot("report", "/reports/new", OWNER),
    Shot("verify", "/verify"),
    Shot("repair", "/repair/{}", OWNER, RECORD),
    Shot("objection", "/objections/new?record={}", OWNER, RECORD),
    Shot("complaint", "/complaints/"),
    Shot("commitment", "/commitments/sign/beef-soup-quality", "soup@demo.example"),
    Shot("track", "/cases/{}", OWNER, CASE),
    Shot("claim", "/me/claim", OWNER),
    Shot("door-code", "/q/DEM0000001"),
)


def main() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="portal-pictures-") as told,
        target("sqlite", Path(told), "wsgi:app") as portal,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        cookies = {each.visitor: portal.cookie(each.visitor) for each in SHOTS if each.visitor}
        for shot in SHOTS:
            for language in LANGUAGES:
                data = small(taken(chromium, portal, shot, cookies, language))
                (PLACE / f"{shot.name}-{language}.webp").write_bytes(data)
                print(f"{shot.name}-{language}: {len(data)} bytes", flush=True)
        chromium.close()


def taken(
    chromium: Browser, portal: Target, shot: Shot, cookies: dict[str, str], language: str
) -> bytes:
    """A page as a phone shows it, from its own part down."""
    found = portal.run(FIND.format(shot.find)) if shot.find else ""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": 900}, device_scale_factor=2, locale="zh-CN",
        extra_http_headers={"Cookie": cookies[shot.visitor]} if shot.visitor else {},
    )  # fmt: skip
    page = context.new_page()
    answer = page.goto(portal.url + LANGUAGES[language] + shot.path.format(found))
    assert answer is not None, shot
    assert answer.status == 200, shot
    box = page.locator(shot.top).first.bounding_box()
    assert box is not None, shot
    height = int(min(box["height"], TALLEST))
    clip: FloatRect = {"x": 0, "y": int(box["y"]), "width": WIDTH, "height": height}
    picture = page.screenshot(full_page=True, clip=clip)
    context.close()
    return picture


def small(picture: bytes) -> bytes:
    """As WebP with few colours: letters stay sharp, and there is little else on a page."""
    with Image.open(io.BytesIO(picture)) as opened:
        for colours in COLOURS:
            out = io.BytesIO()
            few = opened.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
            few.convert("RGB").save(out, "WEBP", lossless=True, method=6)
            if out.tell() <= MOST_BYTES:
                return out.getvalue()
    raise SystemExit("a picture is too large even with few colours")


if __name__ == "__main__":
    main()
