"""Fifteen scenarios with the bodies of the annex, or the fault is named."""

from pathlib import Path

import pytest

from portal.core import content
from portal.scenarios import rulebook
from tests.site.test_translations import HAN

# Lead and cooperating bodies, as the annex of the work plan has them.
ANNEX = {
    "real-estate": ("市自规局", "市发改委"),
    "construction-waste": ("市城管局", ""),
    "medical-insurance": ("市医保局", ""),
    "labour": ("市人社局", ""),
    "export": ("市税务局", "淮南海关"),
    "food-safety": ("市市场监管局", ""),
    "work-safety": ("市应急局", ""),
    "energy": ("市发改委", "国网淮南供电公司"),
    "construction": ("市住建局", ""),
    "property-agency": ("市住建局", ""),
    "property-management": ("市住建局", ""),
    "e-commerce": ("市商务局", "市市场监管局"),
    "tourism": ("市文旅局", "市市场监管局、市商务局"),
    "beef-soup": ("市农业农村局", "市商务局、市工信局"),
    "training": ("市教体局、市文旅局、市科技局", ""),
}


def test_lead_and_cooperating_bodies_are_those_of_the_annex() -> None:
    short = {row["slug"]: row["short_name"] for row in content.need("bodies.toml", "bodies")}
    assert {
        slug: tuple(
            "、".join(short[body] for body in side) for side in (rule.lead, rule.cooperating)
        )
        for slug, rule in rulebook.load().items()
    } == ANNEX


def test_english_words_are_english() -> None:
    for rule in rulebook.load().values():
        words = [value for name in rule.__dataclass_fields__ if name.endswith("_en")
                 for value in (getattr(rule, name),)]  # fmt: skip
        words += [rule.en, *(fact.en for fact in rule.facts)]
        words += [en for fact in rule.facts for _zh, en in fact.values.values()]
        for line in rule.indicators:
            words += [line.en, *(one.en + one.advice_en for one in line.outcomes)]
        assert [text for text in words if HAN.search(text)] == []


def test_every_rule_says_that_it_is_on_trial() -> None:
    assert all("试行" in rule.notice_zh for rule in rulebook.load().values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"agriculture"', '"nobody"', "unknown body 'nobody'"),
        ('slug = "beef-soup"', 'slug = "soup"', "the slug is 'soup'"),
        ("full = 20", "full = 21", "do not add up to 100"),
        ('number = 14', "", "key 'number' is missing"),
        ('key = "licence"\nzh', 'key = "licence"\nzz', "fact licence: key 'zz' is unknown"),
        ("at_least = 0\npoints", "at_last = 0\npoints", "key 'at_last' is unknown"),
    ],
)  # fmt: skip
def test_a_fault_in_a_scenario_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    real = content.ROOT
    (tmp_path / "scenarios").mkdir()
    text = (real / "scenarios" / "beef-soup.toml").read_text("utf-8")
    (tmp_path / "scenarios" / "beef-soup.toml").write_text(text.replace(old, new), "utf-8")
    (tmp_path / "bodies.toml").write_text((real / "bodies.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setattr(content, "ROOT", tmp_path)
    content.load.cache_clear()
    with pytest.raises(content.ContentError, match=message):
        rulebook._rule("beef-soup")
    content.load.cache_clear()
