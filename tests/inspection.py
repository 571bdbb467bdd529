"""What is wrong with a page: pure functions from HTML to sentences, one rule each."""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import html5lib
from html5lib.constants import DataLossWarning
from lxml import etree

CONTROLS = (
    "//input[not(@type='hidden' or @type='submit' or @type='button')] | //select | //textarea"
)
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯]+")
LEFTOVER = re.compile(r"\{\{|\{%|%\(\w+\)[sd]|<built-in|Undefined|\bNone\s*$")
MOBILE = re.compile(r"(?<![\w.-])(?:\+?86[- ]?)?1[3-9]\d{9}(?!\w|\.\d)")
PERSONAL_ID = re.compile(
    r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
REFERENCES = (
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-owns",
    "for",
    "list",
    "form",
)
RESOURCES = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "link": "href",
}
READ = "//body//text()[not(ancestor::script or ancestor::style)]"
# The same with its punctuation, which English pages have only inside a quotation.
CHINESE = re.compile(rf"{HAN.pattern}|[\u3000-\u3003\u3008-\u3011\uff01-\uff60]")
SAID_CHINESE = "ancestor-or-self::*[@lang][1][starts-with(@lang, 'zh')]"
SPOKEN = ("alt", "title", "placeholder", "aria-label", "aria-description", "content")


@dataclass(frozen=True)
class Sheet:
    """One page as it was sent: source, tree, headers and what is known about the visit."""

    source: str
    tree: etree._Element
    faults: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    language: str = "zh"
    anonymous: bool = True


def parse(
    source: str,
    *,
    headers: dict[str, str] | None = None,
    language: str = "zh",
    anonymous: bool = True,
) -> Sheet:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        tree = parser.parse(source).getroot()
    faults = tuple(f"line {at[0]}: {code} {data}" for at, code, data in parser.errors)
    return Sheet(source, tree, faults, headers or {}, language, anonymous)


def words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def inspect(sheet: Sheet) -> list[str]:
    """Every fault of a whole page, as sentences."""
    return [sentence for rule in RULES for sentence in rule(sheet)]


def valid_html(sheet: Sheet) -> Iterator[str]:
    for fault in sheet.faults:
        yield f"not valid HTML5: {fault}"


def one_heading_that_begins_the_title(sheet: Sheet) -> Iterator[str]:
    headings = [words(heading) for heading in sheet.tree.xpath("//h1")]
    titles = [words(title) for title in sheet.tree.xpath("/html/head/title")]
    if len(headings) != 1:
        yield f"{len(headings)} <h1> instead of one"
    elif not headings[0]:
        yield "the <h1> is empty"
    elif len(titles) != 1:
        yield f"{len(titles)} <title> instead of one"
    elif not re.sub("^(错误：|Error: )", "", titles[0]).startswith(headings[0]):
        yield f"the title {titles[0]!r} does not begin with the heading {headings[0]!r}"


def headings_begin_like_sentences(sheet: Sheet) -> Iterator[str]:
    if sheet.language == "en":
        for heading in sheet.tree.xpath("//h1 | //h2 | //h3"):
            if re.match("[a-z]", words(heading)):
                yield f"the heading {words(heading)!r} begins with a small letter"


def one_main_button(sheet: Sheet) -> Iterator[str]:
    """Rule 12 of the copy: a page has one thing to do first; the gallery of components shows more."""
    if GALLERIES & {words(each) for each in sheet.tree.xpath("//h1")}:
        return
    main = [
        words(each)
        for each in sheet.tree.xpath("//main//*[self::a or self::button]")
        if {"button", "button--primary"} <= set((each.get("class") or "").split())
    ]
    if len(main) > 1:
        yield f"{len(main)} main buttons: {main}"


def headings_in_order(sheet: Sheet) -> Iterator[str]:
    level = 1
    for heading in sheet.tree.xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6"):
        found = int(heading.tag[1])
        if found > level + 1:
            yield f"<h{found}> {words(heading)!r} follows <h{level}>"
        level = found


