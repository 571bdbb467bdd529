"""Every public page in a real Chromium: languages, modes, widths, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from werkzeug.routing import Rule

from portal.web import access
from tests import inspection
from tests.conftest import make_app
from tests.site import checkers
from tests.site.conftest import ROOT, Site
from tests.site.examples import MISSING, examples, states

PREFIXES = {"zh": "", "en": "/en"}
HEIGHTS = {320: 640, 1280: 900}
# Where rows of a table begin to stack, and where they just do not.
WIDTHS = (320, 360, 768, 800, 1024, 1040)
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


def is_page(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    return "GET" in rule.methods and access.mark_of(view) == "public" and rule.endpoint != "static"


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    app = make_app("sqlite://")
    return [rule for rule in app.url_map.iter_rules() if is_page(app, rule)]


@pytest.fixture(scope="module")
def everything(rules: list[Rule], site: Site) -> list[str]:
    """A Chinese address of everything the URL map offers to the public."""
    plain = [rule.rule for rule in rules if not rule.arguments]
    found = examples(site)
    endpoints = dict.fromkeys(rule.endpoint for rule in rules if rule.arguments)
    return plain + [address for endpoint in endpoints for address in found.get(endpoint, ())]


@pytest.fixture(scope="module")
def addresses(everything: list[str], site: Site) -> list[str]:
    """Those that are HTML pages, and further states of some."""
    pages = [one for one in everything if site.answer(one).mimetype == "text/html"]
    return [*pages, *states(site), *MISSING]


def test_every_page_with_an_argument_has_an_example(rules: list[Rule], site: Site) -> None:
    without = {rule.endpoint for rule in rules if rule.arguments} - set(examples(site))
    assert without == set()


@pytest.mark.parametrize("language", PREFIXES)
def test_everything_public_answers(everything: list[str], site: Site, language: str) -> None:
    asked = [*everything, *states(site)]
    told = {address: site.answer(PREFIXES[language] + address).status for address in asked}
    assert {address: status for address, status in told.items() if status != 200} == {}


def test_a_replica_is_asked_only_for_what_the_memory_of_pages_may_keep(
    rules: list[Rule], site: Site
) -> None:
    """A page that is kept nowhere may show what changes without a new data version."""
    views, found, told = make_app("sqlite://").view_functions, examples(site), []
    for rule in rules:
        for address in found.get(rule.endpoint, ()) if rule.arguments else [rule.rule]:
            if "no-store" in site.answer(address).headers.get("Cache-Control", ""):
                told += [] if access.is_at_once(views[rule.endpoint]) else [rule.endpoint]
    assert told == []


@pytest.mark.parametrize("language", PREFIXES)
def test_what_is_missing_says_so(site: Site, language: str) -> None:
    for address in MISSING:
        assert site.answer(PREFIXES[language] + address).status == 404


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("language", PREFIXES)
def test_pages_pass_inspection(site: Site, addresses: list[str], language: str, mode: str) -> None:
    told = []
    for address in addresses:
        answer = site.answer(PREFIXES[language] + address, cookie=f"view={mode}")
        sheet = inspection.parse(answer.text, headers=answer.headers, language=language)
        told += [f"{address}: {problem}" for problem in inspection.inspect(sheet)]
    assert told == [], "\n" + "\n".join(told)


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("language", PREFIXES)
def test_pages_are_sound_in_a_real_browser(
    chromium: Chromium, site: Site, addresses: list[str], language: str, mode: str
) -> None:
    context = visitor(chromium, site, mode=mode)
    page = context.new_page()
    told = [
        f"{address}: {sentence}"
        for address in addresses
        for sentence in faults(page, PREFIXES[language] + address)
    ]
    context.close()
    assert told == [], "\n" + "\n".join(told)


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_no_header_breaks_inside_a_word_and_no_row_is_ragged(
    chromium: Chromium, site: Site, addresses: list[str], mode: str
) -> None:
    context = visitor(chromium, site, mode=mode)
    page, told = context.new_page(), []
    for address in addresses:
        page.goto("/en" + address)
        for width in WIDTHS if page.query_selector("th") else WIDTHS[:2]:
            page.set_viewport_size({"width": width, "height": 800})
            told += [
                f"{address} at {width} px: {sentence}"
                for sentence in (
                    *checkers.broken_words(page),
                    *checkers.sideways(page),
                    *checkers.ragged(page),
                )
            ]
    context.close()
    assert told == [], "\n" + "\n".join(told)


def visitor(
    chromium: Chromium, site: Site, *, mode: str = "standard", scripts: bool = True
) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": 320, "height": HEIGHTS[320]},
        base_url=site.url,
        java_script_enabled=scripts,
    )
    if mode == "elder":
        context.add_cookies([{"name": "view", "value": "elder", "url": site.url}])
    return context


def faults(page: Page, address: str) -> Iterator[str]:
    with checkers.watched(page) as told:
        page.goto(address)
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": height})
            for sentence in (
                *checkers.sideways(page),
                *checkers.unseen_focus(page),
                *checkers.axe(page, UNDECIDED),
                *checkers.codesniffer(page),
            ):
                yield f"at {width} px {sentence}"
    yield from told
    yield from checkers.cookies(page.context, VIEW)


@pytest.mark.parametrize("language", PREFIXES)
def test_pages_say_the_same_without_scripts(
    chromium: Chromium, site: Site, addresses: list[str], language: str
) -> None:
    pages = [visitor(chromium, site, scripts=scripts).new_page() for scripts in (True, False)]
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
    context = visitor(chromium, site)
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
                file.write_text(site.answer(prefix + address, cookie=f"view={mode}").text)
                files.append(file)
    assert checkers.nu(*files) == [], addresses
