"""Stored grades follow facts, records and days at once; no list or page shows a stale one."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.core import clock, db
from portal.core.calendar import add_months
from portal.core.errors import Refused
from portal.records import service as records
from portal.records.models import RecordChange
from portal.scenarios import service
from portal.scenarios.models import GradeChange, ListingCount, ScenarioFact, StoredGrade
from portal.scenarios.service import Filters
from portal.subjects.models import Subject
from tests.conftest import Clock
from tests.factories import TODAY, make_facts, make_listed, make_record, make_subject
from tests.questions import asked


def grade_of(subject: Subject, slug: str = "beef-soup") -> str:
    """The grade on the subject's page, which the list must show as well."""
    found = service.explain(subject.code, slug)
    assert found is not None
    assert found.grade is not None
    listing = service.find(slug, filters=Filters(query=subject.code))
    assert listing is not None
    assert [entry.grade for entry in listing.entries] == [found.grade.grade]
    assert listing.counts[found.grade.grade] == 1
    by_grade = service.find(slug, filters=Filters(grade=found.grade.grade, query=subject.code))
    assert by_grade is not None
    assert by_grade.total == 1
    graded = service.grades_of(subject.id)
    assert [each.word for each in graded] == [found.grade.grade]
    public = records.outline(subject.id, clock.today()).records
    assert [told(each) for each in service.grades_of(subject.id, public)] == list(map(told, graded))
    return found.grade.grade


def told(graded: service.Graded) -> Any:
    """What is shown of a grade; what it was computed from is another matter."""
    return graded.rule, graded.reply, graded.grade and graded.grade._replace(given=None)


def stored(subject: Subject) -> StoredGrade:
    return db.session.scalars(
        select(StoredGrade).where(StoredGrade.subject_id == subject.id)
    ).one()  # fmt: skip


def test_what_is_stored_is_graded_in_the_same_breath(app: Flask) -> None:
    shop = make_listed()
    assert stored(shop).grade == grade_of(shop) == "excellent"
    make_facts(shop, sampling="failed")
    assert stored(shop).grade == grade_of(shop) == "fair"


def test_a_new_record_and_its_repair_show_before_anything_is_recomputed(app: Flask) -> None:
    shop = make_listed()
    record = make_record(shop, record_class="serious", kind="penalty")
    assert stored(shop).grade == "excellent"
    assert grade_of(shop) == "suspended"
    service.recompute_due()
    assert stored(shop).grade == "suspended"
    records.repair(record.id, on=TODAY, actor="test")
    assert stored(shop).grade == "suspended"
    assert grade_of(shop) == "excellent"


def test_a_day_that_changes_a_grade_shows_without_a_recomputation(app: Flask, clock: Clock) -> None:
    shop = make_listed(licence_until=TODAY)
    assert (grade_of(shop), stored(shop).changes_on) == ("excellent", TODAY + timedelta(1))
    clock.move(days=1)
    assert grade_of(shop) == "suspended"
    assert stored(shop).grade == "excellent"


def test_a_new_version_of_a_rule_counts_at_once(app: Flask) -> None:
    shop = make_listed()
    db.session.execute(update(StoredGrade).values(grade="poor", rule_version="2025-1"))
    assert grade_of(shop) == "excellent"
    assert service.recompute_due() == 1
    assert stored(shop).grade == "excellent"


def test_recomputing_takes_every_stale_subject_and_then_rests(app: Flask, clock: Clock) -> None:
    for _place in range(3):
        make_record(make_listed())
    clock.move(days=400)
    looked = [service.recompute_due(2) for _round in range(4)]
    assert looked[0] == 2
    assert sum(looked) >= 3
    while service.recompute_due():
        pass
    assert service.recompute_due() == 0
    assert db.session.scalars(select(RecordChange)).all() == []


def test_recomputing_all_gives_what_was_stored(app: Flask) -> None:
    shops = [make_listed(), make_listed(inspection="corrected")]
    make_record(shops[0])
    before = [grade_of(shop) for shop in shops]
    assert service.recompute_all() == 2
    assert [stored(shop).grade for shop in shops] == before
    assert service.recompute_due() == 0


def test_a_change_of_grade_is_kept_with_before_after_and_cause(app: Flask, clock: Clock) -> None:
    shop = make_listed()
    clock.move(days=3)
    make_facts(shop, inspection="failed")
    (change,) = db.session.scalars(select(GradeChange))
    assert (change.before, change.after, change.causes) == (
        "excellent",
        "suspended",
        ["inspection"],
    )
    assert (change.points_before, change.points_after) == (97, 77)
    assert change.changed_on == TODAY + timedelta(3)


def test_the_same_fact_of_the_same_day_replaces_the_other(app: Flask) -> None:
    shop = make_listed()
    service.store(facts=[service.FactRow(shop.code, "beef-soup", "sampling", "failed", TODAY),
                         service.FactRow(shop.code, "beef-soup", "sampling", "passed", TODAY)],
                  actor="test")  # fmt: skip
    same = select(ScenarioFact).where(ScenarioFact.key == "sampling", ScenarioFact.from_on == TODAY)
    assert [fact.value for fact in db.session.scalars(same)] == ["passed"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject_code": "91340499MA000000XX"}, "no_such_subject"),
        ({"scenario": "coffee"}, "no_such_fact"),
        ({"key": "charm"}, "no_such_fact"),
        ({"value": "delicious"}, "no_such_value"),
    ],
)
def test_what_no_rule_knows_is_refused(app: Flask, changes: dict[str, Any], reason: str) -> None:
    row = service.FactRow(make_subject().code, "beef-soup", "licence", "valid", TODAY)
    with pytest.raises(Refused) as refused:
        service.store(facts=[row._replace(**changes)], actor="test")
    assert refused.value.reason == reason


