"""Agents are found by number only; what is shown are facts of a registration, and no more."""

from datetime import date, timedelta

import pytest
from flask import Flask

from portal.core import db
from portal.scenarios import service
from portal.scenarios.rules.agents import normalised, state_on
from portal.subjects.models import Subject
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import TODAY, make_subject

SLUG = "property-agency"
ROW = service.AgentRow(
    "", "YS 2026-001", "演小明", "broker", "active", date(2025, 1, 1),
    valid_from=date(2025, 1, 1), valid_until=date(2027, 12, 31), source_unit="演示数据",
)  # fmt: skip
SANCTION = service.SanctionRow(
    "YS2026-001", "演罚1号", "隐瞒房屋抵押情况，联系13800000000", "《房地产经纪管理办法》第二十五条",
    "演示住建局", date(2026, 3, 1), TODAY,
)  # fmt: skip


def make_agency(name: str = "虚构县安居房产经纪有限公司", *, is_filed: bool = True) -> Subject:
    agency = make_subject(name, kind="enterprise")
    value = "filed" if is_filed else "unfiled"
    service.store(
        [service.Listed(agency.code, SLUG, TODAY)],
        [service.FactRow(agency.code, SLUG, "filing", value, TODAY - timedelta(30))],
        actor="test",
    )
    db.session.commit()
    return agency


@pytest.mark.parametrize(
    ("state", "until", "expected"),
    [
        ("active", None, "active"),
        ("active", TODAY, "active"),
        ("active", TODAY - timedelta(1), "expired"),
        ("left", TODAY - timedelta(1), "expired"),
        ("left", None, "left"),
        ("cancelled", TODAY - timedelta(1), "cancelled"),
    ],
)
def test_the_state_of_a_registration_follows_from_the_day(
    state: str, until: date | None, expected: str
) -> None:
    assert state_on(state, until, TODAY) == expected


def test_a_number_is_read_as_people_type_it() -> None:
    assert normalised(" ys 2026-001 ") == "YS2026-001"


def test_an_agent_is_stored_once_and_keeps_the_agencies_so_far(app: Flask) -> None:
    first, second = make_agency(), make_agency("虚构县乐居房产经纪有限公司")
    earlier = ROW._replace(subject_code=first.code, until_on=date(2026, 1, 31))
    now = ROW._replace(subject_code=second.code, from_on=date(2026, 2, 1))
    assert service.store_agents([earlier, now], actor="test") == service.Counts(1, 1, 0)
    assert service.store_agents([earlier, now], actor="test") == service.Counts(0, 0, 2)
    found = service.agent("ys2026-001")
    assert [post.code for post in found.posts] == [second.code, first.code]
    assert [post.code for post in found.agencies] == [second.code]
    assert [one.number for one in service.staff(second.id, TODAY)] == ["YS2026-001"]
    assert service.staff(first.id, TODAY) == []
    assert service.known_numbers(["YS2026-001", "YS9"]) == {"YS2026-001"}
    service.remove_agent("YS2026-001", actor="test")
    assert service.agent("YS2026-001") is None


def test_a_sanction_is_masked_and_ends_with_its_day(app: Flask, clock: Clock) -> None:
    agency = make_agency()
    service.store_agents([ROW._replace(subject_code=agency.code)], actor="test")
    assert service.store_sanctions([SANCTION], actor="test").added == 1
    assert service.store_sanctions([SANCTION], actor="test").unchanged == 1
    other = SANCTION._replace(authority="演示市住建局")
    assert service.store_sanctions([other], actor="test").changed == 1
    (shown,) = service.agent("YS2026-001").sanctions
    assert "13800000000" not in shown.title
    clock.move(days=1)
    assert service.agent("YS2026-001").sanctions == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_of_an_agent_shows_a_registration_and_is_found_by_number(
    browser: Browser, prefix: str
) -> None:
    agency = make_agency()
    service.store_agents([ROW._replace(subject_code=agency.code)], actor="test")
    service.store_sanctions([SANCTION], actor="test")
    db.session.commit()
    browser.get(f"{prefix}/agents/")
    page = browser.follow(browser.get(f"{prefix}/agents/?number=ys+2026-001", status=303))
    assert page.heading.endswith("YS2026-001")
    assert "演小明" in page.main
    assert "《房地产经纪管理办法》第二十五条" in page.main
    assert page.one("//meta[@name='robots']").get("content").startswith("noindex")
    assert f"{prefix}/subjects/{agency.code}/file/property-agency" in page.links().values()
    nothing = browser.get(f"{prefix}/agents/?number=演小明")
    assert ("没有这个登记号" in nothing.main) or ("No such registration" in nothing.main)
    browser.get(f"{prefix}/agents/YS404", status=404)


def test_an_agency_without_filing_is_said_to_be_so_everywhere(browser: Browser) -> None:
    agency = make_agency(is_filed=False)
    nothing = make_subject("虚构县随便房产信息部")
    service.store([service.Listed(nothing.code, SLUG, TODAY)], actor="test")
    expired = ROW._replace(subject_code=agency.code, valid_until=TODAY - timedelta(1))
    service.store_agents([expired], actor="test")
    db.session.commit()
    for code in (agency.code, nothing.code):
        assert "没有查到有效的备案" in browser.get(f"/subjects/{code}/file/{SLUG}").main
    assert "没有查到这家机构的备案" in browser.get(f"/subjects/{nothing.code}/file/{SLUG}").main
    page = browser.get("/agents/YS2026-001")
    assert "所在机构没有查到有效的备案" in page.main
    assert "登记已过期" in page.main
    listed = browser.get(f"/scenarios/{SLUG}?licence=none").main
    assert agency.name in listed
    assert service.is_agency(agency.id)
    assert service.is_unfiled(make_subject().code)


def test_a_filed_agency_shows_its_agents_by_number(browser: Browser) -> None:
    agency = make_agency()
    service.store_agents([ROW._replace(subject_code=agency.code)], actor="test")
    db.session.commit()
    page = browser.get(f"/subjects/{agency.code}/file/{SLUG}")
    assert "没有查到有效的备案" not in page.main
    assert page.links()["YS2026-001"] == "/agents/YS2026-001"
    assert "没有找到" in browser.get("/search?q=演小明").main
