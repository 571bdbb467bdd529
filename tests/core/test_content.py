"""A file under content/ that cannot be used is named with its key."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.core import content


@dataclass(frozen=True)
class Sample:
    key: str
    towns: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(content, "ROOT", tmp_path)
    content.load.cache_clear()
    return tmp_path


def test_a_file_is_read_once(folder: Path) -> None:
    (folder / "a.toml").write_text("x = 1", "utf-8")
    assert content.need("a.toml", "x") == 1
    assert content.load("a.toml") is content.load("a.toml")


def test_a_missing_file_a_broken_file_and_a_missing_key_are_named(folder: Path) -> None:
    (folder / "broken.toml").write_text("x = ", "utf-8")
    (folder / "empty.toml").write_text("", "utf-8")
    with pytest.raises(content.ContentError, match="content/none.toml: no such file"):
        content.load("none.toml")
    with pytest.raises(content.ContentError, match="content/broken.toml: "):
        content.load("broken.toml")
    with pytest.raises(content.ContentError, match="content/empty.toml: key 'x' is missing"):
        content.need("empty.toml", "x")


def test_a_table_becomes_a_frozen_value() -> None:
    assert content.build(Sample, {"key": "k", "towns": ["a"]}, "x") == Sample("k", ("a",))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"towns": []}, "content/a.toml, row 1: key 'key' is missing"),
        ({"key": "k", "colour": 1}, "content/a.toml, row 1: key 'colour' is unknown"),
    ],
)
def test_a_wrong_key_of_a_table_is_named(row: dict[str, object], message: str) -> None:
    with pytest.raises(content.ContentError, match=message):
        content.build(Sample, row, "a.toml, row 1")
