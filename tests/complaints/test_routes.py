"""Bringing something forward in five pages, in both languages, with every protection."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from portal.accounts.models import Account
from portal.cases import service as cases
from portal.complaints import law
from portal.complaints.models import Complaint
from portal.complaints.service import respondent
from portal.core import db
from tests.browser import Browser, Page
from tests.complaints.conftest import DEMAND, FACTS, OFFICE, PERSON, STATION, TOWN, act, sent
from tests.conftest import Clock
from tests.core.test_uploads import a_picture
from tests.factories import (
    make_account,
    make_actor,
    make_door_code,
    make_representative,
    make_staff,
    make_subject,
)
from tests.repair.test_routes import PREFIXES, go_on, upload

SEND = "//form[.//input[@name='promised']]"
WHO = {"name": "赵小满", "contact": "0554-1234567", "business": "虚构县小满粮油店"}
CONTRACT = {"breach": "unpaid", "contract": "虚构路改造合同", "size": "small", "prior": "none"}


def fill_in(me: Browser, prefix: str, kind: str, *, where: dict[str, str], who: dict[str, str],
            more: dict[str, str]) -> Page:  # fmt: skip
    """Everything up to the page on which it is checked."""
    page = me.follow(me.submit(me.get(f"{prefix}/complaints/new?kind={kind}")))
    me.submit(page, status=422)
    page = me.follow(me.submit(page, **where))
    me.submit(page, status=422)
    page = me.follow(me.submit(page, **who))
    me.submit(page, status=422)
    page = me.follow(me.submit(page, facts=FACTS, demand=DEMAND, **more))
    page = me.follow(upload(me, page, ("窗口.jpg", a_picture())))
    return go_on(me, page)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("level", ["named", "confidential", "anonymous"])
def test_a_concern_is_sent_in_five_pages(
    app: Flask, browser: Browser, prefix: str, level: str
) -> None:
    who = {"protection": level, **(WHO if level != "anonymous" else {})}
    page = fill_in(browser, prefix, "concern", where={"matter": "service", "area": TOWN},
                   who=who, more={})  # fmt: skip
    assert FACTS in page.main
    browser.submit(page, form=SEND, status=422)
    page = browser.follow(browser.submit(page, form=SEND, promised="y"))
    reference, code = (each.text for each in page.all("//*[contains(@class, 'panel-number')]"))
    assert reference
    assert code
    assert ("nobody can recover" if prefix else "丢了找不回") in page.words(
        "//*[@class='panel flow']"
    )
    assert ("赵小满" in page.main) is False
    track = browser.signed_out()
    page = track.follow(track.submit(track.get(f"{prefix}/track"), reference=reference, code=code))
    assert DEMAND in page.main
    asked = browser.signed_out().get(f"{prefix}/cases/{reference}", status=303)
    assert asked.response.headers["Location"] == f"{prefix}/track?reference={reference}"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_was_held_back_is_with_an_office_and_says_why(
    app: Flask, browser: Browser, prefix: str
) -> None:
    page = fill_in(browser, prefix, "concern", where={"matter": "service", "area": TOWN},
                   who={"protection": "anonymous"}, more={})  # fmt: skip
    sent_ = browser.submit(page, form=SEND, promised="y", website="http://x")
    page = browser.follow(sent_)
    assert ("The handling office" if prefix else "受理人员办理") in page.main
    assert ("as a program would" if prefix else "像是程序自动填的") in page.main


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_unit_and_what_follows_are_shown_before_sending(
    app: Flask, browser: Browser, prefix: str
) -> None:
    page = browser.follow(browser.submit(browser.get(f"{prefix}/complaints/new?kind=concern")))
    page = browser.follow(browser.submit(page, matter="other", area="340421106"))
    names = ("Maoji Town",) if prefix else ("毛集镇", "毛集社会发展综合实验区")
    assert all(name in page.main for name in names)
    assert page.all("//table//th")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("level", ["named", "confidential"])
def test_an_owner_reports_a_default_of_the_government(
    app: Flask, browser: Browser, prefix: str, level: str
) -> None:
    owner = make_account()
    make_representative(owner, make_subject())
    me = browser.sign_in(owner)
    page = fill_in(me, prefix, "default",
                   where={"matter": "works", "area": TOWN, "about": "tianjiaan-district"},
                   who={"protection": level}, more=CONTRACT)  # fmt: skip
    page = me.follow(me.submit(page, form=SEND, promised="y"))
    assert ("Development and Reform" if prefix else "发展和改革委员会") in page.main


def test_a_default_cannot_be_anonymous_and_not_lie_before_a_court(
    app: Flask, browser: Browser
) -> None:
    page = browser.follow(browser.submit(browser.get("/complaints/new?kind=default")))
    page = browser.follow(browser.submit(page, matter="works", about="tianjiaan-district"))
    refused = browser.submit(page, protection="anonymous", status=422)
    assert "不能匿名" in refused.main
    page = browser.follow(browser.submit(page, protection="named", **WHO))
    refused = browser.submit(page, facts=FACTS, demand=DEMAND, status=422,
                             **{**CONTRACT, "prior": "court"})  # fmt: skip
    assert "由那边依法处理" in refused.main
    assert FACTS in refused.source


@pytest.mark.parametrize("is_demo", [True, False])
def test_fictional_bodies_are_offered_in_a_demo_only(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch, is_demo: bool
) -> None:
    config = app.config["PORTAL"]
    monkeypatch.setitem(
        app.config, "PORTAL", replace(config, site=replace(config.site, is_demo=is_demo))
    )
    page = browser.follow(browser.submit(browser.get("/complaints/new?kind=default")))
    offered = [option.get("value") for option in page.all("//select[@name='about']/option")]
    assert ("shunyuan-district" in offered) == is_demo
    assert "tianjiaan-district" in offered


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("kind", "asked"), [
    ("praise", ("好在哪里", "What was good")), ("question", ("想问什么", "What you would like to know")),
])  # fmt: skip
def test_praise_and_questions_name_their_shop_and_ask_what_fits(
    app: Flask, browser: Browser, prefix: str, kind: str, asked: tuple[str, str]
) -> None:
    shop = make_subject(area_code=TOWN)
    page = browser.get(f"{prefix}/complaints/new?kind={kind}&subject={shop.code}")
    page = browser.follow(browser.submit(page))
    assert page.one("//input[@name='matter' and @checked]").get("value") == "shop"
    assert page.one("//select[@name='area']//option[@selected]").get("value") == TOWN
    page = browser.follow(browser.submit(page))
    page = browser.follow(browser.submit(page, protection="anonymous"))
    assert asked[bool(prefix)] in page.heading
    assert page.one("//textarea[@name='demand']").get("required") is None
    page = browser.follow(browser.submit(page, facts=FACTS))
    page = go_on(browser, page)
    assert shop.name in page.main
    page = browser.follow(browser.submit(page, form=SEND, promised="y"))
    assert shop.name in page.main
    assert asked[bool(prefix)] in page.main
    clerk = make_staff("handler", body="tianjiaan-district", area_code=TOWN)
    desk = browser.signed_out().sign_in(clerk)
    reference = page.address.rpartition("/")[2]
    assert shop.name in desk.get(f"{prefix}/desk/cases/{reference}").main


def test_where_and_of_whom_is_checked_before_sending(app: Flask, browser: Browser) -> None:
    page = fill_in(browser, "", "concern", who={"protection": "anonymous"}, more={},
                   where={"matter": "service", "area": TOWN, "about": "urban-management"})  # fmt: skip
    assert "田家庵区新淮街道" in page.words("//dl")
    assert "城市管理局" in page.main


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("kind", ["arrears", "consumer"])
def test_what_goes_elsewhere_gets_a_text_to_take_along_and_a_copy(
    app: Flask, browser: Browser, prefix: str, kind: str
) -> None:
    shop = make_subject()
    page = browser.get(f"{prefix}/complaints/new?kind={kind}&subject={shop.code}")
    page = browser.follow(browser.submit(page))
    assert page.one("//input[@name='other']").get("value") == f"{shop.name}，{shop.address}"
    page = browser.follow(
        browser.submit(page, facts=FACTS, demand=DEMAND, other="某店", amount="300")
    )
    assert shop.code in page.main
    assert page.main.count("对方：") == 1
    assert "日期：2026年11月20日" in page.main
    assert FACTS in page.main
    text = browser.get(f"{page.address}.txt")
    assert text.response.mimetype == "text/plain"
    page = browser.get(page.links()["Register a copy" if prefix else "登记一份"])
    page = browser.follow(browser.submit(page, form=SEND, promised="y"))
    assert ("clock" if prefix else "计时") not in page.main
    solved = "//form[contains(@action, '/solved')]"
    page = browser.follow(browser.submit(page, form=solved))
    assert ("Solved" if prefix else "已解决") in page.main


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_kind_says_where_it_goes_before_anybody_types(
    app: Flask, browser: Browser, prefix: str
) -> None:
    page = browser.get(f"{prefix}/complaints/")
    for kind in law.kinds():
        assert any(f"kind={kind}" in link for link in page.links().values())
        shown = browser.get(f"{prefix}/complaints/new?kind={kind}")
        assert bool(shown.all("//main//form")) is (kind != "petition")
    limits = browser.get(f"{prefix}/complaints/new?kind=default").words("//main//ul/li")
    assert ("10 working days" if prefix else "10个工作日") in limits
    pointed = browser.get(f"{prefix}/complaints/new?kind=petition")
    assert "12388" in pointed.main
    assert browser.client.get_cookie("session") is not None


@pytest.mark.parametrize("prefix", PREFIXES)
def test_it_can_start_from_a_shop_or_its_door_code(
    app: Flask, browser: Browser, prefix: str
) -> None:
    shop = make_subject()
    door = make_door_code(shop)
    for query in (f"subject={shop.code}", f"door={door}"):
        page = browser.get(f"{prefix}/complaints/new?{query}")
        assert shop.name in page.main
        assert any(f"subject={shop.code}" in link for link in page.links().values())
    for address in (f"/subjects/{shop.code}", f"/q/{door}"):
        links = browser.get(f"{prefix}{address}").links()
        assert any("/complaints/new?" in link for link in links.values())
    page = browser.follow(
        browser.submit(browser.get(f"{prefix}/complaints/new?kind=question&subject={shop.code}"))
    )
    page = browser.follow(browser.submit(page, matter="shop", area=TOWN))
    page = browser.follow(browser.submit(page, protection="anonymous"))
    browser.follow(browser.submit(page, facts=FACTS, demand=DEMAND))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_all_that_is_missing_of_where_is_said_at_once_and_once(
    app: Flask, browser: Browser, prefix: str
) -> None:
    page = browser.follow(browser.submit(browser.get(f"{prefix}/complaints/new?kind=default")))
    told = browser.submit(page, status=422)
    for name in ("matter", "area", "about"):
        assert len(told.all(f"//*[@id='{name}-error']")) == 1
    assert len(told.all("//div[@class='error-summary']//li")) == 3
    told = browser.submit(page, matter="works", status=422)
    assert told.all("//*[@id='about-error']")
    assert not told.all("//*[@id='matter-error']")
    browser.submit(page, matter="works", area=TOWN, about="station", status=303)


def test_a_page_that_is_not_answered_yet_is_asked_first(app: Flask, browser: Browser) -> None:
    page = browser.follow(browser.submit(browser.get("/complaints/new?kind=concern")))
    draft = page.address.removesuffix("/where")
    assert browser.get(f"{draft}/check", status=303).response.headers["Location"].endswith("/where")
    browser.get(f"{draft}/protection", status=404)
    browser.get(f"{draft}/letter", status=404)
    browser.get(f"{draft}/letter.txt", status=404)
    browser.signed_out().get(f"{draft}/where", status=404)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_whoever_goes_back_after_sending_is_led_to_the_case(
    app: Flask, browser: Browser, prefix: str
) -> None:
    page = fill_in(browser, prefix, "concern", where={"matter": "service", "area": TOWN},
                   who={"protection": "anonymous"}, more={})  # fmt: skip
    draft = page.address.rpartition("/")[0].removeprefix(prefix)
    case = browser.submit(page, form=SEND, promised="y").response.headers["Location"]
    pages = [f"{draft}/{name}" for name in ("where", "protection", "facts", "check")]
    for address in (*pages, f"{draft.removeprefix('/complaints')}/files"):
        page = browser.get(f"{prefix}{address}", status=303)
        assert page.response.headers["Location"] == case
        browser.signed_out().get(f"{prefix}{address}", status=404)


def test_sending_twice_finds_the_case_that_was_sent(app: Flask, browser: Browser) -> None:
    page = fill_in(browser, "", "concern", where={"matter": "service", "area": TOWN},
                   who={"protection": "anonymous"}, more={})  # fmt: skip
    first = browser.submit(page, form=SEND, promised="y")
    again = browser.submit(page, form=SEND, promised="y")
    assert first.response.headers["Location"] == again.response.headers["Location"]
    browser.signed_out().get(page.address, status=404)


def owned(level: str = "confidential") -> tuple[Account, str]:
    """An account and the reference of its concern."""
    from tests.factories import make_actor

    account = make_account()
    return account, sent(actor=make_actor(account), level=level).reference


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_bad_mark_opens_the_review(app: Flask, browser: Browser, prefix: str) -> None:
    account, reference = owned()
    case = db.session.query(Complaint).filter_by(reference=reference).one()
    act(act(case, "accept", by=STATION), "answer", by=STATION, note="明天上午可以办理")
    me = browser.sign_in(account)
    page = me.get(f"{prefix}/cases/{reference}")
    page = me.get(page.links()["Give a mark" if prefix else "评价办理"])
    me.submit(page, status=422)
    page = me.follow(me.submit(page, mark="2", text="没有去办"))
    assert ("reviewing" if prefix else "上一级复核") in page.main
    again = me.get(f"{prefix}/complaints/cases/{reference}/rating")
    refused = me.submit(again, mark="5", status=422)
    assert refused.all("//*[@class='error-list']")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_retaliation_and_protection_have_pages_of_their_own(
    app: Flask, browser: Browser, prefix: str
) -> None:
    account, reference = owned()
    me = browser.sign_in(account)
    own = f"{prefix}/complaints/cases/{reference}"
    me.submit(me.get(f"{own}/retaliation"), status=422)
    page = me.follow(me.submit(me.get(f"{own}/retaliation"), note="停了我的电"))
    assert ("Development and Reform" if prefix else "发展和改革委员会") in page.main
    page = me.follow(me.submit(me.get(f"{own}/protection"), protection="anonymous"))
    assert ("Anonymous" if prefix else "匿名") in page.main
    me.submit(me.get(f"{own}/protection"), protection="named", status=422)
    asked = browser.signed_out().get(f"{own}/retaliation", status=303)
    assert asked.response.headers["Location"] == f"{prefix}/track?reference={reference}"
    stranger = browser.signed_out().sign_in(make_account())
    for name in ("rating", "retaliation", "protection"):
        stranger.get(f"{own}/{name}", status=404)


def test_what_was_written_when_the_session_ended_is_kept(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    account, reference = owned()
    me = browser.sign_in(account)
    page = me.get(f"/complaints/cases/{reference}/retaliation")
    clock.move(hours=1)
    sent_ = me.submit(page, note="停了我的电")
    assert sent_.response.headers["Location"] == f"/track?reference={reference}"
    page = me.sign_in(account).get(f"/complaints/cases/{reference}/retaliation")
    assert "停了我的电" in page.words("//textarea")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_desk_transfers_sends_an_extract_and_the_unit_answers(
    app: Flask, browser: Browser, prefix: str
) -> None:
    case = sent("default", matter="works", about="tianjiaan-district")
    desk = browser.sign_in(make_staff("handler", body="development-reform"))
    address = f"{prefix}/desk/cases/{case.reference}"
    page = desk.get(address)
    assert "赵" not in page.main
    form = f"//form[contains(@action, '{case.reference}/extract')]"
    desk.submit(page, form=form, extract="赵小满反映拖欠工程款多年", status=422)
    desk.submit(page, form=form, extract="有企业反映工程款没有支付，请说明。")
    page = desk.submit(
        desk.get(address), form=f"//form[contains(@action, '{case.reference}/step')]",
        step="transfer", note="由财政部门核实", unit="finance",
    )  # fmt: skip
    theirs = browser.signed_out().sign_in(make_staff("handler", body="tianjiaan-district"))
    theirs.get(address, status=404)
    page = theirs.get(f"{prefix}/desk/answers")
    theirs.submit(page, status=422)
    page = theirs.follow(theirs.submit(page, note="正在筹款"))
    assert "正在筹款" in page.main
    other = browser.signed_out().sign_in(make_staff("handler", body="finance"))
    assert "正在筹款" in other.get(address).main
    reveal = f"//form[contains(@action, '{case.reference}/reveal')]"
    assert (
        "赵小满"
        in other.submit(other.get(address), form=reveal, reason="回电核对合同", status=200).main
    )


def test_a_station_sees_its_town_and_a_county_all_of_its_towns(
    app: Flask, browser: Browser
) -> None:
    case = sent()
    body = "tianjiaan-district"
    own = make_staff("handler", body=body, area_code=TOWN)
    next_door = make_staff("handler", body=body, area_code="340403003")
    county = make_staff("handler", body=body, area_code="340403")
    address = f"/desk/cases/{case.reference}"
    assert case.shown_reference in browser.sign_in(own).get("/desk/").main
    browser.signed_out().sign_in(next_door).get(address, status=404)
    desk = browser.signed_out().sign_in(county)
    assert case.shown_reference not in desk.get("/desk/").main
    assert case.shown_reference in desk.get("/desk/?show=all").main
    assert FACTS in desk.get(address).main


def test_a_refused_default_is_shown_with_its_unit(app: Flask, browser: Browser) -> None:
    from tests.complaints.conftest import REVIEWER

    case = sent("default", matter="works", about="tianjiaan-district")
    for name in ("register", "verify", "true", "refused"):
        case = act(case, name, by=OFFICE)
    act(case, "confirm", by=REVIEWER)
    respondent.send(case, by=OFFICE, text="有企业反映工程款没有支付，请说明。")
    db.session.commit()
    for prefix in PREFIXES:
        assert browser.get(f"{prefix}/government/").all("//table//a")
        page = browser.get(f"{prefix}/government/tianjiaan-district")
        assert ("Confirmed default" if prefix else "认定失信") in page.main
        assert not page.all(f"//*[contains(text(), '{case.reference}')]")
    browser.get("/government/nobody", status=404)
    assert browser.get("/government/health").status == 200
    assert PERSON.role == "applicant"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_case_that_ran_out_of_time_says_so_to_everybody_it_concerns(
    app: Flask, browser: Browser, clock: Clock, prefix: str
) -> None:
    account = make_account()
    case = sent(actor=make_actor(account))
    for day in (date(2026, 11, 25), date(2026, 11, 28), date(2026, 12, 2), date(2026, 12, 5)):
        clock.set(day)
        cases.note_late(day)
        db.session.commit()
    me = browser.sign_in(account)
    page = me.get(f"{prefix}/cases/{case.reference}")
    assert page.words("//div[contains(@class, 'notice--warn')]").count("12345") == 1
    told = page.words("//ol[@class='timeline']")
    late = "Tianjia'an District Government: due by 27 November 2026"
    assert (late if prefix else "田家庵区人民政府：应在2026年11月27日前办好") in told
    rows = me.get(f"{prefix}/me/cases").main
    assert ("late, was due by" if prefix else "超过期限，应在") in rows

    clerk = make_staff("handler", body="tianjiaan-district", area_code=TOWN)
    desk = browser.signed_out().sign_in(clerk)
    inbox = desk.get(f"{prefix}/desk/")
    left = desk.get(f"{prefix}/desk/cases/{case.reference}", status=403)
    assert case.shown_reference in inbox.main
    assert ("no longer has this case" if prefix else "不再由本单位办") in left.main
    assert FACTS not in left.main
    office = browser.signed_out().sign_in(make_staff("handler", body="development-reform"))
    assert ("Came up late" if prefix else "过期升上来的") in office.get(f"{prefix}/desk/").main


def test_who_passes_a_case_on_twice_is_told_once_that_it_is_done(
    app: Flask, browser: Browser
) -> None:
    case = sent()
    clerk = make_staff("handler", body="tianjiaan-district", area_code=TOWN)
    desk = browser.sign_in(clerk)
    page = desk.get(f"/desk/cases/{case.reference}")
    for _twice in range(2):
        done = desk.submit(page, form="//form[contains(@action, '/step')]", step="transfer",
                           note="许可变更由市里办理", unit="data", do="take")  # fmt: skip
        assert "这一步记下了" in desk.follow(done).main
    again = db.session.get_one(Complaint, case.id)
    assert [event.step for event in again.events].count("transfer") == 1
