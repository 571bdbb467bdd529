"""The texts in content/: kinds, bodies, versions, duties; a file with a fault is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.commitments import texts
from portal.commitments.rules import KINDS
from portal.core import content

NAMED = (
    "beef-soup-quality", "agency-listings", "training-prepaid", "food-licence",
    "inheritance-registration", "wage-payment", "repair-truth",
)  # fmt: skip
GOOD = Path(content.ROOT / "commitments" / "beef-soup-quality-2.toml").read_text("utf-8")


def test_every_kind_has_two_texts_and_the_named_are_there() -> None:
    newest = [versions[-1] for versions in texts.load().values()]
    counts = {kind: sum(each.kind == kind for each in newest) for kind in KINDS}
    assert min(counts.values()) >= 2, counts
    assert set(NAMED) <= set(texts.load())


def test_every_consequence_names_its_basis() -> None:
    for versions in texts.load().values():
        for text in versions:
            assert text.consequences, text.key
            assert all(each.basis and each.basis_en for each in text.consequences), text.key


def test_inheritance_says_what_it_does_not_replace() -> None:
    (text,) = texts.load()["inheritance-registration"]
    assert any("不代替继承本身" in note.zh for note in text.notes)
    assert (text.promisors, text.publication) == (("individual",), "none")


def test_versions_are_compared_sentence_by_sentence() -> None:
    old, new = texts.load()["beef-soup-quality"]
    found = texts.differences(old, new, "zh")
    assert any(each.sign == "added" and "{price}元" in each.text for each in found)
    assert any(each.sign == "removed" for each in found)
    assert any(each.sign == "kept" for each in found)
    assert all(each.text.isascii() for each in texts.differences(old, new, "en"))


def test_turning_a_text_off_does_not_change_its_hash(folder: Path) -> None:
    on = written(folder, GOOD)
    off = written(folder, GOOD.replace("is_open = true", 'is_open = false\nclosed = "停"'))
    other = written(folder, GOOD.replace("7天", "3天"))
    assert on.hash == off.hash != other.hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "public"', 'kind = "odd"', "kind 'odd'"),
        ('body = "agriculture"', 'body = "odd"', "body 'odd'"),
        ('["business"]', '["robot"]', "promisors"),
        ('publication = "required"', 'publication = "odd"', "publication 'odd'"),
        ("due = { days = 30 }", "", "needs its due day"),
        ("{ days = 30 }", '{ blank = "odd" }', "no blank 'odd'"),
        ("version = 2", "version = 3", "should be beef-soup-quality-3.toml"),
    ],
)
def test_a_fault_is_named_with_its_file(folder: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(content.ContentError, match=said):
        written(folder, GOOD.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A content/ with one text; the bodies are the real ones."""
    (tmp_path / "commitments").mkdir()
    (tmp_path / "bodies.toml").write_bytes((content.ROOT / "bodies.toml").read_bytes())
    monkeypatch.setattr(content, "ROOT", tmp_path)
    content.load.cache_clear()
    texts.load.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    content.load.cache_clear()
    texts.load.cache_clear()


def written(folder: Path, text: str) -> texts.Text:
    (folder / "commitments" / "beef-soup-quality-2.toml").write_text(text, "utf-8")
    content.load.cache_clear()
    texts.load.cache_clear()
    return texts.load()["beef-soup-quality"][0]
