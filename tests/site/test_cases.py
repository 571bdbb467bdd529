"""A real Chromium: owners repair and object on a phone, clerks take it up, with and without script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab

from tests.core.test_uploads import a_picture
from tests.site.conftest import Site
from tests.site.test_signed_in import sign_in

PHONE = {"width": 360, "height": 740}
WAYS = [(True, ""), (True, "/en"), (False, ""), (False, "/en")]
PENALTIES = "SELECT id FROM record WHERE number LIKE '虚构城管罚%' ORDER BY id"
LICENCES = """
    SELECT record.id FROM record JOIN subject ON subject_id = subject.id
    WHERE subject.code = '91340499MADEM0046B' AND record.kind = 'licence' ORDER BY record.id LIMIT 4
"""

Enter = Callable[[str, bool], Tab]

pytestmark = pytest.mark.limit(90)


@pytest.fixture(scope="module")
def keys() -> dict[str, object]:
    """Who signed in already: a code of an authenticator serves once."""
    return {}


@pytest.fixture
def enter(chromium: Chromium, site: Site, keys: dict[str, object]) -> Iterator[Enter]:
    """Windows of people: `enter("food", True)` is the owner's phone with script."""
    opened = []

    def window(person: str, script: bool) -> Tab:
        kept = keys.get(person)
        context = chromium.new_context(
            viewport=PHONE, java_script_enabled=script, base_url=site.url,
            storage_state=kept,  # type: ignore[arg-type]
        )  # fmt: skip
        opened.append(context)
        tab = context.new_page()
        if kept is None:
            sign_in(tab, person)
            keys[person] = context.storage_state()
        return tab

    yield window
    for context in opened:
        context.close()


def fits(tab: Tab) -> None:
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], tab.url


# The lines that the heading's last word, a number, stands on.
LINES = """() => {
    const heading = document.querySelector('h1'), place = document.createRange();
    const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    const tops = new Set();
    for (let text; text = texts.nextNode();) {
        const start = text.data.search(/[A-Z]\\d{4}-[0-9A-Z]{6}$/);
        if (start < 0) continue;
        place.setStart(text, start); place.setEnd(text, text.data.length);
        for (const box of place.getClientRects()) tops.add(box.top);
    }
    return tops.size;
}"""


def begin(tab: Tab, address: str) -> None:
    tab.goto(address)
    fits(tab)
    tab.click("main form[action$='/new'] button, main form[action*='/new?'] button")


def add_a_picture(tab: Tab, folder: Path) -> None:
    tab.wait_for_url("**/files")
    picture = folder / "现场.jpg"
    picture.write_bytes(a_picture())
    tab.set_input_files("input[type=file]", str(picture))
    tab.click("form[enctype] button:not([name])")
    tab.wait_for_selector("main :text('现场.jpg')")
    fits(tab)
    tab.click("button[name=onward]")


def promise(tab: Tab) -> str:
    """Check and send; the number of the case."""
    tab.wait_for_url("**/check")
    fits(tab)
    tab.locator("main [name=promised]").check(force=True)
    tab.click("main form:has([name=promised]) button[type=submit]")
    tab.wait_for_selector("main .panel-number")
    return tab.locator("main .panel-number").first.inner_text().replace("-", "")


def take_up(tab: Tab, prefix: str, reference: str) -> None:
    tab.goto(f"{prefix}/desk/cases/{reference}")
    tab.locator("[name=step][value=accept]").check(force=True)
    tab.fill("form[action$='/step'] [name=note]", "已收到，正在核对。")
    tab.click("[name=do][value=take]")
    tab.wait_for_url(f"**{prefix}/desk/?done=*")


@pytest.mark.parametrize(("script", "prefix"), WAYS)
def test_an_owner_objects_and_the_public_page_says_so(
    enter: Enter, site: Site, tmp_path: Path, script: bool, prefix: str
) -> None:
    record = site.values(LICENCES)[WAYS.index((script, prefix))]
    owner = enter("company", script)
    begin(owner, f"{prefix}/objections/new?record={record}")
    owner.locator("[name=fields] >> nth=0").check(force=True)
    owner.locator("[name=ground] >> nth=0").check(force=True)
    owner.fill("[name=claimed]", "虚构许可2026第1号")
    owner.click("main form:has([name=claimed]) button[type=submit]")
    add_a_picture(owner, tmp_path)
    reference = promise(owner)
    take_up(enter("office", script), prefix, reference)
    owner.goto(f"{prefix}/cases/{reference}")
    assert "已收到，正在核对。" in owner.inner_text("main")
    listed = site.answer("/subjects/91340499MADEM0046B/records").text
    assert "有异议" in listed


@pytest.mark.parametrize(("script", "prefix"), [WAYS[0], WAYS[3]])
def test_an_owner_applies_for_repair_and_the_clerk_takes_it_up(
    enter: Enter, site: Site, tmp_path: Path, script: bool, prefix: str
) -> None:
    owner = enter("food", script)
    for record in site.values(PENALTIES):
        owner.goto(f"{prefix}/repair/{record}/new")
        if owner.locator("main form[action$='/new']").count():
            break
    begin(owner, owner.url)
    owner.wait_for_url("**/drafts/**")
    if not owner.url.endswith("/check"):  # what was reported as performed is prepared whole
        add_a_picture(owner, tmp_path)
        owner.wait_for_selector("[name=performed_on]")
        owner.fill("[name=performed_on]", "2026-08-20")
        owner.fill("[name=statement]", "已缴清罚款，店面已整改。")
        owner.click("main form:has([name=performed_on]) button[type=submit]")
    reference = promise(owner)
    again = owner.goto(f"{prefix}/repair/{record}/new")
    assert again
    assert owner.locator(f"main a[href$='/cases/{reference}']").count()
    take_up(enter("streets", script), prefix, reference)
    owner.goto(f"{prefix}/cases/{reference}")
    assert "已收到，正在核对。" in owner.inner_text("main")


@pytest.mark.parametrize(("person", "root"), [("food", "/cases"), ("streets", "/desk/cases")])
def test_the_number_of_a_case_is_not_broken_in_its_heading(
    enter: Enter, site: Site, person: str, root: str
) -> None:
    (reference,) = site.values("SELECT reference FROM cases WHERE kind = 'repair' LIMIT 1")
    tab = enter(person, False)
    for width in (320, 360):
        tab.set_viewport_size({"width": width, "height": 740})
        for prefix in ("", "/en"):
            for view in ("elder", "standard"):
                tab.goto(f"{prefix}{root}/{reference}?view={view}")
                assert tab.evaluate(LINES) == 1, tab.url
                assert tab.evaluate("document.documentElement.scrollWidth") <= width, tab.url
