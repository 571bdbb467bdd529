"""Names as people type them: normalised, in pinyin, cut into the tokens of the search index."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

# Readings that business names use where the dictionary's first reading is another.
CHARACTERS = {
    "行": "hang", "长": "chang", "重": "zhong", "朝": "chao", "乐": "le", "厦": "sha", "调": "tiao",
    "传": "chuan", "藏": "cang", "会": "hui", "单": "dan", "曾": "zeng", "都": "du", "角": "jiao",
    "便": "bian", "解": "jie", "盛": "sheng", "蚌": "beng", "埠": "bu", "着": "zhe", "得": "de",
    "和": "he", "了": "liao", "大": "da", "石": "shi", "卡": "ka", "万": "wan", "合": "he",
}  # fmt: skip
PHRASES = {
    "旅行": "lv xing", "行政": "xing zheng", "飞行": "fei xing", "自行": "zi xing",
    "运行": "yun xing", "步行": "bu xing", "风行": "feng xing", "知行": "zhi xing",
    "行者": "xing zhe", "践行": "jian xing", "行知": "xing zhi", "行动": "xing dong",
    "先行": "xian xing", "通行": "tong xing", "出行": "chu xing", "远行": "yuan xing",
    "力行": "li xing", "善行": "shan xing", "行走": "xing zou", "行星": "xing xing",
    "成长": "cheng zhang", "家长": "jia zhang", "院长": "yuan zhang", "长辈": "zhang bei",
    "长大": "zhang da", "生长": "sheng zhang", "重庆": "chong qing", "重阳": "chong yang",
    "音乐": "yin yue", "乐器": "yue qi", "声乐": "sheng yue", "乐团": "yue tuan",
    "厦门": "xia men", "会计": "kuai ji", "调查": "diao cha", "西藏": "xi zang",
    "藏族": "zang zu", "人参": "ren shen", "海参": "hai shen", "便宜": "pian yi",
    "六安": "lu an", "涡阳": "guo yang", "枞阳": "zong yang",
}  # fmt: skip
_PHRASE = re.compile("|".join(PHRASES))
_TONES = re.compile("[\u0300-\u0307\u0309-\u036f]")
_LETTERS = re.compile(r"[a-z]+")

INITIALS, PINYIN = "i", "p"


@dataclass(frozen=True, slots=True)
class NameColumns:
    """A name in the three forms that a search compares with."""

    normalised: str
    initials: str
    pinyin: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a query: which column must contain its words, and by which tokens."""

    name: str
    column: str
    tokens: tuple[str, ...]


def normalise(text: str) -> str:
    """Half width, lower case, letters and digits only."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def columns(name: str) -> NameColumns:
    """The name normalised, its pinyin initials, its full pinyin."""
    normalised = normalise(name)
    syllables = _syllables(normalised)
    return NameColumns(normalised, "".join([s[0] for s in syllables]), "".join(syllables))


def tokens(name: str) -> list[str]:
    """What the index stores of a name: pairs and last character, marked pinyin parts."""
    return tokens_of(columns(name))


def tokens_of(name: NameColumns) -> list[str]:
    """The tokens of a name already brought into its three forms."""
    text, initials, pinyin = name.normalised, name.initials, name.pinyin
    every = {text[place : place + 2] for place in range(len(text) - 1)}
    every.update(text[-1:])
    every.update(_parts(INITIALS, initials, 2))
    every.update(_parts(INITIALS, initials, 3))
    every.update(_parts(PINYIN, pinyin, 3))
    return sorted(every)


def query_ways(words: Sequence[str]) -> list[Way]:
    """How normalised words may be meant: as written, as initials, as full pinyin."""
    ways = [Way("name", "normalised", _written(words))]
    if all(_LETTERS.fullmatch(word) for word in words):
        shortest = min(map(len, words))
        if shortest >= 2:
            ways.append(Way("initials", "initials", _marked(INITIALS, words)))
        if shortest >= 3:
            ways.append(Way("pinyin", "pinyin", _marked(PINYIN, words)))
    return ways


def _written(words: Sequence[str]) -> tuple[str, ...]:
    pairs = {word[place : place + 2] for word in words for place in range(len(word) - 1)}
    # A lone character is looked up as the end of a name; beside longer words it is only verified.
    return tuple(sorted(pairs or set(words)))


def _marked(mark: str, words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({part for word in words for part in _parts(mark, word, min(len(word), 3))}))


def _parts(mark: str, text: str, size: int) -> set[str]:
    return {mark + text[place : place + size] for place in range(len(text) - size + 1)}


def _syllables(text: str) -> list[str]:
    readings = _readings()
    if not _PHRASE.search(text):
        return [readings.get(character, character) for character in text]
    found: list[str] = []
    place = 0
    for phrase in _PHRASE.finditer(text):
        found += [readings.get(character, character) for character in text[place : phrase.start()]]
        found += PHRASES[phrase.group()].split()
        place = phrase.end()
    return found + [readings.get(character, character) for character in text[place:]]


@cache
def _readings() -> dict[str, str]:
    # Imported here: only storing needs it, and it takes a third of a second.
    from pypinyin.constants import PINYIN_DICT

    table = {}
    for number, readings in PINYIN_DICT.items():
        plain = unicodedata.normalize("NFD", readings.split(",")[0])
        table[chr(number)] = _TONES.sub("", plain).replace("u\u0308", "v")
    return table | CHARACTERS
