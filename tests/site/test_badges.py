"""Each state of a badge is told apart by its word, its shape and its steps, without any colour."""

import io
from collections.abc import Iterator
from itertools import combinations

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page

from tests.site.conftest import Site

MODES = {
    "forced colours, light": {"forced_colors": "active", "color_scheme": "light"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
    "grey": {},
}
STATES = ("优", "良", "中", "差", "未评", "暂停", "中，有异议")
# Two drawings are told apart by this share of their points, as clear as ink on paper each.
DIFFERENT, CLEAR = 0.04, 100


@pytest.fixture(params=MODES)
def tab(request: pytest.FixtureRequest, chromium: Chromium, site: Site) -> Iterator[Page]:
    """The page of components as somebody sees it who has no colours."""
    context = chromium.new_context(device_scale_factor=2, **MODES[request.param])
    tab = context.new_page()
    tab.goto(f"{site.url}/about/components")
    if request.param == "grey":
        tab.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
    yield tab
    context.close()


@pytest.fixture(params=["page", "list"])
def badges(request: pytest.FixtureRequest, tab: Page) -> dict[str, Locator]:
    """The badges of one size by what they say."""
    found = tab.locator(f"#badge ~ .badge--{request.param}").all()
    told = {}
    for badge in found:
        word = badge.locator(".badge-word").inner_text()
        disputed = "，有异议" if badge.locator(".badge-disputed").count() else ""
        told[word + disputed] = badge
    return told


def seen(part: Locator) -> Image.Image:
    """What is drawn there, in shades of grey."""
    return Image.open(io.BytesIO(part.screenshot())).convert("L")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The share of points that clearly differ."""
    width, height = min(one.width, other.width), min(one.height, other.height)
    box = (0, 0, width, height)
    differing = ImageChops.difference(one.crop(box), other.crop(box)).point(lambda v: v > CLEAR)
    return sum(differing.histogram()[1:]) / (width * height)


def is_clear(image: Image.Image) -> bool:
    darkest, lightest = image.getextrema()
    return bool(lightest - darkest > CLEAR)


def hide_letters(tab: Page) -> None:
    """Leave of every mark its shape and its flag."""
    letters = "document.querySelectorAll('.badge-mark text')"
    tab.evaluate(f"{letters}.forEach(letter => letter.style.visibility = 'hidden')")


def test_every_state_is_shown_and_its_word_is_read(badges: dict[str, Locator]) -> None:
    assert set(badges) >= {*STATES[:6]}
    for badge in badges.values():
        assert is_clear(seen(badge.locator(".badge-word")))
        assert is_clear(seen(badge.locator(".badge-steps svg")))
        for told in badge.locator(".badge-disputed").all():
            assert is_clear(seen(told))


def test_no_two_states_have_the_same_shape(tab: Page, badges: dict[str, Locator]) -> None:
    hide_letters(tab)
    drawn = {state: seen(badges[state].locator(".badge-mark")) for state in STATES[:6]}
    assert all(map(is_clear, drawn.values()))
    for one, other in combinations(drawn, 2):
        assert unlike(drawn[one], drawn[other]) > DIFFERENT, f"{one} looks like {other}"


def test_the_letter_in_the_mark_and_the_flag_of_a_dispute_are_seen(tab: Page) -> None:
    marks = tab.locator("#badge ~ .badge--page .badge-mark").all()
    whole = [seen(mark) for mark in marks]
    hide_letters(tab)
    for mark, before in zip(marks, whole, strict=True):
        assert unlike(before, seen(mark)) > DIFFERENT
    fair, disputed = seen(marks[2]), seen(marks[6])
    assert unlike(fair, disputed) > DIFFERENT
