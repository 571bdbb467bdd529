"""Every public page in a real Chromium: languages, modes, widths, with scripts and without."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from werkzeug.routing import Rule

from portal.web import access
from tests.conftest import make_app
from tests.site import checkers
from tests.site.conftest import ROOT, Site

PREFIXES = {"zh": "", "en": "/en"}
HEIGHTS = {320: 640, 1280: 900}
# Contrast that axe cannot work out. HTML_CodeSniffer measures most of it; people saw the rest.
UNDECIDED = {
    "color-contrast/bgImage": "the arrow of a select is a picture beside its words",
    "color-contrast/bgOverlap": "letters in the picture of a badge, on its own colour",
    "color-contrast/elmPartiallyObscured": "a line that runs on below the edge of its box",
    "color-contrast/pseudoContent": "the mark of a step is drawn before its words",
    "color-contrast/shortTextContent": "the one letter of a badge",
}
# The one cookie that a public page may read: which mode was chosen.
VIEW = frozenset({"view"})


def by_link(address: str, pattern: str) -> Callable[[Site], str]:
    """The first address on the page at `address` that fits `pattern`."""

    def find(site: Site) -> str:
        found = re.search(f'href="({pattern})"', site.read(address))
        assert found, f"no link like {pattern} on {address}"
        return found[1]

    return find


# One example, at least, for every public page whose address has an argument.
EXAMPLES: dict[str, tuple[Callable[[Site], str], ...]] = {}
# Further states of pages: found and not found, a code with a mistake, no such page.
STATES: tuple[str, ...] = ("/no-such-page",)


def is_page(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    return "GET" in rule.methods and access.mark_of(view) == "public" and rule.endpoint != "static"


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    app = make_app("sqlite://")
    return [rule for rule in app.url_map.iter_rules() if is_page(app, rule)]


@pytest.fixture(scope="module")
def addresses(rules: list[Rule], site: Site) -> list[str]:
    """The Chinese address of every public HTML page, as the URL map has them."""
    found = [rule.rule for rule in rules if not rule.arguments]
    found += [find(site) for rule in rules for find in EXAMPLES.get(rule.endpoint, ())]
    return [address for address in [*found, *STATES] if is_html(site, address)]


def is_html(site: Site, address: str) -> bool:
    return site.mimetype(address) == "text/html"


def test_every_page_with_an_argument_has_an_example(rules: list[Rule]) -> None:
    without = {rule.endpoint for rule in rules if rule.arguments} - set(EXAMPLES)
    assert without == set()


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("language", PREFIXES)
def test_pages_are_sound_in_a_real_browser(
    chromium: Chromium, site: Site, addresses: list[str], language: str, mode: str, width: int
) -> None:
    context = visitor(chromium, site, mode=mode, width=width)
    page = context.new_page()
    told = [
        f"{address}: {sentence}"
        for address in addresses
        for sentence in faults(page, PREFIXES[language] + address)
    ]
    context.close()
    assert told == [], "\n" + "\n".join(told)


def visitor(
    chromium: Chromium, site: Site, *, mode: str, width: int, scripts: bool = True
) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        base_url=site.url,
        java_script_enabled=scripts,
    )
    if mode == "elder":
        context.add_cookies([{"name": "view", "value": "elder", "url": site.url}])
    return context


def faults(page: Page, address: str) -> Iterator[str]:
    with checkers.watched(page) as told:
        page.goto(address)
        yield from checkers.sideways(page)
        yield from checkers.unseen_focus(page)
        yield from checkers.axe(page, UNDECIDED)
        yield from checkers.codesniffer(page)
    yield from told
    yield from checkers.cookies(page.context, VIEW)


@pytest.mark.parametrize("language", PREFIXES)
def test_pages_say_the_same_without_scripts(
    chromium: Chromium, site: Site, addresses: list[str], language: str
) -> None:
    pages = [
        visitor(chromium, site, mode="standard", width=320, scripts=scripts).new_page()
        for scripts in (True, False)
    ]
    told = []
    for address in addresses:
        with_scripts, without = (main_text(page, PREFIXES[language] + address) for page in pages)
        assert without, f"{address} shows nothing without scripts"
        if with_scripts != without:
            told.append(f"{address}: {with_scripts!r} is {without!r} without scripts")
    for page in pages:
        page.context.close()
    assert told == []


def main_text(page: Page, address: str) -> str:
    page.goto(address)
    return " ".join(page.inner_text("main").split())


def test_reading_sets_no_cookie(chromium: Chromium, site: Site, addresses: list[str]) -> None:
    context = visitor(chromium, site, mode="standard", width=1280)
    page = context.new_page()
    for address in addresses:
        page.goto(address)
    assert checkers.cookies(context) == []
    context.close()


def test_the_nu_checker_finds_nothing(site: Site, addresses: list[str], tmp_path: Path) -> None:
    files = sorted((ROOT / "static").rglob("*.css"))
    for number, address in enumerate(addresses):
        for language, prefix in PREFIXES.items():
            for mode in ("standard", "elder"):
                file = tmp_path / f"{number}-{language}-{mode}.html"
                file.write_text(site.read(prefix + address, cookie=f"view={mode}"))
                files.append(file)
    assert checkers.nu(*files) == [], addresses
