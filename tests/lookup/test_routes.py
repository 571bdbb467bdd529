"""Finding a business and reading its public page, as visitors do."""

import json
from datetime import date

import pytest

from portal.core import db
from portal.records import service as records
from tests.browser import Browser
from tests.conftest import Clock
from tests.factories import (
    TODAY,
    make_account,
    make_code,
    make_door_code,
    make_record,
    make_representative,
    make_subject,
)

LANGUAGES = pytest.mark.parametrize("root", ["", "/en"])


@LANGUAGES
def test_a_name_leads_to_results_that_say_why_they_match(browser: Browser, root: str) -> None:
    subject = make_subject("虚构县王记饭店", signs=("淮上人家",))
    page = browser.get(f"{root}/search?q=淮上人家")
    assert f"{root}/subjects/{subject.code}" in page.links().values()
    assert ("招牌名符合" if not root else "Shop sign") in page.main


def test_results_are_a_plain_page_with_filters_that_keep_the_query(browser: Browser) -> None:
    make_subject("虚构县甲牛肉汤", area_code="340403002")
    make_subject("虚构县乙牛肉汤", area_code="340422")
    page = browser.get("/search?q=牛肉汤&district=340422")
    assert "虚构县乙牛肉汤" in page.main
    assert "虚构县甲牛肉汤" not in page.main
    assert page.one("//select[@name='district']/option[@selected]").get("value") == "340422"
    assert page.one("//form//input[@type='hidden'][@name='q']").get("value") == "牛肉汤"


@pytest.mark.parametrize(
    "query",
    [
        '/search?q=店&district=zzz"', "/search?q=店&kind=' OR 1", "/search?q=*", "/search?q=NEAR(a b)",
        "/search?q=%22店", "/search?q=店&page=-1", "/search?q=店&page=99999999999999999999",
        "/search?q=" + "店" * 3000, "/search?q=<script>", "/search?q=%F0%9F%98%80",
        "/q/%F0%9F%98%80", "/q/" + "A" * 3000, "/code-check?code=<b>" + "9" * 300,
    ],
)  # fmt: skip
def test_nonsense_is_answered_like_anything_else(browser: Browser, query: str) -> None:
    browser.get(query)


@pytest.mark.parametrize("address", ["/search?q=%00", "/code-check?code=%00", "/q/%00"])
def test_a_nul_is_refused_with_a_page(browser: Browser, address: str) -> None:
    browser.get(address, status=400)


def test_pages_of_results_are_links(browser: Browser) -> None:
    for number in range(25):
        make_subject(f"虚构县{number:02d}号牛肉汤")
    first = browser.get("/search?q=牛肉汤")
    second = browser.get(first.links("//nav[contains(@class, 'pager')]//a")["2"])
    assert len(first.all("//ol[@class='hits']/li")) == 20
    assert len(second.all("//ol[@class='hits']/li")) == 5


@LANGUAGES
def test_nothing_found_says_why_and_what_next(browser: Browser, root: str) -> None:
    page = browser.get(f"{root}/search?q=没有这家店")
    assert f"{root}/help/search" in page.links("//main//a").values()


def test_an_empty_search_is_a_form(browser: Browser) -> None:
    assert browser.get("/search").all("//input[@name='q']")


@LANGUAGES
def test_a_whole_code_goes_straight_to_the_subject(browser: Browser, root: str) -> None:
    subject = make_subject()
    spaced = f"{subject.code[:4]} {subject.code[4:]}".lower()
    response = browser.client.get(f"{root}/search", query_string={"q": spaced})
    assert (response.status_code, response.location) == (303, f"{root}/subjects/{subject.code}")


def test_a_code_with_one_wrong_character_says_which(browser: Browser) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    wrong = "X" if subject.code[12] != "X" else "Y"
    typed = subject.code[:12] + wrong + subject.code[13:]
    page = browser.get(f"/search?q={typed}")
    assert "虚构县张记牛肉汤馆" in page.main
    assert f"第13位写的是“{wrong}”，这里是“{subject.code[12]}”" in page.main


def test_a_right_code_of_nobody_is_said_to_be_right_but_not_here(browser: Browser) -> None:
    assert "写法正确" in browser.get(f"/search?q={make_code()}").main


