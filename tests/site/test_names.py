"""Long names on narrow pages, in a real browser."""

import pytest
from playwright.sync_api import Browser as Chromium

from tests.site.conftest import Site
from tests.site.test_signed_in import sign_in

SHOP = "/subjects/92340499MADEM0011M"
PAGES = ("/punctuality", "/scenarios/", "/scenarios/beef-soup", "/government/", "/commitments/",
         f"{SHOP}/why/beef-soup")  # fmt: skip
# Each unit that a record names; titles and numbers may end their line anywhere.
CARDS = (SHOP, f"{SHOP}/records", f"{SHOP}/records?kind=penalty", f"{SHOP}/records?kind=commitment")
# Whatever stands behind a link, a comma could.
FOLLOW = """() => {
    for (const link of document.querySelectorAll('.nowrap')) link.after('、', '再看。');
}"""
OPEN = """() => {
    const all = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const open = [];
    for (let text; text = all.nextNode();)
        if (/（(演示|虚构)）/.test(text.data) && !text.parentNode.closest('.held, h1, h3'))
            open.push(text.data);
    return open;
}"""
# How many lines each mark stands on, and whether what follows it begins a line that it may not.
LINES = """() => [...document.querySelectorAll('.held, .nowrap')].map(mark => {
    const next = mark.nextSibling, place = document.createRange();
    const lines = new Set([...mark.getClientRects()].map(box => box.top)).size;
    if (!next || !/^[、。，]/.test(next.data || '')) return [lines, true];
    place.setStart(next, 0); place.setEnd(next, 1);
    return [lines, Math.abs(place.getBoundingClientRect().top - mark.getBoundingClientRect().top) < 9];
})"""


@pytest.mark.parametrize("view", ["standard", "elder"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_line_ends_inside_the_mark_of_a_name(
    site: Site, chromium: Chromium, width: int, view: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 700}, base_url=site.url)
    tab, seen = context.new_page(), 0
    for address in PAGES:
        tab.goto(f"{address}?view={view}")
        found = tab.evaluate(LINES)
        seen += len(found)
        assert all(lines == 1 and follows for lines, follows in found), address
    context.close()
    assert seen


@pytest.mark.parametrize("root", ["", "/en"])
@pytest.mark.parametrize("width", [320, 360])
def test_no_line_ends_inside_the_mark_of_a_unit_on_a_record(
    site: Site, chromium: Chromium, width: int, root: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 700}, base_url=site.url)
    tab = context.new_page()
    for address in CARDS:
        tab.goto(f"{root}{address}")
        found = tab.evaluate(LINES)
        assert found, address
        assert all(lines == 1 and follows for lines, follows in found), address
        assert not tab.evaluate(OPEN), address
    context.close()


@pytest.mark.parametrize("view", ["standard", "elder"])
def test_no_line_begins_with_what_follows_a_link_of_a_message(
    site: Site, chromium: Chromium, view: str
) -> None:
    context = chromium.new_context(base_url=site.url)
    tab, seen = context.new_page(), 0
    sign_in(tab, "food")
    tab.goto(f"/me/messages?view={view}")
    tab.evaluate(FOLLOW)
    for width in range(320, 420, 7):
        tab.set_viewport_size({"width": width, "height": 700})
        found = tab.evaluate(LINES)
        seen += len(found)
        assert all(lines == 1 and follows for lines, follows in found), width
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert seen
