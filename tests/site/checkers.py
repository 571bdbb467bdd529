"""The outside checkers: axe-core, HTML_CodeSniffer, the Nu checker and Chromium itself."""

import json
import subprocess
from collections.abc import Container, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
CODESNIFFER = NODE_MODULES / "html_codesniffer" / "build" / "HTMLCS.js"
NU = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"

RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {
    runOnly: tags, resultTypes: ["violations", "incomplete"],
  });
  const told = [];
  for (const kind of ["violations", "incomplete"])
    for (const rule of found[kind])
      for (const node of rule.nodes)
        told.push([
          kind, [rule.id, node.any[0]?.data?.messageKey].filter(Boolean).join("/"),
          `${node.target.join(" ")}: ${node.failureSummary}`,
        ]);
  return told;
}"""
RUN_CODESNIFFER = """() => new Promise((done) => {
  HTMLCS.process("WCAG2AA", document, () => done(
    HTMLCS.getMessages().filter((message) => message.type === HTMLCS.ERROR).map((message) =>
      `HTML_CodeSniffer: ${message.code}: ${message.msg} ${message.element.outerHTML || ""}`
        .slice(0, 400))));
})"""
SIDEWAYS = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
    .map((one) => one.tagName.toLowerCase() + (one.className ? "." + one.className : ""));
  return [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(0, 4)}`];
}"""
# Short facts in a row: what begins a further line begins it where the first one does.
RAGGED = """() => [...document.querySelectorAll(".line, .hit-facts")].flatMap((row) => {
  const edge = (one) => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return box.left + parseFloat(style.borderInlineStartWidth)
      + parseFloat(style.paddingInlineStart);
  };
  const [first, ...rest] = [...row.children];
  if (!first) return [];
  let bottom = first.getBoundingClientRect().bottom;
  const told = [];
  for (const one of rest) {
    const box = one.getBoundingClientRect();
    if (box.top >= bottom && Math.abs(edge(one) - edge(first)) > 1)
      told.push(`a further line begins elsewhere: ${one.textContent.trim().slice(0, 40)}`);
    bottom = Math.max(bottom, box.bottom);
  }
  return told;
})"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {
    name: one.outerHTML.slice(0, 120),
    seen: (outlined || style.boxShadow !== "none") && box.width > 0 && box.bottom > 0,
  };
}"""


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _load(page: Page, path: Path, name: str) -> None:
    if page.evaluate(f"typeof {name} === 'undefined'"):
        page.evaluate(_source(path))


def axe(page: Page, undecided: Container[str] = ()) -> list[str]:
    """Violations, and what axe could not decide unless its rule is in `undecided`."""
    _load(page, AXE, "axe")
    return [
        f"axe {kind}: {rule}: {rest}"
        for kind, rule, rest in page.evaluate(RUN_AXE)
        if kind == "violations" or rule not in undecided
    ]


# The headers of a table whose rows are stacked are there for screen readers only.
BROKEN_WORDS = r"""() => {
    const told = new Set()
    for (const header of document.querySelectorAll("h1, h2, h3, th")) {
        const head = header.closest("thead")
        if (head && getComputedStyle(head).position === "absolute") continue
        const walker = document.createTreeWalker(header, NodeFilter.SHOW_TEXT)
        for (let node; (node = walker.nextNode());) {
            for (const found of node.data.matchAll(/[a-z’']{3,}/gi)) {
                const range = document.createRange()
                range.setStart(node, found.index)
                range.setEnd(node, found.index + found[0].length)
                const boxes = [...range.getClientRects()].filter((box) => box.width > 0)
                if (new Set(boxes.map((box) => Math.round(box.top))).size > 1)
                    told.add(`the word ${found[0]} breaks`)
            }
        }
    }
    return [...told]
}"""


def codesniffer(page: Page) -> list[str]:
    _load(page, CODESNIFFER, "HTMLCS")
    return list(page.evaluate(RUN_CODESNIFFER))


def ragged(page: Page) -> list[str]:
    """Rows of short facts whose further lines do not begin where the first does."""
    return list(page.evaluate(RAGGED))


def sideways(page: Page) -> list[str]:
    return list(page.evaluate(SIDEWAYS))


def broken_words(page: Page) -> list[str]:
    """Words of headings and table headers that go on in a second line."""
    return list(page.evaluate(BROKEN_WORDS))


def unseen_focus(page: Page, steps: int = 12) -> list[str]:
    """Walk with the Tab key; whatever takes the focus must show it."""
    told = []
    for _step in range(steps):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        if not focused["seen"]:
            told.append(f"the focus is not seen on {focused['name']}")
    return told


def cookies(context: BrowserContext, allowed: frozenset[str] = frozenset()) -> list[str]:
    names = {cookie["name"] for cookie in context.cookies()}
    return [f"sets the cookie {name}" for name in sorted(names - allowed)]


@contextmanager
def watched(page: Page) -> Iterator[list[str]]:
    """Collects what goes wrong while a page works: script errors, failed and foreign requests."""
    told: list[str] = []

    def foreign(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in {None, "127.0.0.1", "localhost"}:
            told.append(f"asks a third party: {request.url}")

    def console(message) -> None:
        # The answer of the page itself may be an error page; the checks look at that one too.
        if message.type in {"error", "warning"} and page.url not in message.location["url"]:
            told.append(f"console {message.type}: {message.text}")

    def failure(error) -> None:
        told.append(f"script error: {error}")

    listeners = {"request": foreign, "console": console, "pageerror": failure}
    for event, listener in listeners.items():
        page.on(event, listener)
    yield told
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def nu(*paths: Path) -> list[str]:
    """Errors and warnings of the Nu checker in HTML and CSS files, in one run of Java."""
    # Without the larger stack it can stop before it checked anything and look content.
    ran = subprocess.run(
        [
            *("java", "-Xss1m", "-jar", str(NU), "--format", "json"),
            *("--also-check-css", *map(str, paths)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(ran.stderr)["messages"] if ran.stderr.startswith("{") else []
    has_errors = any(message["type"] != "info" for message in messages)
    if ran.returncode != int(has_errors):
        return [f"the Nu checker did not run ({ran.returncode}): {ran.stderr[-2000:]}"]
    return [
        f"{Path(urlsplit(message.get('url', '')).path).name}:{message.get('lastLine')}: "
        f"{message['message']} … {message.get('extract', '')!r}"
        for message in messages
        if message["type"] != "info" or message.get("subType") == "warning"
    ]