def test_htmx_gets_the_results_alone(browser: Browser) -> None:
    make_subject("虚构县甲牛肉汤")
    page = browser.get("/search?q=牛肉", headers={"HX-Request": "true"})
    assert "<html" not in page.response.text
    assert "虚构县甲牛肉汤" in page.response.text


def test_a_code_typed_into_suggestions_is_answered_without_a_redirect(browser: Browser) -> None:
    code = make_subject().code
    page = browser.get(f"/search?q={code}", headers={"HX-Request": "true"})
    assert f"/subjects/{code}" in page.response.text


@LANGUAGES
def test_the_public_page_shows_status_first_then_records(browser: Browser, root: str) -> None:
    subject = make_subject(
        "虚构县张记牛肉汤馆",
        signs=("老张牛肉汤",),
        former_names=("虚构县旧名汤馆",),
        legal_representative="张三",
        registered_on=date(2019, 3, 8),
        scope="餐饮服务",
    )
    make_record(subject, kind="licence", record_class=None, title="食品经营许可证",
                valid_from=date(2024, 1, 1), valid_until=date(2099, 12, 31))  # fmt: skip
    make_record(subject, is_disputed=True)
    page = browser.get(f"{root}/subjects/{subject.code}")
    words = page.main
    assert page.heading == "虚构县张记牛肉汤馆"
    for part in ("老张牛肉汤", "虚构县旧名汤馆", "张三", "餐饮服务", "食品经营许可证"):
        assert part in words
    active, penalty = ("存续", "行政处罚") if not root else ("Active", "Penalty")
    assert words.index(active) < words.index(penalty)


def test_every_adverse_record_shows_its_way_out(browser: Browser) -> None:
    subject = make_subject()
    record = make_record(subject, decided_on=date(2026, 9, 1), record_class="general")
    page = browser.get(f"/subjects/{subject.code}")
    for words in (
        "虚构县市场监督管理局", "一般", "2026年9月1日至2027年9月1日", "2026年12月1日", "不收费",
        "没有任何中介",
    ):  # fmt: skip
        assert words in page.main
    links = page.links("//article//a")
    assert links["怎样申请修复"] == f"/repair/{record.id}"
    assert links["我认为有误"] == f"/objections/new?record={record.id}"
    browser.get(links["怎样申请修复"])
    browser.get(links["我认为有误"], status=303)


@pytest.mark.parametrize("kind", ["licence", "honour", "inspection"])
def test_any_other_record_can_be_objected_to_from_where_it_stands(
    browser: Browser, kind: str
) -> None:
    subject = make_subject()
    record = make_record(subject, kind=kind, record_class=None, title="食品经营许可证")
    address = f"/objections/new?record={record.id}"
    page = browser.get(f"/subjects/{subject.code}")
    assert page.links("//article//a") == {"我认为有误食品经营许可证": address}
    make_representative(account := make_account(), subject)
    assert "食品经营许可证" in browser.sign_in(account).get(address).main


def test_a_commitment_is_objected_to_on_its_own_page(browser: Browser) -> None:
    subject = make_subject()
    record = make_record(subject, kind="commitment", record_class=None)
    page = browser.get(f"/subjects/{subject.code}")
    assert page.links("//article//a") == {"看这份承诺": f"/commitments/{record.number}"}


@LANGUAGES
def test_a_day_among_the_further_facts_is_written_out(browser: Browser, root: str) -> None:
    subject = make_subject()
    make_record(subject, details=[["认定日期", "2026-11-10"], ["备注", "2026-02-30"]])
    page = browser.get(f"{root}/subjects/{subject.code}")
    assert ("10 November 2026" if root else "2026年11月10日") in page.main
    assert page.words("//dd/time[@datetime='2026-11-10']")
    assert "2026-11-10" not in page.main
    assert "2026-02-30" in page.main


@LANGUAGES
def test_a_subject_without_records_says_so_in_words(browser: Browser, root: str) -> None:
    words = browser.get(f"{root}/subjects/{make_subject().code}").main
    assert ("到目前没有公开的记录" if not root else "so far") in words


def test_a_subject_page_describes_itself_to_machines(browser: Browser) -> None:
    subject = make_subject("虚构县<张记>&“汤馆”")
    page = browser.get(f"/subjects/{subject.code}")
    data = json.loads(page.one("//script[@type='application/ld+json']").text)
    assert (data["@type"], data["name"]) == ("Organization", "虚构县<张记>&“汤馆”")
    assert data["identifier"]["value"] == subject.code
    assert "aggregateRating" not in data


