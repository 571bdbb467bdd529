"""Answers fit their schemas and say what the pages say; crawlers find their files."""

import json
from datetime import date, timedelta
from typing import Any

from flask import Flask
from lxml import etree

from portal.opendata import service
from portal.opendata.service.describing import PATHS
from portal.opendata.service.files import make_files
from portal.web import filters
from tests.browser import Browser, Page
from tests.commitments.conftest import make_shop
from tests.conftest import Clock, let_go, make_app
from tests.databases import Server
from tests.factories import make_listed, make_record, make_subject
from tests.opendata.schema import faults

ATOM = "{http://www.w3.org/2005/Atom}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def answer(browser: Browser, address: str, status: int = 200) -> Any:
    return json.loads(browser.get(address, status=status).source)


def test_every_answer_is_as_its_schema_says(browser: Browser, clock: Clock) -> None:
    shop = make_listed()
    make_record(shop)
    make_files()
    promised = make_shop().sign()
    clock.move(minutes=11)
    fill = {"{code}": shop.code, "{slug}": "beef-soup", "{number}": str(promised.number),
            "{body}": "tax"}  # fmt: skip
    schemas = service.schemas()
    for path, name, _summary, asked in PATHS:
        address = "/api/v1" + path
        for name_, value in fill.items():
            address = address.replace(name_, value)
        address += "?q=牛肉汤" if "q" in asked else ""
        told = answer(browser, address)
        assert faults(told, schemas[name], schemas) == [], address
        assert answer(browser, f"/api/v1/schemas/{name}.json")["$ref"].endswith(name)