def unique_ids(sheet: Sheet) -> Iterator[str]:
    for name, times in Counter(sheet.tree.xpath("//@id")).items():
        if times > 1:
            yield f"the id {name!r} stands {times} times"


def every_control_has_a_label(sheet: Sheet) -> Iterator[str]:
    labelled = set(sheet.tree.xpath("//label[normalize-space()]/@for"))
    for control in sheet.tree.xpath(CONTROLS):
        named = control.get("aria-label") or control.get("aria-labelledby")
        wrapped = control.xpath("ancestor::label[normalize-space()]")
        if not (named or wrapped or control.get("id") in labelled):
            yield f"no label for <{control.tag} name={control.get('name')!r}>"


def no_group_of_boxes_asks_for_all(sheet: Sheet) -> Iterator[str]:
    boxes = Counter(
        (form_of(box), box.get("name"))
        for box in sheet.tree.xpath("//input[@type='checkbox'][@required]")
    )
    for (_form, name), times in boxes.items():
        if times > 1:
            yield f"a browser asks for all {times} boxes of {name!r} to be ticked"


def form_of(control: etree._Element) -> str:
    return next((form.get("action", "") for form in control.iterancestors("form")), "")


def the_portal_says_what_is_missing(sheet: Sheet) -> Iterator[str]:
    """A browser's own words vanish, stand in its language and stop before our summary is seen."""
    for form in sheet.tree.xpath("//form[.//*[@required] and not(@novalidate)]"):
        yield f"the form to {form.get('action')!r} lets the browser say what is missing"


def every_link_and_button_has_words(sheet: Sheet) -> Iterator[str]:
    for element in sheet.tree.xpath("//a[@href] | //button | //summary"):
        described = element.get("aria-label") or element.get("aria-labelledby")
        drawn = element.xpath(".//img[@alt != ''] | .//svg[@aria-label]")
        if not (words(element) or described or drawn):
            yield f"a <{element.tag}> without words ({element.get('href') or element.get('name')})"


def images_have_alternatives(sheet: Sheet) -> Iterator[str]:
    for image in sheet.tree.xpath("//img[not(@alt)]"):
        yield f"no alt for {image.get('src')}"


def references_point_somewhere(sheet: Sheet) -> Iterator[str]:
    ids = set(sheet.tree.xpath("//@id"))
    for name in REFERENCES:
        for value in sheet.tree.xpath(f"//@{name}"):
            for target in set(value.split()) - ids:
                yield f"{name} points at {target!r}, which is not there"
    for address in sheet.tree.xpath("//a/@href[starts-with(., '#')]"):
        if address[1:] not in ids:
            yield f"a link leads to {address}, which is not there"


def forms_say_where_and_how(sheet: Sheet) -> Iterator[str]:
    for form in sheet.tree.xpath("//form"):
        if not form.get("action"):
            yield "a form without action"
        if form.get("method", "").lower() not in {"get", "post"}:
            yield f"a form without method ({form.get('action')})"


def language_is_said(sheet: Sheet) -> Iterator[str]:
    said = sheet.tree.get("lang") or ""
    if said.split("-")[0] != sheet.language:
        yield f"the page says lang={said!r} and not {sheet.language!r}"


def english_pages_are_english(sheet: Sheet) -> Iterator[str]:
    if sheet.language != "en":
        return
    for text in sheet.tree.xpath(READ):
        holder = text.getparent().getparent() if text.is_tail else text.getparent()
        if CHINESE.search(text) and not holder.xpath(SAID_CHINESE):
            yield f"Chinese on an English page: {text.strip()[:40]!r}"
    # Titles and attributes cannot mark a part as Chinese: there a name that the page itself
    # shows marked as Chinese is allowed.
    marked = sheet.tree.xpath("//*[starts-with(@lang, 'zh')]")
    quoted = {text for element in marked for text in HAN.findall(words(element))}
    for name, text in _loose_texts(sheet):
        if set(HAN.findall(text)) - quoted:
            yield f"Chinese in {name} of an English page: {text[:40]!r}"