def test_numbers_of_persons_are_masked_when_facts_are_stored(app: Flask) -> None:
    shop = make_listed()
    row = service.FactRow(shop.code, "beef-soup", "licence_number", "联系13800000000", TODAY)
    service.store(facts=[row], actor="test")
    found = service.explain(shop.code, "beef-soup")
    assert found is not None
    assert "13800000000" not in " ".join(fact.value for fact in found.facts)


def test_a_list_is_filtered_by_county_grade_and_name(app: Flask) -> None:
    here = make_listed(make_subject("虚构县甲牛肉汤馆", area_code="340403002", signs=("老甲",)))
    there = make_listed(make_subject("虚构县乙牛肉汤馆", area_code="340421100"), sampling="failed")
    ask = lambda **filters: [  # noqa: E731
        entry.code for entry in service.find("beef-soup", filters=Filters(**filters)).entries
    ]
    assert ask() == [there.code, here.code]
    assert ask(area_code="340403") == ask(query="老甲") == ask(grade="excellent") == [here.code]
    assert ask(area_code="340421") == ask(grade="fair") == [there.code]
    assert ask(query="没有%") == ask(grade="poor") == []
    assert service.find("beef-soup", filters=Filters(grade="best")).total == 2


def test_who_left_the_list_is_in_it_no_more(app: Flask, clock: Clock) -> None:
    shop = make_listed(until=TODAY + timedelta(1))
    assert service.find("beef-soup").total == 1
    assert service.listed_counts() == {"beef-soup": 1}
    clock.move(days=1)
    assert service.find("beef-soup").total == 0
    assert service.listed_counts() == {}
    assert service.grades_of(shop.id) == []
    assert service.explain(shop.code, "beef-soup") is None


def test_a_scenario_without_a_rule_lists_facts_and_grades_nobody(app: Flask) -> None:
    shop = make_subject()
    service.store([service.Listed(shop.code, "export", TODAY)], actor="test")
    found = service.explain(shop.code, "export")
    assert found is not None
    assert found.grade is None
    assert service.find("export", filters=Filters(grade="good")).total == 1
    assert service.find("export").counts == {"none": 1}
    assert [each.word for each in service.grades_of(shop.id)] == ["none"]
    assert stored(shop).grade == "none"


def test_lists_without_lines_get_them_when_the_schema_was_changed(app: Flask) -> None:
    make_listed()
    db.session.execute(delete(StoredGrade))
    db.session.execute(delete(ListingCount))
    assert service.recompute_missing() == 1
    assert service.recompute_missing() == 0
    assert service.find("beef-soup", filters=Filters(grade="excellent")).total == 1


def test_only_the_list_that_is_asked_for_is_graded_to_explain_it(app: Flask) -> None:
    shop = make_listed()
    service.store([service.Listed(shop.code, "training", TODAY)], actor="test")
    with asked() as questions:
        found = service.explain(shop.code, "beef-soup")
    assert found is not None
    graded = {each.rule.slug: each for each in service.grades_of(shop.id)}
    assert graded.keys() == {"beef-soup", "training"}
    assert (found.rule, found.grade, found.reply) == graded["beef-soup"]
    (listings,) = [words for words in questions if "FROM scenario_listing" in words]
    assert "scenario_listing.scenario = " in listings


def test_the_file_of_a_shop_is_found_with_its_signs_and_their_names_are_asked_for_once(
    app: Flask,
) -> None:
    shop = make_listed(make_subject("虚构县老码头牛肉汤馆", signs=("老码头",)))
    with asked() as questions:
        found = service.dossier(shop.code, "beef-soup")
    assert found is not None
    assert list(found.signs) == ["老码头"]
    assert len([words for words in questions if "FROM subject" in words]) == 1
    assert service.dossier(shop.code, "training") is None
    assert service.dossier("9" * 18, "beef-soup") is None


def test_what_does_not_exist_is_none(app: Flask) -> None:
    shop = make_listed()
    assert service.find("coffee") is None
    assert service.explain(shop.code, "coffee") is None
    assert service.explain(shop.code, "training") is None
    assert service.explain("91340499MA000000XX", "beef-soup") is None


def test_a_disputed_record_marks_the_grade_everywhere(app: Flask) -> None:
    shop = make_listed()
    make_record(shop, is_disputed=True)
    for _turn in ("computed", "stored"):
        (entry,) = service.find("beef-soup").entries
        (graded,) = service.grades_of(shop.id)
        assert entry.is_disputed
        assert graded.grade is not None
        assert graded.grade.is_disputed
        service.recompute_due()


@pytest.mark.limit(10)
def test_a_stored_grade_agrees_with_the_pure_rule_on_every_later_day(
    app: Flask, clock: Clock
) -> None:
    shops = [make_listed(), make_listed(inspection="corrected", licence_until=add_months(TODAY, 3))]
    make_record(shops[0], decided_on=date(2026, 8, 1), record_class="general")
    service.recompute_due()
    for months in range(0, 30, 2):
        day = add_months(TODAY, months)
        clock.set(day)
        for shop in shops:
            grade_of(shop)


def test_the_command_computes_stale_grades_or_all(own_app: Flask) -> None:
    run = own_app.test_cli_runner().invoke
    with own_app.app_context():
        make_record(make_listed())
    assert run(args=["portal", "recompute"]).output == "recomputed: 1 subjects\n"
    assert run(args=["portal", "recompute"]).output == "recomputed: 0 subjects\n"
    assert run(args=["portal", "recompute", "--all"]).output == "recomputed: 1 subjects\n"
