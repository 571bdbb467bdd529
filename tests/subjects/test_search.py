"""Whatever is stored, renamed or ended: search finds what a scan of all names finds."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal.core import db
from portal.subjects import service
from portal.subjects.models import FrequentPart, NameCount, Subject, SubjectName
from portal.subjects.rules import frequent as rules
from portal.subjects.rules import names
from portal.subjects.service import SubjectFacts, frequent, index, register
from tests.factories import make_code

pytestmark = pytest.mark.usefixtures("app")

FIRST, CAP, MANY, PAGE = 10, 30, 40, 5
PLACES = ("淮南市", "寿县", "田家庵区", "虚构县")
CALLED = ("张记", "李家", "老街", "德胜", "ABC", "好又多", "满", "一品香")
TRADES = ("牛肉汤", "牛肉面", "超市", "汽车维修", "信息技术", "行")
ENDS = ("馆", "店", "有限公司", "有限责任公司", "行", "")
COUNTIES = ("340403", "340403002", "340422", "Z3404-MJ", None)
KINDS = ("enterprise", "individual_business")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a city of a million needs happens in one of three hundred."""
    import importlib

    search = importlib.import_module("portal.subjects.service.search")
    for module, given in (
        (search, {"FIRST_CANDIDATES": FIRST, "COUNT_CAP": CAP, "MANY": MANY, "PAGE_SIZE": PAGE,
                  "LAST_PAGE": CAP // PAGE}),
        (rules, {"FREQUENT": 35, "KEPT": 12}),
        (frequent, {"WORTH": 200, "SHARE": 1, "SAMPLE": 100}),
    ):  # fmt: skip
        for name, value in given.items():
            monkeypatch.setattr(module, name, value)


class City:
    """A city of random names, and what a scan of it finds."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.known: list[SubjectFacts] = []

    def name(self) -> str:
        return "".join(map(self.choose.choice, (PLACES, CALLED, TRADES, ENDS)))

    def grow(self, count: int) -> None:
        new = [self.facts(make_code()) for _ in range(count)]
        service.store(new)
        db.session.commit()
        self.known += new

    def facts(self, code: str) -> SubjectFacts:
        choose = self.choose
        signs = tuple(self.name()[3:] for _ in range(choose.choice((0, 0, 1, 2))))
        return SubjectFacts(
            code=code, name=self.name(), kind=choose.choice(KINDS), signs=signs,
            status=choose.choice(("active", "active", "cancelled")),
            area_code=choose.choice(COUNTIES),
        )  # fmt: skip

    def change(self, count: int) -> None:
        """Rename, end, move and sign anew: whatever a register may report."""
        service.store([self.facts(each.code) for each in self.choose.sample(self.known, count)])
        db.session.commit()

    def questions(self, count: int) -> Iterator[str]:
        """Parts of one to eight letters of names, initials and pinyin, and several words."""
        columns = list(map(names.columns, (self.name() for _ in range(count))))
        for number, name in enumerate(columns):
            text = (name.normalised, name.initials, name.pinyin)[number % 3]
            length = 1 + number % 8
            place = self.choose.randint(0, max(len(text) - length, 0))
            yield text[place : place + length]
        yield from ("汽车 行", "a店", "牛肉 馆", "nrt hn", "店 馆", "有限责任公司", "niuroutangguan",
                    "hnsabcnrtyxgs", "淮南市abc牛肉汤有限公司", "没有")  # fmt: skip


def scanned(query: str, area_code: str | None, kind: str | None) -> list[tuple[str, str, str]]:
    """What has the words, in the order that search promises, by reading every name."""
    words = service.words_of(query)
    rows = db.session.execute(
        select(
            SubjectName.rank, SubjectName.subject_id, SubjectName.kind, SubjectName.text,
            SubjectName.normalised, SubjectName.initials, SubjectName.pinyin, Subject.code,
            Subject.area_code, Subject.kind.label("of_kind"),
        )
        .join(SubjectName.subject)
        .order_by(SubjectName.rank)
    ).all()  # fmt: skip
    rows = [row for row in rows if _is_among(row, area_code, kind)]
    first: dict[int, Any] = {}
    later: dict[int, Any] = {}
    for way in names.query_ways(words):
        right = [row for row in rows if _has(way, words, row)]
        for place, row in enumerate(right):
            tier = names.tier(words[0], getattr(row, way.column), row.kind)
            key = (tier, row.rank) if place < FIRST else (row.rank,)
            best = first if place < FIRST else later
            if row.subject_id not in best or key < best[row.subject_id][0]:
                best[row.subject_id] = (key, (row.code, row.text, way.name))
    found = sorted(first.values()) + sorted(
        value for subject_id, value in later.items() if subject_id not in first
    )
    return [hit for _key, hit in found]


def _is_among(row: Any, area_code: str | None, kind: str | None) -> bool:
    county = register.county_of(row.area_code or "")
    return (area_code is None or county == area_code) and kind in (None, row.of_kind)


def _has(way: names.Way, words: Sequence[str], row: Any) -> bool:
    text = getattr(row, way.column)
    if way.mark == names.BEGINNING:
        return bool(text.startswith(words[0]))
    return all(word in text for word in words)


def assert_finds(query: str, **filters: str) -> None:
    expected = scanned(query, filters.get("area_code"), filters.get("kind"))
    results = service.search(query, **filters)  # type: ignore[arg-type]
    assert (results.total, results.is_capped) == (min(len(expected), CAP), len(expected) >= CAP), (
        query
    )
    hits = [
        (hit.code, hit.matched_text, hit.matched_by)
        for page in range(1, results.pages + 1)
        for hit in service.search(query, page=page, **filters).hits  # type: ignore[arg-type]
    ]
    assert hits == expected[:CAP], query


def assert_is_right(city: City, count: int) -> None:
    for query in city.questions(count):
        assert_finds(query)
    for query in ("牛肉汤", "公司", "nrt", "店", "汽车 行"):
        assert_finds(query, area_code="340403")
        assert_finds(query, kind="enterprise")
        assert_finds(query, area_code="340422", kind="individual_business")


def kept() -> dict[str, tuple[int, ...]]:
    rows = db.session.execute(select(FrequentPart.part, FrequentPart.entries))
    return {part: frequent.unpack(entries) for part, entries in rows}


def state() -> Any:
    return db.session.execute(select(NameCount.__table__)).one()


@pytest.mark.limit(30)
@pytest.mark.parametrize("seed", range(3))
def test_search_finds_what_a_scan_finds_whatever_happens(seed: int) -> None:
    city = City(seed)
    city.grow(200)
    assert_is_right(city, 24)
    assert frequent.renew() == 1
    assert kept()
    for _step in range(3):
        city.change(12)
        city.grow(8)
        assert_is_right(city, 16)
    assert state().build
    city.grow(150)
    assert not state().build
    assert_is_right(city, 16)
    assert frequent.renew() == 1
    assert_is_right(city, 24)


@pytest.mark.limit(30)
@pytest.mark.parametrize("share", [2, 6, 1000])
def test_several_words_and_filters_find_the_same_however_frequent_the_words_are(
    share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SHARE", share)
    city = City(11)
    city.grow(250)
    frequent.renew()
    for query in ("牛 店", "nrt hn", "niurou tang", "德胜 行", "有限责任公司 淮南市虚构县老街牛肉汤",
                  "hnsxkj yxzrgs", "汤 abc", "没有 店"):  # fmt: skip
        assert_finds(query)
        assert_finds(query, kind="enterprise")
    for query in ("店", "hn", "nr", "niurou", "淮", "abc", "淮南市虚构县德胜牛肉汤馆"):
        assert_finds(query, area_code="340403")
        assert_finds(query, area_code="340422", kind="individual_business")


@pytest.mark.limit(30)
def test_the_lists_after_many_changes_are_those_of_a_new_build() -> None:
    city = City(7)
    city.grow(250)
    frequent.renew()
    for _step in range(4):
        city.change(10)
        city.grow(5)
    followed = kept()
    through = dict(db.session.execute(select(FrequentPart.part, FrequentPart.through)).all())
    parts = rules.Parts(followed)
    for row in db.session.execute(frequent.NAMES.order_by(SubjectName.rank)):
        parts.add(frequent.name_of(row))
    first = {each.part: each.entries for each in parts.kept()}
    assert len(first) > 50
    for part, entries in first.items():
        some = [entry for entry in entries if entry >> 2 <= through[part]]
        assert list(followed[part][: len(some)]) == some, part


def test_a_frequent_word_is_answered_from_its_list(monkeypatch: pytest.MonkeyPatch) -> None:
    city = City(3)
    city.grow(300)
    frequent.renew()
    asked = []
    real = index.ask_or_kept

    def watched(*given: Any, **named: Any) -> index.Answer:
        told = real(*given, **named)
        asked.append((sorted(way.name for way in told.kept), sum(map(len, told.ranks.values()))))
        return told

    monkeypatch.setattr(index, "ask_or_kept", watched)
    assert service.search("牛肉").is_capped
    # Only the few signs that begin with the word are asked for, and no count.
    assert [(ways, few < FIRST) for ways, few in asked] == [(["name"], True)]


def test_lists_that_tell_of_names_that_are_gone_give_way_to_the_index() -> None:
    city = City(4)
    city.grow(300)
    frequent.renew()
    assert "牛肉" in kept()
    hit = service.search("牛肉").hits[0]
    service.store([SubjectFacts(code=hit.code, name="虚构县改名花店", kind="enterprise")])
    expected = scanned("牛肉", None, None)
    # As if the lists had not been told.
    first = register.static_rank("active", 4, 1, 0) << 2
    db.session.execute(
        update(FrequentPart)
        .where(FrequentPart.part == "牛肉")
        .values(entries=frequent.pack((first, *kept()["牛肉"])))
    )
    hits = service.search("牛肉").hits
    assert [hit.code for hit in hits] == [code for code, _text, _by in expected[:PAGE]]


def test_lists_that_lost_all_their_names_give_way_to_the_index() -> None:
    city = City(12)
    city.grow(250)
    frequent.renew()
    db.session.execute(update(FrequentPart).values(entries=b""))
    for query in ("店", "牛肉", "牛 店", "nrt hn"):
        assert_finds(query)
        assert_finds(query, kind="enterprise")


def test_lists_are_renewed_only_when_enough_names_changed() -> None:
    city = City(5)
    city.grow(60)
    assert frequent.renew() == 0
    city.grow(150)
    assert frequent.renew() == 1
    assert (state().names, state().added) == (
        db.session.scalar(select(func.count()).select_from(SubjectName)), 0,
    )  # fmt: skip
    assert frequent.renew() == 0


def test_names_stored_while_the_lists_are_gathered_void_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city = City(6)
    city.grow(250)
    gathered = frequent._gathered

    def meanwhile() -> Any:
        found = gathered()
        db.session.rollback()
        db.reads_only.set(False)
        city.grow(1)
        return found

    monkeypatch.setattr(frequent, "_gathered", meanwhile)
    assert frequent.renew() == 0
    assert not kept()
    monkeypatch.setattr(frequent, "_gathered", gathered)
    assert frequent.renew() == 1


def test_so_many_removals_that_a_number_is_unsure_are_counted_again() -> None:
    city = City(8)
    city.grow(200)
    frequent.renew()
    db.session.execute(update(NameCount).values(removed=190))
    assert_finds("牛肉")


def test_a_subject_with_many_names_does_not_hide_how_many_others_there_are() -> None:
    signs = tuple(f"满记{number}号" for number in range(15))
    service.store(
        SubjectFacts(code=make_code(), name=f"满记{number}总店", kind="enterprise", signs=signs)
        for number in range(CAP + 5)
    )
    assert_finds("满记")


def test_subjects_by_name_are_told_with_whether_these_are_all() -> None:
    city = City(9)
    city.grow(250)
    frequent.renew()
    every = {code for code, _text, _by in scanned("汽车维修", None, None)}
    ids, is_complete = service.find_ids("汽车维修", limit=500)
    found = db.session.scalars(select(Subject.code).where(Subject.id.in_(ids)))
    assert (set(found), is_complete) == (every, True)
    assert not service.find_ids("牛肉", limit=30)[1]


def test_an_unchanged_name_of_a_changed_subject_stays_where_it_is() -> None:
    city = City(10)
    city.grow(250)
    frequent.renew()
    before = kept()
    first = city.known[0]
    service.store([SubjectFacts(code=first.code, name=first.name, kind=first.kind, address="新址",
                                signs=first.signs, status=first.status, area_code=first.area_code)])  # fmt: skip
    assert kept() == before


def test_an_empty_question_finds_nobody() -> None:
    assert service.find_ids("，", limit=10) == ([], True)
