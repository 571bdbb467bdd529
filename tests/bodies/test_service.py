"""Areas and bodies: the seven counties, 95 towns and units, zones, former codes."""

from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.bodies import service
from portal.bodies.models import Area, Body
from portal.core import db
from tests.conftest import let_go, make_app
from tests.databases import Server
from tests.questions import asked


def test_there_are_seven_counties_and_95_towns_and_units() -> None:
    assert [county.name for county in service.counties()] == [
        "大通区", "田家庵区", "谢家集区", "八公山区", "潘集区", "凤台县", "寿县",
    ]  # fmt: skip
    assert sum(len(service.towns(county.code)) for county in service.counties()) == 95


@pytest.mark.parametrize("former", ["341521", "342422"])
def test_a_former_code_is_an_alias_of_the_present_one(former: str) -> None:
    area = service.find_area(former)
    assert area is not None
    assert area.code == "340422"


@pytest.mark.parametrize("code", [None, "", "999999"])
def test_an_unknown_code_is_no_area(code: str | None) -> None:
    assert service.find_area(code) is None
    assert service.county_of(code) is None
    assert service.area_path(code) == ""


def test_a_town_lies_in_its_county_though_a_zone_runs_it() -> None:
    assert service.county_of("340421106").name == "凤台县"  # type: ignore[union-attr]


def test_three_towns_are_run_by_the_maoji_zone() -> None:
    run = [place.name for place in service.places().values() if place.zone == "Z3404-MJ"]
    assert run == ["毛集镇", "夏集镇", "焦岗湖镇"]


def test_a_place_is_named_from_large_to_small_and_in_english_from_small_to_large() -> None:
    assert service.area_path("340403005") == "田家庵区朝阳街道"
    assert service.area_path("340403005", "en") == "Chaoyang Subdistrict, Tianjia'an District"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("安徽省淮南市田家庵区朝阳街道1号", "朝阳街道"),
        ("安徽省淮南市田家庵区国庆中路", "田家庵区"),
        ("寿县寿春镇", "寿春镇"),
        ("安徽省淮南市国庆中路", None),
    ],
)
def test_an_area_is_read_from_an_address(address: str, name: str | None) -> None:
    place = service.find_in_address(address)
    assert (place.name if place else None) == name


@pytest.mark.usefixtures("app")
def test_loading_twice_changes_nothing_and_mends_what_differs() -> None:
    assert service.load() == 0
    area = db.session.get(Area, "340403")
    assert area is not None
    area.name = "旧名"
    db.session.flush()
    assert service.load() == 1
    assert area.name == "田家庵区"


def test_every_body_that_leads_a_scenario_is_on_file(app: Flask) -> None:
    names = set(db.session.scalars(select(Body.short_name)))
    for leading in (
        "市自规局", "市城管局", "市医保局", "市人社局", "市税务局", "市市场监管局", "市应急局",
        "市发改委", "市住建局", "市商务局", "市文旅局", "市农业农村局", "市教体局", "市科技局",
        "淮南海关", "国网淮南供电公司",
    ):  # fmt: skip
        assert leading in names
    assert db.session.scalar(select(func.count(Area.code))) == len(service.places())


@pytest.mark.usefixtures("app")
def test_fictional_bodies_have_names_but_come_into_a_database_only_when_asked_for() -> None:
    fictional = [row["slug"] for row in service.fictional()]
    assert not set(fictional) & set(service.names_by_slug())
    assert service.name_of("shunyuan-district") == "舜原区人民政府（虚构）"
    with pytest.raises(LookupError):
        service.name_of("nowhere")
    stored = select(Body.slug).where(Body.slug.in_(fictional)).order_by(Body.slug)
    assert list(db.session.scalars(stored)) == []
    assert service.load_fictional() == len(fictional)
    assert service.load_fictional() == 0
    assert list(db.session.scalars(stored)) == sorted(fictional)


@pytest.mark.usefixtures("app")
def test_in_a_demo_the_name_of_every_office_says_that_it_is_one() -> None:
    real = service.name_of("market-regulation")
    assert (service.is_of_demo(), real) == (False, "淮南市市场监督管理局")
    service.load_fictional()
    assert service.is_of_demo()
    assert service.name_of("market-regulation") == "淮南市市场监督管理局（演示）"
    for row in service.rows():
        assert row["name"].endswith("（演示）")
        assert row["short_name"].endswith("（演示）")
        assert row["english"].endswith(" (demo)")
    assert service.name_of("shunyuan-district") == "舜原区人民政府（虚构）"


@pytest.mark.usefixtures("app")
def test_whether_this_is_a_demo_is_asked_once_for_all_names() -> None:
    with asked() as questions:
        named = {slug: service.name_of(slug) for slug in ("market-regulation", "tax")}
        assert named.items() <= service.names_by_slug().items()
    assert len(questions) == 1


def test_the_next_request_knows_that_this_became_a_demo_and_no_other_database_did(
    server: Server, migrated: str
) -> None:
    def load_elsewhere() -> None:
        service.load_fictional()
        db.session.commit()
        db.session.remove()

    app = make_app(server.new(like=migrated))
    assert not service.is_of_demo()
    db.session.remove()
    elsewhere = Thread(target=load_elsewhere)
    elsewhere.start()
    elsewhere.join()
    assert service.is_of_demo()
    let_go(app)
    other = make_app(server.new(like=migrated))
    assert not service.is_of_demo()
    let_go(other)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("淮南市市场监督管理局", "market-regulation"),
        ("淮南市市场监督管理局（演示）", "market-regulation"),
        ("舜原区人民政府（虚构）", None),
        ("", None),
    ],
)
def test_an_office_is_known_by_its_name_with_and_without_the_mark(
    name: str, slug: str | None
) -> None:
    assert service.slug_named(name) == slug
