"""A list keeps its order, its counts and its pages, whatever is stale and whichever way one goes."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import db, jobs
from portal.scenarios import jobs as scenario_jobs
from portal.scenarios import service
from portal.scenarios.models import GradeChange, ListingCount, StoredGrade
from portal.scenarios.service import Filters, lines, listing
from portal.subjects import service as subjects
from portal.subjects.models import Subject
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import TODAY, make_listed, make_record, make_subject


def codes(filters: Filters | None = None, **page: str | int) -> list[str]:
    found = service.find("beef-soup", filters=filters, **page)
    return [entry.code for entry in found.entries]


def shops(count: int) -> list[Subject]:
    """Shops in the order of their names, all in one list."""
    return [make_listed(make_subject(f"虚构县{place:03}号牛肉汤馆")) for place in range(count)]


@pytest.mark.parametrize("few", [1000, 0])
def test_pages_follow_each_other_in_both_directions(
    app: Flask, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    expected = [shop.code for shop in shops(7)]
    make_record(db.session.get(Subject, db.session.scalars(select(Subject.id)).first()))
    first = service.find("beef-soup", size=3)
    second = service.find("beef-soup", after=first.after, size=3)
    third = service.find("beef-soup", after=second.after, size=3)
    pages = [first, second, third]
    assert [entry.code for page in pages for entry in page.entries] == expected
    assert (first.before, third.after) == ("", "")
    back = service.find("beef-soup", before=third.before, size=3)
    assert [entry.code for entry in back.entries] == expected[3:6]
    start = service.find("beef-soup", before=back.before, size=3)
    assert [entry.code for entry in start.entries] == expected[:3]
    assert (start.before, start.after) == ("", first.after)
    assert codes(after="91340499MA000000XX", size=3) == expected[:3]
    every = listing.every_entry("beef-soup", Filters(), size=2)
    assert [entry.code for entry in every] == expected


@pytest.mark.parametrize("few", [1000, 0])
def test_a_list_is_narrowed_by_everything_it_shows(
    app: Flask, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    plain = make_listed(make_subject("虚构县甲牛肉汤馆", area_code="340403002"))
    titled = make_listed(
        make_subject("虚构县乙牛肉汤馆", area_code="340403003"),
        trademark="authorised", white_list="listed",
    )  # fmt: skip
    ended = make_listed(
        make_subject("虚构县丙牛肉汤馆", area_code="340421100"),
        licence_until=TODAY - timedelta(1), white_list="listed",
    )  # fmt: skip
    assert codes(Filters(title="white_list")) == [ended.code, titled.code]
    assert codes(Filters(title="trademark")) == [titled.code]
    assert codes(Filters(licence="expired")) == [ended.code]
    assert codes(Filters(area_code="340403")) == [titled.code, plain.code]
    assert codes(Filters(area_code="340403002")) == [plain.code]
    assert codes(Filters(title="white_list", licence="valid")) == [titled.code]
    assert codes(Filters(title="charm", licence="lost", grade="best")) == codes()
    facets = service.find("beef-soup", filters=Filters(title="white_list")).facets
    assert facets.titles == {"trademark": 1, "demonstration": 0, "white_list": 2}
    assert facets.licences == {"valid": 1, "expired": 1, "none": 0}
    assert facets.areas == {"340403003": 1, "340421100": 1}
    assert facets.grades["suspended"] == 1


def counted() -> dict[str, int]:
    """What the stored lines come to when counted one by one."""
    rows = db.session.scalars(select(StoredGrade).where(StoredGrade.is_listed)).all()
    return {grade: sum(row.grade == grade for row in rows) for grade in service.GRADES}


def test_counts_are_those_of_the_lines_after_any_change(app: Flask, clock: Clock) -> None:
    made = shops(4)
    make_record(made[0], record_class="serious")
    make_listed(make_subject(), until=TODAY + timedelta(3), licence_until=TODAY + timedelta(1))
    for _days in range(5):
        shown = service.find("beef-soup")
        while service.recompute_due():
            pass
        assert shown.counts == service.find("beef-soup").counts == counted()
        assert shown.total == sum(counted().values())
        db.session.expire_all()
        stored = db.session.scalars(select(ListingCount)).all()
        assert sum(row.count for row in stored) == shown.total
        assert all(row.count >= 0 for row in stored)
        clock.move(days=1)


def test_a_new_name_or_seat_moves_a_line(app: Flask) -> None:
    first, second = shops(2)
    facts = subjects.SubjectFacts(
        code=first.code, name="虚构县999号牛肉汤馆", kind="individual_business",
        area_code="340421100",
    )  # fmt: skip
    subjects.store([facts])
    service.renew([first.code, "91340499MA000000XX"])
    assert codes() == [second.code, first.code]
    assert codes(Filters(area_code="340421")) == [first.code]
    service.renew([make_subject().code])


@pytest.mark.parametrize("most", [1000, 2])
def test_a_word_is_found_in_a_name_or_a_sign_also_when_very_many_have_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(lines, "MOST_NAMED", most)
    made = shops(4)
    make_listed(make_subject("虚构县早点铺", signs=("虚构牛肉汤",)), sampling="failed")
    make_record(made[1])
    found = service.find("beef-soup", filters=Filters(query="牛肉汤"), size=3)
    assert found.is_capped == (most == 2)
    assert found.total == (2 if most == 2 else 5)
    every = [entry.name for entry in listing.every_entry("beef-soup", Filters(query="牛肉汤"), 2)]
    assert len(every) == 5
    assert every == sorted(every)
    assert codes(Filters(query="早点")) == codes(Filters(query="早点", grade="fair"))
    assert len(codes(Filters(query="早点"))) == 1
    assert codes(Filters(query="牛肉汤 002号")) == [made[2].code]
    assert codes(Filters(query="，")) == []


def test_a_list_whose_rule_just_changed_says_that_it_is_behind(
    app: Flask, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(lines, "MOST_FRESH", 1)
    made = [make_listed(licence_until=TODAY), make_listed(licence_until=TODAY)]
    assert not service.find("beef-soup").is_behind
    clock.move(days=1)
    found = service.find("beef-soup")
    assert found.is_behind
    assert sorted(entry.grade for entry in found.entries) == ["excellent", "suspended"]
    assert service.recompute_due(1) == 1
    assert service.recompute_due() == 1
    assert not service.find("beef-soup").is_behind
    assert service.recompute_due() == 0
    assert len(made) == 2


def test_what_other_capabilities_learn_reaches_every_list_that_knows_it(app: Flask) -> None:
    shop = make_listed()
    service.store([service.Listed(shop.code, "export", TODAY)], actor="test")
    told = {"from_on": TODAY, "source_unit": "本站承诺登记", "actor": "account:3"}
    assert service.report_fact(shop.id, "commitment", "broken", **told) == 1
    assert [each.word for each in service.grades_of(shop.id)] == ["fair", "none"]
    assert service.report_fact(shop.id, "commitment", "broken", **told) == 1
    assert service.report_fact(make_subject().id, "commitment", "kept", **told) == 0


def test_the_page_leads_on_back_and_to_a_place(browser: Browser) -> None:
    for place in range(25):
        make_listed(make_subject(f"虚构县{place:03}号牛肉汤馆", area_code="340421100"))
    first = browser.get("/scenarios/beef-soup?district=340421")
    second = browser.get(first.links("//nav[@class='pager']//a")["下一页"].partition("#")[0])
    assert "024号" in second.main
    assert "000号" not in second.main
    again = browser.get(second.links("//nav[@class='pager']//a")["上一页"].partition("#")[0])
    assert "000号" in again.main
    assert "凤台县 25" in first.words("//select[@name='district']")
    assert first.all("//details[@class='map']//li/a")[0].text == "凤台县"
    told = json.loads(browser.get("/scenarios/beef-soup.json?district=340421").source)
    assert (told["total"], len(told["entries"])) == (25, 25)


def test_a_position_is_used_once_and_kept_nowhere(browser: Browser) -> None:
    make_listed()
    answer = browser.post("/scenarios/beef-soup/near", {"lat": "32.71", "lon": "116.70"})
    assert answer.response.headers["Location"] == "/scenarios/beef-soup?district=340421#list"
    assert "Set-Cookie" not in answer.response.headers
    far = browser.post("/en/scenarios/beef-soup/near", {"lat": "39.9", "lon": "116.4"})
    assert far.response.headers["Location"] == "/en/scenarios/beef-soup?far=1#near"
    bare = browser.post("/scenarios/beef-soup/near", {"lat": "", "lon": ""})
    assert "没有取得位置" in browser.follow(bare).main
    browser.post("/scenarios/beef-soup/near", {"lat": "x", "lon": "116.4"}, status=400)
    browser.post(
        "/scenarios/beef-soup/near", {"lat": "32.7", "lon": "116.7"}, status=403,
        headers={"Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip


def test_the_search_of_the_site_knows_scenarios_and_grades(browser: Browser) -> None:
    good = make_listed(make_subject("虚构县甲牛肉汤馆"))
    bad = make_listed(make_subject("虚构县乙牛肉汤馆"), sampling="failed")
    page = browser.get("/search?q=牛肉汤&scenario=beef-soup&grade=fair")
    assert bad.name in page.main
    assert good.name not in page.main
    assert browser.get("/search?scenario=beef-soup").main.count("虚构县") == 2
    assert "没有符合条件的单位" in browser.get("/search?q=没有&scenario=beef-soup").main
    assert good.name in browser.get("/search?q=甲牛肉汤&scenario=coffee").main


def test_midnight_brings_every_grade_to_its_new_day(own_app: Flask, clock: Clock) -> None:
    with own_app.app_context():
        made = [make_listed(licence_until=TODAY) for _shop in range(3)]
        jobs.run_due()
        clock.set(TODAY + timedelta(1), hour=0, minute=1)
        assert jobs.run_due() >= 1
        grades = db.session.scalars(select(StoredGrade.grade)).all()
        assert grades == ["suspended"] * len(made)
        causes = db.session.scalars(select(GradeChange.causes)).all()
        assert causes == [["licence"]] * len(made)


def test_the_job_of_midnight_goes_on_until_nothing_is_due(
    app: Flask, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    make_listed(licence_until=TODAY)
    clock.move(days=1)
    scenario_jobs.recompute()
    assert service.recompute_due() == 0
