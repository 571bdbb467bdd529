"""The law data are complete, or the fault is named."""

from pathlib import Path

import pytest

from portal.core import content
from portal.records import law
from portal.records.rules import CLASSES, KINDS


def test_every_kind_and_class_is_on_file() -> None:
    loaded = law.load()
    assert list(loaded.kinds) == list(KINDS)
    assert {record_class for _, record_class in loaded.classes} == set(CLASSES)
    assert [each.number for each in loaded.catalogue] == list(range(1, 14))
    assert all(1 <= kind.catalogue_class <= 13 for kind in loaded.kinds.values())


def test_no_default_class_of_a_penalty_claims_to_be_verified() -> None:
    assert not any(kind.verified for kind in law.load().penalty_kinds)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "classes",
            'record_class = "serious"',
            'record_class = "general"',
            "has no class 'serious'",
        ),
        ("record_kinds", 'key = "honour"', 'key = "praise"', "kind 'honour' is missing"),
        (
            "record_kinds",
            'repair_route = "court"',
            'repair_route = "x"',
            "route of 'court' is unknown",
        ),
        ("penalty_kinds", "small_fine_fen = 300_000", "", "key 'small_fine_fen' is missing"),
        ("classes", "min_months = 0", "", "classes 1: key 'min_months' is missing"),
    ],
)
def test_a_fault_in_the_law_data_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, message: str
) -> None:
    real = content.ROOT / "law"
    (tmp_path / "law").mkdir()
    for source in real.glob("*.toml"):
        text = source.read_text("utf-8")
        copy = text.replace(old, new) if source.stem == file else text
        (tmp_path / "law" / source.name).write_text(copy, "utf-8")
    monkeypatch.setattr(content, "ROOT", tmp_path)
    content.load.cache_clear()
    with pytest.raises(content.ContentError, match=message):
        law.load.__wrapped__()
    content.load.cache_clear()