def test_no_such_subject_is_a_plain_404(browser: Browser) -> None:
    assert browser.get("/subjects/nothing", status=404).heading
    assert browser.get("/subjects/nothing/records", status=404).heading


@LANGUAGES
def test_records_are_filtered_by_kind_and_paged(browser: Browser, root: str) -> None:
    subject = make_subject()
    for number in range(22):
        make_record(subject, kind="inspection", record_class=None, title=f"检查{number}")
    make_record(subject, title="一条处罚")
    page = browser.get(f"{root}/subjects/{subject.code}/records?kind=penalty")
    assert len(page.all("//article")) == 1
    every = browser.get(f"{root}/subjects/{subject.code}/records")
    assert len(every.all("//article")) == 20
    second = browser.get(f"{root}/subjects/{subject.code}/records?page=2")
    assert len(second.all("//article")) == 3
    assert len(browser.get(f"{root}/subjects/{subject.code}/records?page=99").all("//article")) == 3
    nonsense = browser.get(f"{root}/subjects/{subject.code}/records?kind=nonsense&page=x")
    assert len(nonsense.all("//article")) == 20


def test_what_ended_was_repaired_or_withdrawn_leaves_no_trace_on_any_page(
    browser: Browser, clock: Clock
) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    door = make_door_code(subject)
    ended = make_record(subject, title="到期的处罚", decided_on=date(2025, 11, 21))
    repaired = make_record(subject, title="修复的处罚")
    withdrawn = make_record(subject, title="撤销的处罚")
    make_record(subject, title="轻微的处罚", record_class="minor")
    clock.set(date(2026, 11, 21), hour=0)
    records.repair(repaired.id, on=date(2026, 11, 21), actor="desk")
    records.withdraw(withdrawn.id, on=date(2026, 11, 21), reason="x", actor="desk")
    db.session.commit()
    addresses = [
        f"/subjects/{subject.code}",
        f"/subjects/{subject.code}/records",
        f"/subjects/{subject.code}/records?kind=penalty",
        f"/q/{door}",
        "/search?q=张记",
    ]
    for root in ("", "/en"):
        for address in addresses:
            source = browser.get(root + address).source
            for word in ("的处罚", ended.number, repaired.number, withdrawn.number):
                assert word not in source, address


def test_no_personal_number_reaches_a_visitor_even_inside_free_text(browser: Browser) -> None:
    subject = make_subject(address="虚构路1号 13912345678", scope="身份证340403199001011234")
    make_record(subject, summary="电话１３９１２３４５６７８，证号340403 19900101 1234")
    door = make_door_code(subject)
    for address in (f"/subjects/{subject.code}", f"/subjects/{subject.code}/records", f"/q/{door}"):
        source = browser.get(address).source
        assert "5678" not in source
        assert "19900101" not in source


@LANGUAGES
@pytest.mark.parametrize(
    "text",
    [
        "92340403MA2NRT016E", "９２３４０４０３ＭＡ２ＮＲＴ０１６ｅ", "92340403MA2NRT016F",
        "9.1340E+17", "340400000012345", "张记", "92340403MA2NRT0I6E",
    ],
)  # fmt: skip
def test_a_code_check_says_everything_it_finds(browser: Browser, root: str, text: str) -> None:
    page = browser.get(f"{root}/code-check?code={text}")
    assert page.all("//*[contains(@class, 'notice')]")


def test_a_checked_code_names_its_owner(browser: Browser) -> None:
    subject = make_subject("虚构县张记牛肉汤馆")
    assert "虚构县张记牛肉汤馆" in browser.get(f"/code-check?code={subject.code}").main


def test_nothing_typed_is_a_plain_form(browser: Browser) -> None:
    assert not browser.get("/code-check").all("//*[contains(@class, 'notice')]")


def test_a_valid_door_code_is_offered_on_the_subject_page(browser: Browser) -> None:
    subject = make_subject()
    door = make_door_code(subject, on=TODAY)
    assert f"/q/{door}" in browser.get(f"/subjects/{subject.code}").links().values()
