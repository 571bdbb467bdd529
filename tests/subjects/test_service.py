"""Storing subjects and finding them again, on both databases alike."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core import db, revision
from portal.subjects import service
from portal.subjects.models import SubjectName
from portal.subjects.service import SubjectFacts, codes
from tests.factories import make_code, make_subject

pytestmark = pytest.mark.usefixtures("app")


def found(query: str, **filters: str) -> list[str]:
    return [hit.name for hit in service.search(query, **filters).hits]  # type: ignore[arg-type]


def facts(**given: object) -> SubjectFacts:
    base = {"code": make_code(), "name": "虚构县李记牛肉汤馆", "kind": "individual_business"}
    return SubjectFacts(**{**base, **given})  # type: ignore[arg-type]


def test_a_subject_is_stored_once_and_counted_as_unchanged_after() -> None:
    row = facts()
    assert service.store([row]) == service.Counts(added=1)
    assert service.store([row]) == service.Counts(unchanged=1)


def test_storing_says_that_public_data_changed_only_when_they_did() -> None:
    row = facts()
    service.store([row])
    before = revision.current()
    service.store([row])
    assert revision.current() == before
    service.store([facts()])
    assert revision.current() == before + 1


def test_a_changed_name_leaves_the_old_one_findable_as_a_former_name() -> None:
    row = facts(name="虚构县旧名羊汤馆")
    service.store([row])
    counts = service.store([facts(code=row.code, name="虚构县新名牛肉汤馆")])
    assert counts == service.Counts(changed=1)
    (hit,) = service.search("旧名羊汤").hits
    assert (hit.name, hit.matched_kind) == ("虚构县新名牛肉汤馆", "former")


def test_a_changed_subject_is_not_found_by_what_it_no_longer_has() -> None:
    row = facts(signs=("老码头羊汤",))
    service.store([row])
    service.store([facts(code=row.code, name=row.name, signs=("新码头牛肉汤",))])
    assert found("老码头") == []
    assert found("新码头") == [row.name]


def test_former_names_survive_a_second_change() -> None:
    row = facts(name="虚构县甲字号")
    for name in ("虚构县甲字号", "虚构县乙字号", "虚构县丙字号"):
        service.store([facts(code=row.code, name=name)])
    _row, others = service.public_row_and_names(row.code) or (None, [])
    assert set(others) == {("former", "虚构县甲字号"), ("former", "虚构县乙字号")}


def test_personal_numbers_in_free_text_are_masked_when_stored() -> None:
    row = facts(scope="联系电话13912345678", address="虚构路1号，身份证34040319900101123X")
    service.store([row])
    stored = service.public_row(row.code)
    assert "13912345678" not in stored.scope
    assert "19900101" not in stored.address


def test_more_subjects_than_a_chunk_are_stored() -> None:
    rows = [facts(name=f"虚构县第{number}号店") for number in range(1201)]
    assert service.store(rows).added == 1201
    assert db.session.scalar(select(func.count()).select_from(SubjectName)) >= 1201


@pytest.mark.parametrize(
    "query",
    [
        "张记牛肉汤",
        "牛肉",
        "张记",
        "虚构县 牛肉",
        "ＺＪＮＲＴ",
        "zjnrt",
        "niuroutang",
        "nr",
        "虚",
        "馆",
    ],
)
def test_a_subject_is_found_by_parts_pinyin_and_initials(query: str) -> None:
    make_subject(name="虚构县张记牛肉汤馆")
    assert found(query) == ["虚构县张记牛肉汤馆"]


@pytest.mark.parametrize("query", ["", " ", "肉牛", "张牛", "牛肉面", "x" * 80, "，。"])
def test_what_no_name_contains_is_not_found(query: str) -> None:
    make_subject(name="虚构县张记牛肉汤馆")
    assert found(query) == []


def test_the_whole_name_comes_before_its_beginning_a_sign_and_a_part() -> None:
    make_subject(name="大碗牛肉汤分店")
    make_subject(name="虚构县大碗牛肉汤")
    make_subject(name="虚构县王记饭店", signs=("老大碗牛肉汤",))
    make_subject(name="大碗牛肉汤")
    assert found("大碗牛肉汤") == [
        "大碗牛肉汤",
        "大碗牛肉汤分店",
        "虚构县王记饭店",
        "虚构县大碗牛肉汤",
    ]


def test_a_subject_in_existence_comes_before_one_that_is_over() -> None:
    make_subject(name="虚构县甲牛肉汤", status="cancelled")
    make_subject(name="虚构县乙乙牛肉汤")
    assert found("牛肉汤") == ["虚构县乙乙牛肉汤", "虚构县甲牛肉汤"]


def test_a_match_says_by_which_name_and_in_which_way() -> None:
    make_subject(name="虚构县王记饭店", signs=("淮上人家",))
    (hit,) = service.search("hsrj").hits
    assert (hit.matched_kind, hit.matched_text, hit.matched_by) == ("sign", "淮上人家", "initials")
    assert hit.signs == ("淮上人家",)


def test_a_subject_found_by_two_names_is_one_result() -> None:
    make_subject(name="虚构县王记牛肉汤馆", signs=("王记牛肉汤",))
    results = service.search("王记牛肉汤")
    assert (results.total, results.hits[0].matched_kind) == (1, "sign")


def test_results_are_narrowed_to_a_county_and_a_kind() -> None:
    make_subject(name="虚构县甲牛肉汤", area_code="340403002")
    make_subject(name="虚构县乙牛肉汤", area_code="340422", kind="enterprise", code=make_code("91"))
    make_subject(name="虚构县丙牛肉汤", area_code="Z3404-MJ")
    assert found("牛肉汤", area_code="340403") == ["虚构县甲牛肉汤"]
    assert found("牛肉汤", kind="enterprise") == ["虚构县乙牛肉汤"]
    assert found("牛肉汤", area_code="340422", kind="enterprise") == ["虚构县乙牛肉汤"]
    assert found("牛肉汤", area_code="340404") == []
    assert found("牛肉汤", area_code="Z3404-MJ") == ["虚构县丙牛肉汤"]


def test_results_come_in_pages_and_are_counted_up_to_a_cap() -> None:
    service.store([facts(name=f"虚构县满记{number:03d}号汤馆") for number in range(620)])
    first, last = service.search("满记"), service.search("满记", page=99)
    assert (first.total, first.is_capped, first.pages) == (500, True, 25)
    assert (last.page, len(last.hits)) == (25, 20)
    assert first.hits[0] != service.search("满记", page=2).hits[0]


def test_a_count_below_the_cap_is_exact() -> None:
    service.store([facts(name=f"虚构县满记{number:03d}号汤馆") for number in range(230)])
    results = service.search("满记", page=12)
    assert (results.total, results.is_capped, len(results.hits)) == (230, False, 10)


def test_letters_count_as_the_way_that_finds_most() -> None:
    service.store([facts(name=f"虚构县满记{number:03d}号汤馆") for number in range(130)])
    assert service.search("mj").total == 130


def test_codes_find_their_subjects_in_the_order_asked() -> None:
    first, second = make_subject(name="虚构县甲店"), make_subject(name="虚构县乙店")
    hits = service.by_codes([second.code, first.code, "9" * 18])
    assert [hit.name for hit in hits] == ["虚构县乙店", "虚构县甲店"]


def test_a_subject_without_records_or_names_is_told_apart_from_none() -> None:
    subject = make_subject(registered_on=date(2020, 1, 1))
    assert service.exists(subject.code)
    assert not service.exists("9" * 18)
    assert service.public_row("9" * 18) is None
    assert service.public_row_and_names("9" * 18) is None
    row, others = service.public_row_and_names(subject.code) or (None, None)
    assert (row.code, row.name, others) == (subject.code, subject.name, [])


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("92340403MA2NRT016E", True),
        ("９２340403-MA2NRT016", True),
        ("淮南市", False),
        ("zhangjiniuroutang", False),
        ("123", False),
    ],
)
def test_what_looks_like_a_code_is_treated_as_one(text: str, *, is_code: bool) -> None:
    assert codes.looks_like_code(text) is is_code


def test_both_databases_index_the_same_tokens(app: Flask) -> None:
    make_subject(name="虚构县ABC“旅行社”（分社）")
    assert found("abc旅行社分社") == ["虚构县ABC“旅行社”（分社）"]


def test_further_names_of_one_subject_do_not_hide_that_there_are_more() -> None:
    service.store([facts(name=f"虚构县满记{number:03d}号汤馆") for number in range(120)])
    service.store([facts(name="满记甲", signs=("满记乙", "满记丙"))])
    assert service.search("满记").total == 121


def test_pages_of_results_hold_every_subject_once() -> None:
    service.store([facts(name=f"虚构县满记{number:03d}号汤馆") for number in range(150)])
    service.store([facts(name=f"满记牛肉汤老店第{number:03d}号分店") for number in range(30)])
    pages = [service.search("满记", page=page).hits for page in range(1, 10)]
    codes = [hit.code for hits in pages for hit in hits]
    assert len(codes) == len(set(codes)) == 180
    assert pages[-1][0].matched_text.startswith("虚构县满记")


def test_a_count_says_many_only_when_the_word_stands_in_one_piece() -> None:
    service.store([facts(name=f"虚构县牛肉甲肉汤{number:03d}号馆") for number in range(620)])
    service.store([facts(name=f"虚构县更长一些的牛肉汤{number:03d}号馆") for number in range(130)])
    results = service.search("牛肉汤")
    assert (results.total, results.is_capped) == (130, False)