def test_the_openapi_document_names_every_address(browser: Browser, app: Flask) -> None:
    told = answer(browser, "/api/v1/openapi.json")
    assert told["openapi"] == "3.1.0"
    served = {
        rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    itself = {"/", "/openapi.json", "/schemas/{name}.json"}
    assert served - itself == set(told["paths"])
    assert answer(browser, "/api/v1/")["paths"] == list(told["paths"])


def test_what_is_not_there_is_told_as_a_problem(browser: Browser) -> None:
    shop = make_subject()
    for address, status in {
        "/api/v1/subjects/91340499MA000000XX": 404,
        "/api/v1/scenarios/none": 404,
        "/api/v1/schemas/none.json": 404,
        f"/api/v1/subjects/{shop.code}/records?after=x": 400,
        f"/api/v1/subjects/{shop.code}/records?kind=x": 400,
        "/api/v1/changes?after=x": 400,
        "/api/v1/changes?since=tomorrow": 400,
        "/api/v1/changes?since=2020-01-01": 400,
        "/api/v1/commitments/34040020000101000001": 404,
        "/api/v1/commitments?kind=x": 400,
        "/api/v1/commitments?state=x": 400,
        "/api/v1/commitments?after=x": 400,
        "/api/v1/subjects/91340499MA000000XX/commitments": 404,
        "/api/v1/government/none": 404,
    }.items():
        page = browser.get(address, status=status)
        assert page.response.mimetype == "application/problem+json"
        assert faults(json.loads(page.source), service.schemas()["problem"], {}) == []


def test_a_whole_code_finds_its_subject(browser: Browser) -> None:
    shop = make_subject()
    assert [hit["code"] for hit in answer(browser, f"/api/v1/search?q={shop.code}")["hits"]] == [
        shop.code
    ]


def test_who_asks_too_often_is_told_of_the_files(server: Server, migrated: str) -> None:
    app = make_app(server.new(like=migrated), is_testing=False)
    app.config["OPEN_DATA_LIMIT"] = "1 per minute"
    client = app.test_client()
    assert client.get("/api/v1/scenarios").status_code == 200
    refused = client.get("/api/v1/scenarios")
    let_go(app)
    assert refused.status_code == 429
    assert "/data/" in refused.get_json(force=True)["detail"]
    assert refused.headers["Link"] == '</data/>; rel="alternate"'


def test_an_answer_is_known_again_by_its_etag(own_app: Flask) -> None:
    shop = make_subject()
    client = own_app.test_client()
    address = f"/api/v1/subjects/{shop.code}"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_a_file_is_downloaded_with_its_checksum_as_etag(browser: Browser) -> None:
    make_subject()
    make_files()
    file = answer(browser, "/api/v1/files")["files"][0]
    page = browser.get(f"/data/{file['name']}")
    assert page.response.headers["ETag"] == f'"{file["sha256"]}"'
    assert "20261120-subjects-1.csv" in page.response.headers["Content-Disposition"]
    browser.get(
        f"/data/{file['name']}", status=304, headers={"If-None-Match": f'"{file["sha256"]}"'}
    )
    browser.get("/data/nothing.csv", status=404)


def test_the_page_of_the_data_lists_the_files(browser: Browser) -> None:
    assert "每日文件还没有生成" in browser.get("/data/").main
    make_subject()
    make_files()
    for address in ("/data/", "/en/data/"):
        page = browser.get(address)
        assert "subjects-1.csv" in page.main
        assert service.current()[0].sha256 in page.main


def test_the_feed_has_entries_and_tombstones(browser: Browser, clock: Clock) -> None:
    shop = make_subject()
    kept = make_record(shop)
    gone = make_record(shop, decided_on=date(2025, 11, 19), title="不再公示的决定")
    clock.move(days=1)
    page = browser.get("/feed.atom")
    tree = etree.fromstring(page.response.get_data())
    entries = [each.findtext(f"{ATOM}id") for each in tree.iter(f"{ATOM}entry")]
    refs = [each.get("ref") for each in tree.iter(GONE)]
    assert [each.rpartition("/")[2] for each in entries] == [str(kept.id)]
    assert [each.rpartition("/")[2] for each in refs] == [str(gone.id)]
    assert "不再公示" not in page.source


def test_crawlers_find_their_files(browser: Browser) -> None:
    shop = make_subject()
    assert "sitemap-subjects-1.xml" in browser.get("/sitemap.xml").source
    number = 1
    while shop.code not in browser.get(f"/sitemap-subjects-{number}.xml").source:
        number += 1
    browser.get("/sitemap-subjects-900.xml", status=404)
    assert "Sitemap:" in browser.get("/robots.txt").source
    security = browser.get("/.well-known/security.txt").source
    assert "Contact: http" in security
    assert "Expires: 2027-05-19T" in security
    for address in service.pages_of_map():
        browser.get(address)


def shown_record(told: dict[str, Any], page: Page) -> None:
    """Every field of a record stands on the page, written as the page writes it."""
    words = page.main
    for name in ("title", "summary", "number", "authority"):
        assert told[name] in words, name
    assert (told["source_unit"] or told["authority"]) in words
    for label, value in told["details"]:
        assert label in words
        assert value in words
    for name in ("decided_on", "public_until", "earliest_repair_on", "valid_until"):
        day = date.fromisoformat(told[name]) if told[name] else None
        is_shown = name in {"decided_on", "valid_until"} or told["kind"] == "penalty"
        if day and is_shown:
            assert filters.term_end(day) in words, name
    assert ("有异议" in words) or not told["disputed"]


def test_the_answer_and_the_page_say_the_same(browser: Browser, clock: Clock) -> None:
    for number in range(8):
        shop = make_listed(make_subject(f"虚构县比对{number}号牛肉汤馆", scope=f"汤{number}"))
        for age in range(number):
            make_record(
                shop, decided_on=date(2026, 9, 1) - timedelta(days=40 * age),
                title=f"第{age}件", kind="penalty" if age % 2 else "inspection",
                record_class="general" if age % 2 else None,
            )  # fmt: skip
        told = answer(browser, f"/api/v1/subjects/{shop.code}")
        page = browser.get(f"/subjects/{shop.code}")
        for name in ("name", "address", "scope", "source_unit"):
            assert told[name] in page.text, name
        assert told["code"] in page.source
        page = browser.get(f"/subjects/{shop.code}/records")
        found = answer(browser, f"/api/v1/subjects/{shop.code}/records")
        for record in found["records"]:
            shown_record(record, page)
        cards = page.all("//div[contains(@class, 'records')]/*")
        assert len(cards) == len(found["records"]) == found["total"]
        (grade,) = answer(browser, f"/api/v1/subjects/{shop.code}/grades")["grades"]
        why = json.loads(browser.get(f"/subjects/{shop.code}/why/beef-soup.json").source)
        assert (grade["grade"], grade["points"]) == (why["grade"], why["points"])
        entries = answer(browser, "/api/v1/scenarios/beef-soup")["entries"]
        (entry,) = [each for each in entries if each["code"] == shop.code]
        assert entry["grade"] == grade["grade"]
