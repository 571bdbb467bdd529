"""Whoever has the published rule and facts comes to the same grade; every surface shows it."""

import json
import random
from datetime import timedelta
from pathlib import Path
from subprocess import run

import pytest
from flask import Flask

from portal.core import db
from portal.records import service as records
from portal.scenarios import rulebook, service
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import (
    TODAY,
    make_door_code,
    make_facts,
    make_listed,
    make_record,
    make_subject,
)
from tests.scenarios import recomputing

RATED = [slug for slug, rule in rulebook.load().items() if rule.is_rated]


@pytest.mark.parametrize("slug", RATED)
def test_anyone_computes_the_same_grade_from_the_published_json(
    browser: Browser, clock: Clock, slug: str
) -> None:
    choose = random.Random(slug)
    rule = json.loads(browser.get(f"/scenarios/{slug}/rule.json").source)
    shops = [make_subject() for _place in range(6)]
    rows = []
    for shop in shops:
        for fact in rulebook.load()[slug].facts:
            value = choose.choice([*fact.values, *fact.examples])
            from_on = TODAY - timedelta(choose.choice([10, 200, 390]))
            until_on = choose.choice([None, None, from_on + timedelta(365)])
            if choose.random() < 0.9:
                rows.append(service.FactRow(shop.code, slug, fact.key, value, from_on, until_on))
    service.store([service.Listed(shop.code, slug, TODAY) for shop in shops], rows, actor="test")
    for shop in shops[::2]:
        make_record(shop, record_class=choose.choice(["general", "serious"]))
    seen = set()
    for days in (0, 40, 400):
        clock.set(TODAY + timedelta(days))
        for shop in shops:
            told = json.loads(browser.get(f"/subjects/{shop.code}/why/{slug}.json").source)
            expected = recomputing.grade(rule, told)
            assert (told["grade"], told["points"], told["lines"]) == expected
            seen.add(told["grade"])
    assert len(seen) >= 2


def test_facts_that_no_rule_rests_on_are_not_in_the_json(browser: Browser) -> None:
    shop = make_listed(kitchen="open")
    told = json.loads(browser.get(f"/subjects/{shop.code}/why/beef-soup.json").source)
    assert "kitchen" not in {fact["key"] for fact in told["facts"]}
    service.store([service.Listed(shop.code, "export", TODAY)], actor="test")
    told = json.loads(browser.get(f"/subjects/{shop.code}/why/export.json").source)
    assert (told["grade"], told["lines"]) == (None, {})
    assert "indicators" in json.loads(browser.get("/scenarios/export/rule.json").source)


REPLY = "排水沟已经重做，等待复查；投诉过的顾客都已联系，退款和道歉都做了，欢迎随时到后厨看一看，也欢迎街坊监督我们，谢谢大家的支持。"


def surfaces(browser: Browser, code: str, door: str) -> dict[str, str]:
    """The words of the badge on every surface that is text."""
    pages = {
        "list": f"/scenarios/beef-soup?q={code}",
        "search": f"/search?scenario=beef-soup&q={code}",
        "subject": f"/subjects/{code}",
        "why": f"/subjects/{code}/why/beef-soup",
        "file": f"/subjects/{code}/file/beef-soup",
        "scan": f"/q/{door}",
    }
    found = {
        name: str(browser.get(address).all("//main//*[@role='img']")[0].get("aria-label"))
        for name, address in pages.items()
    }
    drawing = browser.get(f"/badges/{code}/beef-soup.svg").source
    found["embed"] = drawing.partition('aria-label="')[2].partition('"')[0]
    return found


@pytest.mark.limit(20)
def test_every_surface_says_the_same_at_the_same_moment(browser: Browser, clock: Clock) -> None:
    shop = make_listed(make_subject(signs=("老甲汤馆",)))
    door = make_door_code(shop)
    record = None
    for turn in ("excellent", "penalty", "disputed", "serious", "cured", "failed", "back"):
        if turn == "penalty":
            record = make_record(shop, record_class="general")
        elif turn == "disputed":
            make_record(shop, record_class="general", is_disputed=True)
        elif turn == "serious":
            record = make_record(shop, record_class="serious")
        elif turn == "cured":
            assert record is not None
            records.repair(record.id, on=TODAY, actor="test")
        elif turn == "failed":
            clock.move(days=1)
            make_facts(shop, inspection="failed")
        elif turn == "back":
            clock.move(days=1)
            make_facts(shop, inspection="passed")
        labels = set(surfaces(browser, shop.code, door).values())
        assert len(labels) == 1, (turn, labels)
        is_suspended = "暂停" in labels.pop()
        assert is_suspended == (turn in {"serious", "failed"}), turn


@pytest.mark.limit(30)
def test_what_is_printed_says_the_same(browser: Browser, tmp_path: Path) -> None:
    shop = make_listed()
    door = make_door_code(shop)
    made = service.reply(shop.id, "beef-soup", "已经整改，等待复查。", actor="test")
    service.show_reply(made.id, actor="test")
    for words in ("优", "中"):
        for address in (f"/q/{door}/sheet.pdf", f"/subjects/{shop.code}/file/beef-soup.pdf"):
            printed = text_of(browser.get(address).response.data, tmp_path)
            assert f"{words}牛肉汤产业信用评价" in printed
            assert "2026年11月20日" in printed
            assert ("有异议，正在核实" in printed) == (words == "中")
            assert "主体的说明（未经核实）：已经整改，等待复查。" in printed
        make_facts(shop, sampling="failed")
        make_record(shop, is_disputed=True)


def text_of(file: bytes, folder: Path) -> str:
    """Everything that a PDF of one page says, without blanks."""
    path = folder / "printed.pdf"
    path.write_bytes(file)
    told = run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    text = told.stdout.decode()
    assert text.count("\f") == 1
    return "".join(text.split())


def test_a_reply_stands_beside_the_badge_on_every_surface(browser: Browser) -> None:
    shop = make_listed()
    door = make_door_code(shop)
    made = service.reply(shop.id, "beef-soup", REPLY, actor="test")
    hidden = browser.get(f"/subjects/{shop.code}").main
    assert REPLY not in hidden
    service.show_reply(made.id, actor="test")
    db.session.commit()
    for address in (f"/subjects/{shop.code}", f"/subjects/{shop.code}/why/beef-soup",
                    f"/subjects/{shop.code}/file/beef-soup"):  # fmt: skip
        assert REPLY in browser.get(address).main
    assert "主体有说明" in browser.get("/scenarios/beef-soup").main
    scan = browser.get(f"/q/{door}").main
    assert REPLY[:60] + "…" in scan
    assert REPLY not in scan
    assert REPLY in browser.get(f"/badges/{shop.code}/beef-soup.svg").source
    assert json.loads(browser.get(f"/subjects/{shop.code}/why/beef-soup.json").source)[
        "reply"
    ] == REPLY  # fmt: skip
    listed = json.loads(browser.get("/scenarios/beef-soup.json").source)
    assert listed["entries"][0]["reply"] == REPLY
    assert REPLY in browser.get("/scenarios/beef-soup.csv").source


def test_a_dispute_shows_with_the_next_request(own_app: Flask) -> None:
    browser = Browser(own_app)
    with own_app.app_context():
        shop = make_listed()
        code = shop.code
        make_record(shop)
    assert "有异议" not in browser.get(f"/subjects/{code}").main
    with own_app.app_context():
        make_record(shop, is_disputed=True)
    assert "有异议" in browser.get(f"/subjects/{code}").main
    assert "有异议" in browser.get("/scenarios/beef-soup").main
