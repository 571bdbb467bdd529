"""A browser over Flask's test client that inspects every page it is given."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin

from flask import Flask
from lxml import etree
from werkzeug.test import TestResponse

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.core import db
from portal.web.access import SESSION_KEY
from tests import inspection

SKIPPED_INPUTS = {"submit", "button", "reset", "image", "file"}


class BadPage(AssertionError):
    """A page that breaks a rule of `tests.inspection`."""


@dataclass(frozen=True)
class Page:
    """One answer; `tree` is there when it was HTML."""

    address: str
    response: TestResponse
    tree: etree._Element | None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def source(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        """What a reader sees of the whole page."""
        return self.words("//body")

    @property
    def main(self) -> str:
        """What a reader sees of the page's own part, without header and footer."""
        return self.words("//main")

    @property
    def heading(self) -> str:
        return self.words("//h1")

    @property
    def title(self) -> str:
        return self.words("/html/head/title")

    def all(self, xpath: str) -> list[etree._Element]:
        assert self.tree is not None, f"{self.address} is not HTML"
        return list(self.tree.xpath(xpath))

    def one(self, xpath: str) -> etree._Element:
        found = self.all(xpath)
        assert len(found) == 1, f"{len(found)} × {xpath} on {self.address}"
        return found[0]

    def words(self, xpath: str) -> str:
        """The text of every element that `xpath` finds, white space collapsed."""
        return " ".join(filter(None, map(inspection.words, self.all(xpath))))

    def links(self, xpath: str = "//a") -> dict[str, str]:
        """Words of each link and where it leads, as an absolute path."""
        return {
            inspection.words(link): urljoin(self.address, link.get("href"))
            for link in self.all(f"{xpath}[@href]")
        }


class Browser:
    """Follows links and sends forms as a person does; refuses any page with a fault."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def get(self, address: str, *, status: int = 200, **options: Any) -> Page:
        return self.open("GET", address, status=status, **options)

    def post(self, address: str, data: Any = None, *, status: int = 303, **options: Any) -> Page:
        return self.open("POST", address, status=status, data=data, **options)

    def fragment(self, address: str, *, status: int = 200) -> Page:
        """What htmx receives for `address`."""
        return self.get(address, status=status, headers={"HX-Request": "true"})

    def open(self, method: str, address: str, *, status: int, **options: Any) -> Page:
        # What the test arranged must outlive the request, which ends by rolling back.
        db.session.commit()
        response = self.client.open(address, method=method, **options)
        page = self._page(address, response)
        assert page.status == status, (
            f"{method} {address} answered {page.status}: {page.source[:2000]}"
        )
        return page

    def submit(
        self, page: Page, *, form: str = "//main//form", status: int = 303, **answers: Any
    ) -> Page:
        """Fill in the form that `form` finds with `answers`, keep its other values, send it."""
        element = page.one(form)
        action = urljoin(page.address, element.get("action") or page.address)
        values = form_values(element)
        unknown = set(answers) - set(element.xpath(".//@name"))
        assert not unknown, f"the form has no {sorted(unknown)}"
        values.update(answers)
        if (element.get("method") or "get").lower() == "get":
            return self.get(action, status=200 if status == 303 else status, query_string=values)
        return self.post(action, values, status=status)

    def follow(self, page: Page) -> Page:
        """The page that a redirect leads to."""
        return self.get(urljoin(page.address, page.response.headers["Location"]))

    def sign_in(self, account: Account) -> Self:
        """Be signed in as `account`, as after a sign-in with its second factor; returns itself."""
        with self.app.app_context():
            token = accounts.begin_session(account, user_agent="Chrome Windows")
            db.session.commit()
        with self.client.session_transaction() as kept:
            kept.clear()
            kept[SESSION_KEY] = token
        return self

    def signed_out(self) -> Self:
        """Another visitor's browser on the same portal."""
        return type(self)(self.app)

    def _page(self, address: str, response: TestResponse) -> Page:
        if response.mimetype != "text/html" or 300 <= response.status_code < 400:
            return Page(address, response, None)
        source = response.get_data(as_text=True)
        is_fragment = response.request.headers.get("HX-Request") == "true"
        if is_fragment and "<html" not in source:
            source = f"<!doctype html><html><body>{source}</body></html>"
            sheet = inspection.parse(source)
            problems = inspection.inspect_fragment(sheet)
        else:
            sheet = inspection.parse(
                source,
                headers=dict(response.headers),
                language="en" if address == "/en" or address.startswith("/en/") else "zh",
                anonymous=self.client.get_cookie("session") is None,
            )
            problems = inspection.inspect(sheet)
        if problems:
            raise BadPage(f"{address}\n  " + "\n  ".join(problems))
        return Page(address, response, sheet.tree)


def form_values(form: etree._Element) -> dict[str, Any]:
    """What a browser would send of a form that nobody touched."""
    values: dict[str, Any] = {}
    for field in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        if field.tag == "input" and not _is_sent(field):
            continue
        if field.tag == "input" and field.get("type") == "checkbox":
            values.setdefault(field.get("name"), []).append(field.get("value", "on"))
        elif field.tag == "input":
            values[field.get("name")] = field.get("value", "")
        elif field.tag == "textarea":
            values[field.get("name")] = field.text or ""
        else:
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")[:1]
            values[field.get("name")] = chosen[0].get("value", "") if chosen else ""
    return values


def _is_sent(field: etree._Element) -> bool:
    kind = field.get("type", "text")
    if kind in {"radio", "checkbox"}:
        return field.get("checked") is not None
    return kind not in SKIPPED_INPUTS
