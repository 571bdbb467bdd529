"""The English catalogue says everything the Chinese source says, and nothing else."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "translations"
PLACE = re.compile(r"%\(\w+\)[sd]")
HAN = re.compile(r"[㐀-䶿一-鿿]")
IGNORED_FOLDERS = (".", "_", "node_modules", "tests", "var", "bench")

Key = str | tuple[str, ...]


def extracted() -> set[Key]:
    """Every text that code and templates mark for translation."""
    with (TRANSLATIONS / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(
        str(ROOT), methods, options, directory_filter=lambda path: not _is_ignored(path)
    )
    return {key for _file, _line, key, _comments, _context in found if key}


def _is_ignored(path: str) -> bool:
    return Path(path).name.startswith(IGNORED_FOLDERS)


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en")


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def faults(message: Message) -> Iterator[str]:
    """What is wrong with one translated message."""
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    targets = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield f"{sources[0]!r} is fuzzy"
    if not all(targets):
        yield f"{sources[0]!r} is not translated"
    for target in filter(None, targets):
        if HAN.search(target):
            yield f"{sources[0]!r} is not English: {target!r}"
        if set(PLACE.findall(target)) - set(PLACE.findall(" ".join(sources))):
            yield f"{sources[0]!r} has other places than {target!r}"
    if targets[-1] and set(PLACE.findall(sources[-1])) - set(PLACE.findall(targets[-1])):
        yield f"{sources[0]!r} lost a place in {targets[-1]!r}"


@pytest.fixture(scope="module")
def english() -> Catalog:
    return catalogue(TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po")


def test_the_catalogue_has_every_text_and_no_other(english: Catalog) -> None:
    there = {message.id for message in messages(english)}
    source = extracted()
    assert source - there == set(), "run make i18n and translate these"
    assert there - source == set(), "run make i18n: nothing says these any more"


def test_every_text_is_translated(english: Catalog) -> None:
    assert [fault for message in messages(english) for fault in faults(message)] == []


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('msgid "查询"\nmsgstr ""', "is not translated"),
        ('#, fuzzy\nmsgid "查询"\nmsgstr "Search"', "is fuzzy"),
        ('msgid "查询"\nmsgstr "查询"', "is not English"),
        ('msgid "共%(n)s个"\nmsgstr "some"', "lost a place"),
        ('msgid "共%(n)s个"\nmsgstr "%(number)s of them"', "has other places"),
        (
            'msgid "%(n)s个"\nmsgid_plural "%(n)s个"\nmsgstr[0] "one"\nmsgstr[1] ""',
            "is not translated",
        ),
    ],
)
def test_a_planted_fault_is_found(entry: str, sentence: str) -> None:
    read = read_po(BytesIO(f'msgid ""\nmsgstr ""\n\n{entry}\n'.encode()), locale="en")
    found = [fault for message in messages(read) for fault in faults(message)]
    assert any(sentence in fault for fault in found), found


def test_a_good_entry_has_no_fault() -> None:
    entry = 'msgid "%(n)s个"\nmsgid_plural "%(n)s个"\nmsgstr[0] "one"\nmsgstr[1] "%(n)s"'
    read = read_po(BytesIO(f'msgid ""\nmsgstr ""\n\n{entry}\n'.encode()), locale="en")
    assert [fault for message in messages(read) for fault in faults(message)] == []
