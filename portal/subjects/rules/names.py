"""Names as people type them: normalised, in pinyin, cut into the tokens of the search index."""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

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

# Stands before a token's letters and says what they are of; no normalised name has these.
WRITTEN, BEGINNING, INITIALS, PINYIN = "", "‹", "ⁱ", "ᵖ"
# A token is this many letters from one place of a name; what is shorter is found as its beginning.
LENGTH = 8
# When one name in this many has a part, walking through all names finds it sooner than gathering.
SHARE = 20
# The share of names that one filter is assumed to leave.
FILTERED = 0.2
# Fewer letters than these are not looked for.
SHORTEST = {BEGINNING: 1, INITIALS: 2, PINYIN: 3}

# Order of what matched, best first; a code never competes with names.
EXACT, PREFIX, SIGN, PART = range(4)


@dataclass(frozen=True, slots=True)
class NameColumns:
    """A name in the three forms that a search compares with."""

    normalised: str
    initials: str
    pinyin: str


class Way(NamedTuple):
    """One way to read a query: how it is called, and what marks its tokens.

    `column` is the form of a name that must contain the words.
    """

    name: str
    mark: str
    column: str = "normalised"


class Asked(NamedTuple):
    """What the index is asked for: whole tokens, beginnings of tokens.

    `unsure` are the places of words that the tokens alone do not prove. With `is_walked` no token
    is worth asking for: names are gone through in their order.
    """

    tokens: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    unsure: tuple[int, ...] = ()
    is_walked: bool = False


CODE = Way("code", WRITTEN)
_AS_WRITTEN = Way("name", WRITTEN)
_AT_BEGINNING = Way("name", BEGINNING)
_BY_INITIALS = Way("initials", INITIALS, "initials")
_BY_PINYIN = Way("pinyin", PINYIN, "pinyin")


def normalise(text: str) -> str:
    """Half width, lower case, letters and digits only."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def columns(name: str) -> NameColumns:
    """The name normalised, its pinyin initials, its full pinyin."""
    normalised = normalise(name)
    syllables = _syllables(normalised)
    return NameColumns(normalised, "".join([s[0] for s in syllables]), "".join(syllables))


def tokens(name: NameColumns) -> set[str]:
    """What the index stores of a name: parts from every place, and the pairs it is written in."""
    return {*parts(name), *_pairs(name.normalised)}


def parts(name: NameColumns) -> list[str]:
    """The first letters from every place of a name; whatever it contains begins one of these."""
    written, initials, pinyin = name.normalised, name.initials, name.pinyin
    found = [BEGINNING + written[:LENGTH]]
    found += [written[place : place + LENGTH] for place in range(len(written))]
    for mark, text in ((INITIALS, initials), (PINYIN, pinyin)):
        last = len(text) - SHORTEST[mark] + 1
        found += [mark + text[place : place + LENGTH] for place in range(last)]
    return found


def read_by(mark: str, name: NameColumns) -> str:
    """The form of a name that tokens with this mark are of."""
    return {INITIALS: name.initials, PINYIN: name.pinyin}.get(mark, name.normalised)


def tier(word: str, text: str, kind: str) -> int:
    """How well a word matches a name that has it."""
    if text.startswith(word):
        return EXACT if text == word else PREFIX
    return SIGN if kind == "sign" else PART


def query_ways(words: Sequence[str]) -> list[Way]:
    """How normalised words may be meant: as written, as initials, as full pinyin."""
    ways = [_AS_WRITTEN]
    if len(words) == 1 and len(words[0]) <= LENGTH:
        ways.append(_AT_BEGINNING)
    if all(_LETTERS.fullmatch(word) for word in words):
        shortest = min(map(len, words))
        if shortest >= SHORTEST[INITIALS]:
            ways.append(_BY_INITIALS)
        if shortest >= SHORTEST[PINYIN]:
            ways.append(_BY_PINYIN)
    return ways


def asked(
    way: Way,
    words: Sequence[str],
    shares: Mapping[str, float] | None = None,
    *,
    filters: int = 0,
    is_ordered: bool = True,
) -> Asked:
    """What to ask the index for when words are meant this way.

    Beginnings of tokens are exact, but all their names are gathered before the first is known,
    which costs the more the more there are. `shares` says what share of all names has each frequent
    part; None means that nobody knows. Where a word is rare, the index is asked for rare words only
    and the others are looked for in what it finds. Frequent words are asked for as pairs, which an
    ordered index walks in the order of names. What very many names have is found by walking through
    all names, a walk that `filters` make longer where the index is not ordered.
    """
    every = tuple(range(len(words)))
    is_one = len(words) == 1 and not filters
    marked = {place: way.mark + word for place, word in enumerate(words)}
    known = {place: shares[part] for place, part in marked.items() if shares and part in shares}
    long = tuple(place for place in every if len(words[place]) > LENGTH)
    rare = tuple(place for place in every if place not in known and place not in long)
    met = math.prod(known.values()) * (1 if is_ordered else FILTERED**filters)
    # Without an order what is gathered must be sorted and read, too, so that a longer walk pays.
    enough = 1 / SHARE if is_ordered or is_one else 1 / (5 * SHARE)
    is_dense = len(known) == len(words) and met >= enough
    has_pairs = way.mark == WRITTEN and not is_one and max(map(len, words)) > 1
    if shares is not None and rare and not is_one:
        found = _by_beginnings(way, words, rare, long)
        return found if is_ordered or not has_pairs else _also(found, words)
    if is_dense and not (has_pairs and is_ordered):
        return Asked(unsure=every, is_walked=True)
    if has_pairs:
        pairs = {pair for word in words for pair in _pairs(word)}
        unsure = [place for place, word in enumerate(words) if len(word) != 2]
        return Asked(tokens=tuple(sorted(pairs)), unsure=tuple(unsure))
    some = tuple(place for place in every if known.get(place, 0) < 1 / SHARE)
    return _by_beginnings(way, words, some or (min(known, key=known.__getitem__),), long)


def _also(asked: Asked, words: Sequence[str]) -> Asked:
    """The same narrowed by the pairs of the words that are looked for."""
    pairs = {pair for place in asked.unsure for pair in _pairs(words[place])}
    return asked._replace(tokens=tuple(sorted({*asked.tokens, *pairs})))


def _by_beginnings(
    way: Way, words: Sequence[str], begun: Collection[int], long: Collection[int]
) -> Asked:
    """Ask for the words at these places; for all letters of long ones, eight at a time."""
    begun = set(begun) - set(long)
    windows = {way.mark + part for place in long for part in _windows(words[place])}
    return Asked(
        tokens=tuple(sorted(windows)),
        beginnings=tuple(sorted(way.mark + words[place] for place in begun)),
        unsure=tuple(place for place in range(len(words)) if place not in begun),
    )


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]


def _windows(word: str) -> list[str]:
    places = [*range(0, len(word) - LENGTH, LENGTH), len(word) - LENGTH]
    return [word[place : place + LENGTH] for place in places]


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
