"""Load content/commitments/: the texts that may be signed, in all their versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from portal.commitments.rules import KINDS, Blank, Due
from portal.core import content, digest

FOLDER = "commitments"
# What may change in a version that was used: whether it is still offered, and why not.
SWITCHES = ("is_open", "closed", "closed_en")
PUBLICATIONS = ("required", "asked", "none")
PROMISORS = ("business", "individual")


@dataclass(frozen=True)
class Sentence:
    zh: str
    en: str


@dataclass(frozen=True)
class Clause:
    """One promise with a tick of its own; `duty` is what must be done by a day."""

    key: str
    zh: str
    en: str
    duty: str = ""
    duty_en: str = ""
    due: Due | None = None


@dataclass(frozen=True)
class Consequence:
    """What follows when it is not kept, and the provision that says so."""

    zh: str
    en: str
    basis: str
    basis_en: str
    verified: bool


@dataclass(frozen=True)
class Text:
    """One version of a text. Its words never change once somebody has signed it."""

    slug: str
    version: int
    kind: str
    from_on: date
    promisors: tuple[str, ...]
    body: str
    title: str
    title_en: str
    matter: str
    matter_en: str
    about: str
    about_en: str
    gain: str
    gain_en: str
    term_months: int
    publication: str
    clauses: tuple[Clause, ...]
    consequences: tuple[Consequence, ...]
    blanks: tuple[Blank, ...] = ()
    notes: tuple[Sentence, ...] = ()
    scenario: str = ""
    lists_persons: bool = False
    is_open: bool = True
    closed: str = ""
    closed_en: str = ""
    hash: str = ""

    @property
    def key(self) -> str:
        return f"{self.slug}-{self.version}"

    @property
    def is_for_business(self) -> bool:
        return "business" in self.promisors

    @property
    def is_for_individual(self) -> bool:
        return "individual" in self.promisors

    def with_named_blanks(self, sentence: str, language: str) -> str:
        """A sentence of the text with the names of its blanks in brackets."""
        for blank in self.blanks:
            name = f"[{blank.en}]" if language == "en" else f"［{blank.zh}］"
            sentence = sentence.replace(f"{{{blank.key}}}", name)
        return sentence


@dataclass(frozen=True)
class Difference:
    """Sentences of two versions beside each other: kept, taken away or added."""

    sign: str
    text: str


@cache
def load() -> dict[str, tuple[Text, ...]]:
    """Every text by its slug, each with its versions, oldest first. Raises ContentError."""
    found: dict[str, list[Text]] = {}
    for file in sorted((content.ROOT / FOLDER).glob("*.toml")):
        text = _read(f"{FOLDER}/{file.name}")
        if file.stem != text.key:
            raise content.ContentError(f"content/{FOLDER}/{file.name}: should be {text.key}.toml")
        found.setdefault(text.slug, []).append(text)
    return {slug: tuple(sorted(all_, key=_version)) for slug, all_ in found.items()}


def newest(slug: str, today: date) -> Text | None:
    """The version of a text in force on a day; the first to come when none is yet."""
    versions = load().get(slug)
    if not versions:
        return None
    in_force = [each for each in versions if each.from_on <= today]
    return in_force[-1] if in_force else versions[0]


def get(slug: str, version: int) -> Text | None:
    return next((each for each in load().get(slug, ()) if each.version == version), None)


def words(text: Text, language: str) -> list[str]:
    """The sentences of a text in one language, in order, for comparing two versions."""
    is_english = language == "en"
    clauses = [
        each.en + (f" ({each.duty_en})" if each.duty else "")
        if is_english
        else each.zh + (f"（{each.duty}）" if each.duty else "")
        for each in text.clauses
    ]
    ends = [
        f"{each.en} ({each.basis_en})" if is_english else f"{each.zh}（{each.basis}）"
        for each in text.consequences
    ]
    return [text.matter_en if is_english else text.matter, *clauses, *ends]


def differences(before: Text, after: Text, language: str) -> list[Difference]:
    """What changed between two versions, sentence by sentence."""
    old, new = words(before, language), words(after, language)
    found = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Difference("kept", each) for each in old[i1:i2]]
            continue
        found += [Difference("removed", each) for each in old[i1:i2]]
        found += [Difference("added", each) for each in new[j1:j2]]
    return found


def filled(sentence: str, answers: Mapping[str, str]) -> str:
    """A sentence with its blanks filled in; an open one shows as a line."""
    for key, value in answers.items():
        sentence = sentence.replace(f"{{{key}}}", value)
    return sentence


def _version(text: Text) -> int:
    return text.version


def _read(path: str) -> Text:
    row = dict(content.load(path))
    words = {name: value for name, value in row.items() if name not in SWITCHES}
    row["hash"] = digest.sha256(digest.canonical(_plain(words)))
    for name, kind in (("consequences", Consequence), ("notes", Sentence)):
        row[name] = [content.build(kind, each, path) for each in row.get(name, ())]
    row["clauses"] = [_clause(each, path) for each in content.need(path, "clauses")]
    row["blanks"] = [_blank(each, path) for each in row.get("blanks", ())]
    text = content.build(Text, row, path)
    _check(text, path)
    return text


def _clause(row: Mapping[str, Any], path: str) -> Clause:
    due = content.build(Due, row["due"], f"{path}, {row['key']}") if "due" in row else None
    return content.build(Clause, {**row, "due": due}, path)


def _blank(row: Mapping[str, Any], path: str) -> Blank:
    choices = tuple((zh, en) for zh, en in row.get("choices", ()))
    return content.build(Blank, {**row, "choices": choices}, path)


def _check(text: Text, path: str) -> None:
    where = f"content/{path}"
    if text.kind not in KINDS:
        raise content.ContentError(f"{where}: kind '{text.kind}' is unknown")
    if text.publication not in PUBLICATIONS:
        raise content.ContentError(f"{where}: publication '{text.publication}' is unknown")
    if not text.promisors or not set(text.promisors) <= set(PROMISORS):
        raise content.ContentError(f"{where}: promisors must be some of {PROMISORS}")
    if text.body not in {row["slug"] for row in content.need("bodies.toml", "bodies")}:
        raise content.ContentError(f"{where}: body '{text.body}' is unknown")
    blanks = {blank.key for blank in text.blanks}
    for clause in text.clauses:
        if bool(clause.duty) != (clause.due is not None):
            raise content.ContentError(f"{where}, {clause.key}: a duty needs its due day")
        if clause.due and clause.due.blank and clause.due.blank not in blanks:
            raise content.ContentError(f"{where}, {clause.key}: no blank '{clause.due.blank}'")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
