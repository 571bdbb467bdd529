"""The file on a shop, an agency or an institution: what is known, since when, from whom."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from portal.core import db
from portal.core.calendar import add_months
from portal.scenarios import rulebook, service
from tests.browser import Browser
from tests.factories import TODAY, make_listed, make_record, make_subject

LANGUAGES = pytest.mark.parametrize("prefix", ["", "/en"])


@LANGUAGES
def test_the_file_of_a_shop_has_every_part_of_the_plan(browser: Browser, prefix: str) -> None:
    shop = make_listed(
        make_subject(signs=("老甲汤馆",)), licence_number="JY23404030012345", kitchen="open",
        trademark="authorised", demonstration="listed", complaints_received="2",
    )  # fmt: skip
    make_record(shop, kind="honour", title="诚信经营示范单位", record_class=None)
    make_record(shop)
    page = browser.get(f"{prefix}/subjects/{shop.code}/file/beef-soup")
    rule = rulebook.load()["beef-soup"]
    for section in rule.sections:
        assert (section.en if prefix else section.zh) in page.main
    for words in ("老甲汤馆", "JY23404030012345", "诚信经营示范单位", "演示数据"):
        assert words in page.main
    links = page.links().values()
    assert f"{prefix}/subjects/{shop.code}/file/beef-soup.pdf" in links
    assert f"{prefix}/subjects/{shop.code}/records" in links


def test_what_ran_out_and_what_was_never_reported_is_said(browser: Browser) -> None:
    shop = make_listed(licence_until=TODAY - timedelta(1))
    page = browser.get(f"/subjects/{shop.code}/file/beef-soup")
    assert "（已到期）" in page.main
    assert "没有报送" in page.main
    assert "已到期，评级暂停" in page.words("//*[contains(@class, 'notice')]")
    assert "到目前没有公开的荣誉或奖励" in page.main


@LANGUAGES
def test_the_file_of_an_institution_has_years_and_limits(browser: Browser, prefix: str) -> None:
    school = make_subject("虚构县棠溪艺术培训中心", kind="social_organisation")
    rows = [
        service.FactRow(school.code, "training", "annual", value, add_months(TODAY, -months))
        for value, months in (("passed", 2), ("basic", 14), ("failed", 26))
    ]
    rows.append(service.FactRow(school.code, "training", "prepaid", "custody", TODAY))
    service.store([service.Listed(school.code, "training", TODAY)], rows, actor="test")
    db.session.commit()
    page = browser.get(f"{prefix}/subjects/{school.code}/file/training")
    years = [item for item in page.all("//ul/li") if "20" in (item.text or "")]
    assert len(years) == 3
    for number in ("60", "5000", "3"):
        assert number in page.main
    assert f"{prefix}/terms" in page.links().values()


def test_a_scenario_without_sections_shows_all_its_public_facts(browser: Browser) -> None:
    shop = make_subject()
    row = service.FactRow(shop.code, "export", "customs_filing", "valid", TODAY)
    service.store([service.Listed(shop.code, "export", TODAY)], [row], actor="test")
    page = browser.get(f"/subjects/{shop.code}/file/export")
    assert "海关收发货人备案" in page.main
    assert "只属于企业本身" in page.main
    browser.get(f"/subjects/{shop.code}/file/tourism", status=404)
    browser.get(f"/subjects/{shop.code}/why/tourism.json", status=404)
    browser.get(f"/subjects/{shop.code}/file/tourism.pdf", status=404)


@pytest.mark.parametrize("slug", rulebook.SLUGS)
def test_every_scenario_has_a_form_with_its_dictionary(browser: Browser, slug: str) -> None:
    rule = rulebook.load()[slug]
    book = load_workbook(io.BytesIO(browser.get(f"/scenarios/{slug}/template.xlsx").response.data))
    rows, dictionary = ([*sheet.iter_rows(values_only=True)] for sheet in book)
    assert len(rows) == len(rule.facts) + 2
    assert [row[1] for row in dictionary[1:]] == [fact.key for fact in rule.facts]
    table = browser.get(f"/scenarios/{slug}/template.csv").source
    assert all(fact.zh in table for fact in rule.facts)


def test_what_is_no_scenario_has_no_form_and_no_rule(browser: Browser) -> None:
    for address in ("/scenarios/coffee/template.csv", "/scenarios/coffee/rule.json"):
        browser.get(address, status=404)