def _loose_texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for title in sheet.tree.xpath("/html/head/title"):
        yield "title", words(title)
    for name in SPOKEN:
        for element in sheet.tree.xpath(f"//*[@{name}]"):
            if not element.xpath(SAID_CHINESE):
                yield name, element.get(name)


def policy_allows_what_is_there(sheet: Sheet) -> Iterator[str]:
    policy = next(
        (v for k, v in sheet.headers.items() if k.lower() == "content-security-policy"), ""
    )
    if not policy:
        yield "no Content-Security-Policy"
    if "unsafe-" in policy:
        yield "the Content-Security-Policy allows something unsafe"
    for element in sheet.tree.xpath("//script[not(@src)] | //style"):
        if element.get("type") in {"application/ld+json", "application/json"}:
            continue
        nonce = element.get("nonce")
        if not nonce or f"'nonce-{nonce}'" not in policy:
            yield f"an inline <{element.tag}> that the policy refuses"


def nothing_inline(sheet: Sheet) -> Iterator[str]:
    for element in sheet.tree.iter(etree.Element):
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style" or value.strip().startswith("javascript:"):
                yield f"inline {name} on <{element.tag}>"
            if name.startswith("hx-"):
                yield f"{name} is not valid HTML; write data-{name}"
            if name == "tabindex" and value not in {"0", "-1"}:
                yield f"tabindex {value} on <{element.tag}>"


def nothing_from_third_parties(sheet: Sheet) -> Iterator[str]:
    for tag, name in RESOURCES.items():
        for element in sheet.tree.xpath(f"//{tag}[@{name}]"):
            if tag == "link" and element.get("rel") in {
                "canonical",
                "alternate",
                "license",
                "help",
            }:
                continue
            if urlsplit(element.get(name)).netloc:
                yield f"<{tag}> loads {element.get(name)} from elsewhere"
    for value in sheet.tree.xpath("//@srcset"):
        if "//" in value:
            yield f"srcset loads {value} from elsewhere"


def nothing_personal(sheet: Sheet) -> Iterator[str]:
    if not sheet.anonymous:
        return
    for found in PERSONAL_ID.findall(sheet.source):
        yield f"a personal ID number on an anonymous page: {found[:6]}…"
    for found in MOBILE.findall(sheet.source):
        yield f"a mobile number on an anonymous page: {found[:3]}…"


def nothing_left_over(sheet: Sheet) -> Iterator[str]:
    for text in sheet.tree.xpath(READ):
        if LEFTOVER.search(text):
            yield f"left over from the template: {text.strip()[:60]!r}"


GALLERIES = {"页面组件", "Page components"}

RULES = (
    valid_html,
    one_heading_that_begins_the_title,
    headings_begin_like_sentences,
    one_main_button,
    headings_in_order,
    unique_ids,
    every_control_has_a_label,
    no_group_of_boxes_asks_for_all,
    the_portal_says_what_is_missing,
    every_link_and_button_has_words,
    images_have_alternatives,
    references_point_somewhere,
    forms_say_where_and_how,
    language_is_said,
    english_pages_are_english,
    policy_allows_what_is_there,
    nothing_inline,
    nothing_from_third_parties,
    nothing_personal,
    nothing_left_over,
)

FRAGMENT_RULES = (
    valid_html,
    unique_ids,
    every_control_has_a_label,
    no_group_of_boxes_asks_for_all,
    the_portal_says_what_is_missing,
    every_link_and_button_has_words,
    images_have_alternatives,
    forms_say_where_and_how,
    nothing_inline,
    nothing_from_third_parties,
    nothing_personal,
    nothing_left_over,
)


def inspect_fragment(sheet: Sheet) -> list[str]:
    """Every fault of a part that htmx puts into a page."""
    return [sentence for rule in FRAGMENT_RULES for sentence in rule(sheet)]
