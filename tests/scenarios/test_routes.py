"""The pages of the scenarios, as a visitor reads them in both languages."""

import csv
import io
import json

import pytest

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

LANGUAGES = pytest.mark.parametrize("prefix", ["", "/en"])


@LANGUAGES
def test_all_fifteen_scenarios_have_a_page_with_their_rule_or_their_reason(
    browser: Browser, prefix: str
) -> None:
    index = browser.get(f"{prefix}/scenarios/")
    for slug, rule in rulebook.load().items():
        assert f"{prefix}/scenarios/{slug}" in index.links().values()
        page = browser.get(f"{prefix}/scenarios/{slug}")
        language = "en" if prefix else "zh"
        assert page.heading == getattr(rule, language)
        for name in ("notice", "purpose", "listed", "used", "not"):
            assert getattr(rule, f"{name}_{language}") in page.main
        assert getattr(rule, f"unrated_{language}") in page.main


@LANGUAGES
def test_a_list_shows_badges_with_name_and_date_and_leads_to_the_reason(
    browser: Browser, prefix: str
) -> None:
    shop = make_listed(make_subject("虚构县甲牛肉汤馆", signs=("老甲汤馆",)))
    page = browser.get(f"{prefix}/scenarios/beef-soup")
    label = page.one("//ol//*[@role='img']").get("aria-label")
    assert ("优" in label) or ("Excellent" in label)
    assert ("牛肉汤产业信用评价" in label) or ("Beef soup credit" in label)
    assert page.one("//ol//time").get("datetime") == TODAY.isoformat()
    assert "老甲汤馆" in page.main
    assert f"{prefix}/subjects/{shop.code}/why/beef-soup" in page.links("//ol//a").values()


def test_a_list_is_filtered_by_plain_addresses(browser: Browser) -> None:
    good = make_listed(make_subject("虚构县甲牛肉汤馆"))
    bad = make_listed(make_subject("虚构县乙牛肉汤馆"), sampling="failed")
    page = browser.get("/scenarios/beef-soup")
    fair = browser.submit(page, form="//details[@class='filters']/form", grade="fair")
    assert bad.name in fair.main
    assert good.name not in fair.main
    assert "共1家" in fair.main
    assert "没有符合条件的单位" in browser.get("/scenarios/beef-soup?district=340421").main


def test_every_grade_has_its_count_with_the_same_weight(browser: Browser) -> None:
    make_listed()
    page = browser.get("/scenarios/beef-soup")
    assert list(page.links("//nav[@class='kinds']//a")) == [
        "全部", "优 1", "良 0", "中 0", "差 0", "未评 0", "暂停 0",
    ]  # fmt: skip


def test_the_list_can_be_taken_away_exactly_as_filtered(browser: Browser) -> None:
    make_listed(make_subject("=甲牛肉汤馆"))
    make_listed(make_subject("乙牛肉汤馆"), sampling="failed")
    page = browser.get("/scenarios/beef-soup?grade=excellent")
    addresses = [one for one in page.links().values() if "beef-soup." in one]
    table, data = (browser.get(address) for address in addresses)
    heading, row, licence = csv.reader(io.StringIO(table.source.removeprefix("\ufeff")))
    assert (heading[1], row[1], row[5], row[10]) == (
        "名称",
        "'=甲牛肉汤馆",
        "优",
        TODAY.isoformat(),
    )
    assert "可以自由使用" in licence[0]
    told = json.loads(data.source)
    assert (told["total"], told["rule_version"], told["date"]) == (1, "2026-1", TODAY.isoformat())
    assert [entry["grade"] for entry in told["entries"]] == ["excellent"]


def test_a_list_without_a_rule_exports_no_grade(browser: Browser) -> None:
    shop = make_subject()
    service.store([service.Listed(shop.code, "export", TODAY)], actor="test")
    told = json.loads(browser.get("/scenarios/export.json").source)
    assert [entry["grade"] for entry in told["entries"]] == [None]
    assert "不评级" in browser.get("/scenarios/export.csv").source
    page = browser.get(f"/subjects/{shop.code}/why/export")
    assert "只属于企业本身" in page.main
    browser.get(f"/badges/{shop.code}/export.svg", status=404)
    assert "出口信用事实" in browser.get(f"/subjects/{shop.code}").main


@LANGUAGES
def test_a_grade_explains_itself(browser: Browser, prefix: str) -> None:
    shop = make_listed(quantified="b", commitment="broken")
    make_record(shop)
    page = browser.get(f"{prefix}/subjects/{shop.code}/why/beef-soup")
    rows = page.all("//table[1]/tbody/tr")[:9]
    points = [[int(cell.xpath("string()")) for cell in row.xpath("./td")[:2]] for row in rows]
    full, got = (sum(each) for each in zip(*points, strict=True))
    assert full == 100
    assert str(got) in page.words("//p/b")
    links = page.links().values()
    assert f"{prefix}/subjects/{shop.code}/records?kind=penalty" in links
    assert any("/objections/new?grade=" in link for link in page.links().values())
    assert ("怎样能到上一级" in page.main) or ("The way to the next grade" in page.main)


def test_a_suspended_grade_names_its_reason_and_what_to_do(browser: Browser) -> None:
    shop = make_listed(inspection="failed")
    page = browser.get(f"/subjects/{shop.code}/why/beef-soup")
    assert "评级暂停" in page.words("//*[contains(@class, 'notice')]")
    assert "复查" in page.words("//*[contains(@class, 'notice')]")


def test_a_shop_without_facts_is_told_what_is_missing(browser: Browser, clock: Clock) -> None:
    shop = make_subject()
    service.store([service.Listed(shop.code, "beef-soup", TODAY)], actor="test")
    page = browser.get(f"/subjects/{shop.code}/why/beef-soup")
    assert "没有评级不说明好坏" in page.main
    late = make_listed()
    clock.move(days=400)
    assert "资料已经过期" in browser.get(f"/subjects/{late.code}/why/beef-soup").main


def test_a_change_of_grade_stands_in_its_history(browser: Browser, clock: Clock) -> None:
    shop = make_listed()
    clock.move(days=2)
    make_facts(shop, inspection="failed")
    page = browser.get(f"/subjects/{shop.code}/why/beef-soup")
    assert "2026年11月22日 由“优”变为“暂停”" in page.main


@LANGUAGES
def test_badge_page_list_scan_and_subject_say_the_same(browser: Browser, prefix: str) -> None:
    shop = make_listed(sampling="failed")
    addresses = (
        "/scenarios/beef-soup",
        f"/subjects/{shop.code}",
        f"/subjects/{shop.code}/why/beef-soup",
        f"/q/{make_door_code(shop)}",
    )
    labels = {
        browser.get(prefix + address).all("//main//*[@role='img']")[0].get("aria-label")
        for address in addresses
    }
    assert len(labels) == 1
    drawing = browser.get(f"{prefix}/badges/{shop.code}/beef-soup.svg")
    assert drawing.response.mimetype == "image/svg+xml"
    assert drawing.response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "<script" not in drawing.source
    assert ("2026年11月20日" in drawing.source) or (
        "20\N{NO-BREAK SPACE}November 2026" in drawing.source
    )


def test_what_is_in_no_list_answers_404(browser: Browser) -> None:
    shop = make_subject()
    for address in (
        "/scenarios/coffee",
        "/scenarios/coffee.csv",
        f"/subjects/{shop.code}/why/beef-soup",
        f"/badges/{shop.code}/beef-soup.svg",
    ):
        browser.get(address, status=404)
