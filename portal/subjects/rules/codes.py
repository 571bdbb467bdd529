"""What is wrong with a unified social credit code, said completely and in plain words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from portal.core.digits import CREDIT_ALPHABET as ALPHABET
from portal.core.digits import credit_check, looks_like_identity, organisation_check
from portal.core.text import N_
from portal.subjects.rules.code_digits import batch, is_valid, make
from portal.subjects.rules.code_tables import (
    ANHUI_PREFECTURES,
    AUTHORITIES,
    KINDS,
    LOOKALIKES,
    PROVINCES,
    REGIONS,
    SUBJECT_KINDS,
    Region,
)

__all__ = [
    "CodeCheck", "CodeParts", "Finding", "batch", "check", "is_valid", "make", "normalise",
    "parts", "subject_kind",
]  # fmt: skip

Severity = Literal["error", "notice"]

# Blanks, hyphens, dots, quotes and the invisible characters that travel in copied text.
SEPARATORS = re.compile(r"[\s\-‐-―−_.·•,'\"`‘’“”\u200b-\u200f\u2060\ufeff]+")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,2}")
DECIMAL_TAIL = re.compile(r"(\d+)\.0+")


@dataclass(frozen=True)
class Finding:
    """One fault or remark. `message` takes its named placeholders from `data`."""

    key: str
    message: str
    severity: Severity = "error"
    data: dict[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The Chinese sentence, for reports and logs."""
        return self.message % self.data


@dataclass(frozen=True)
class CodeCheck:
    """A code as it should be stored, with everything that was noticed about it."""

    code: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity == "error")

    @property
    def notices(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity == "notice")

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def has(self, key: str) -> bool:
        return any(found.key == key for found in self.findings)


@dataclass(frozen=True)
class CodeParts:
    """What the characters of a code stand for; labels are Chinese source text."""

    authority: str
    kind: str
    region: str
    region_label: str
    subject_kind: str | None


def normalise(text: str) -> str:
    """Full width to half width, upper case, without separators."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def check(text: str) -> CodeCheck:
    """Every finding about a code in any spelling; none of severity error means it is valid."""
    code = normalise(text)
    notices = _spelling(text) if len(code) == 18 else ()
    return CodeCheck(code, (*notices, *_faults(text, code)))


def parts(code: str) -> CodeParts:
    """The meaning of a valid, normalised code."""
    region = code[2:8]
    return CodeParts(
        authority=AUTHORITIES[code[0]],
        kind=KINDS[code[:2]],
        region=region,
        region_label=REGIONS[region].name if region in REGIONS else PROVINCES[region[:2]],
        subject_kind=subject_kind(code),
    )


def subject_kind(code: str) -> str | None:
    """The kind of subject that a code of this prefix belongs to, where the prefix tells."""
    return SUBJECT_KINDS.get(code[:2])


def _spelling(text: str) -> Iterator[Finding]:
    half_width = unicodedata.normalize("NFKC", text)
    if half_width != text:
        yield Finding("full_width", N_("代码中含全角字符，已按半角处理。"), "notice")
    if half_width != half_width.upper():
        yield Finding("lower_case", N_("代码中的小写字母已按大写处理。"), "notice")
    if SEPARATORS.search(half_width.strip()):
        yield Finding("separators", N_("代码中的空格、连字符等已去除。"), "notice")


def _faults(text: str, code: str) -> tuple[Finding, ...]:
    """Either what the text is instead of a code, or everything wrong with it as a code."""
    if not code:
        return (Finding("empty", N_("没有填写代码。")),)
    if "\ufffd" in code:
        message = N_("内容含乱码，文件可能以错误的字符编码保存过。")
        return (Finding("garbled", message),)
    spoilt = _spoilt_by_spreadsheet(text, code)
    if spoilt:
        return (spoilt,)
    if is_valid(code):
        return tuple(_region(code))
    if looks_like_identity(code):
        message = N_("这是公民身份号码，不是统一社会信用代码，请勿填写。")
        return (Finding("personal_identity", message),)
    if len(code) != 18:
        return (_length(code), *_letters(code))
    return (*_letters(code), *_prefix(code), *_region(code), *_check_digits(code))


def _spoilt_by_spreadsheet(text: str, code: str) -> Finding | None:
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if SCIENTIFIC.fullmatch(plain):
        message = N_(
            "代码被电子表格改成了科学记数法（%(value)s），原代码已丢失，请设为文本格式后重新导出。"
        )
        return Finding("excel_scientific", message, data={"value": plain})
    tail = DECIMAL_TAIL.fullmatch(plain)
    digits = tail[1] if tail else code
    if len(digits) == 18 and digits.isdigit() and digits.endswith("000") and not is_valid(digits):
        message = N_(
            "代码第16至18位被电子表格改成了0（只保留15位有效数字）。请设为文本格式后重新导出。"
        )
        return Finding("excel_rounded", message)
    if digits.isdigit() and 5 <= len(digits) <= 8:
        return _lost_zeros(digits.zfill(9))
    if tail:
        message = N_("代码被电子表格改成了小数（%(value)s），请设为文本格式后重新导出。")
        return Finding("excel_decimal", message, data={"value": plain})
    return None


def _lost_zeros(organisation: str) -> Finding | None:
    if organisation[8] != organisation_check(organisation[:8]):
        return None
    message = N_("这像是丢失了开头的0的组织机构代码（应为%(value)s），不是统一社会信用代码。")
    return Finding("excel_leading_zeros", message, data={"value": organisation})


def _length(code: str) -> Finding:
    old = _old_number(code)
    if old:
        return old
    message = N_("代码应为18位，现为%(length)d位。")
    return Finding("length", message, data={"length": len(code)})


def _old_number(code: str) -> Finding | None:
    if not code.isascii() or not code.isalnum():
        return None
    if len(code) == 9 and code[8] == organisation_check(code[:8]):
        return Finding("organisation_code", N_("这是9位组织机构代码，请改用18位统一社会信用代码。"))
    if len(code) in (13, 15) and code.isdigit() and code[:2] in PROVINCES:
        message = N_("这是%(length)d位工商注册号，请改用18位统一社会信用代码。")
        return Finding("registration_number", message, data={"length": len(code)})
    if len(code) == 15 and code[:6].isdigit() and code[14] == organisation_check(code[6:14]):
        return Finding("tax_number", N_("这是15位税务登记号，请改用18位统一社会信用代码。"))
    return None


def _letters(code: str) -> Iterator[Finding]:
    places = [place for place, letter in enumerate(code, 1) if letter not in ALPHABET]
    if len(places) > 3 and len(code) != 18:
        yield Finding("not_a_code", N_("这不是代码，可能错列，请检查是否填到了别的栏。"))
        return
    for place in places:
        yield _letter(code[place - 1], place)


def _letter(letter: str, place: int) -> Finding:
    data: dict[str, str | int] = {"position": place, "letter": letter}
    if letter in LOOKALIKES:
        message = N_("第%(position)d位的“%(letter)s”不会出现在代码中，可能应为“%(likely)s”。")
        return Finding("letter", message, data={**data, "likely": LOOKALIKES[letter]})
    message = N_("第%(position)d位的“%(letter)s”不是代码允许的字符。")
    return Finding("letter", message, data=data)


def _prefix(code: str) -> Iterator[Finding]:
    if code[0] not in AUTHORITIES:
        message = N_("第1位“%(letter)s”不是已知的登记管理部门。")
        yield Finding("authority", message, data={"letter": code[0]})
    elif code[:2] not in KINDS:
        message = N_("第1、2位“%(kind)s”不是已知的登记管理部门与机构类别组合。")
        yield Finding("kind", message, data={"kind": code[:2]})


def _region(code: str) -> Iterator[Finding]:
    region = code[2:8]
    known = REGIONS.get(region)
    if known:
        yield from _known_region(known)
    elif region[:2] not in PROVINCES:
        message = N_("第3至8位“%(region)s”的省级代码不存在。")
        yield Finding("province", message, data={"region": region})
    elif _is_unlisted(region):
        message = N_("第3至8位“%(region)s”不在已知的行政区划代码中，请核对。")
        yield Finding("region_unknown", message, "notice", {"region": region})


def _known_region(region: Region) -> Iterator[Finding]:
    if region.is_fictional:
        message = N_("行政区划%(region)s是演示用的虚构地区，此代码不属于任何真实主体。")
        yield Finding("region_fictional", message, "notice", {"region": region.code})
    if region.until:
        message = N_("行政区划%(region)s是%(name)s的旧代码，现为%(now)s；原有代码继续有效。")
        data: dict[str, str | int] = {
            "region": region.code,
            "name": region.name,
            "now": region.now,
        }
        yield Finding("region_former", message, "notice", data)


def _is_unlisted(region: str) -> bool:
    """Only what this table can know: the letters, national offices, Anhui, Huainan itself."""
    if not region.isdigit() or region.startswith("3404"):
        return True
    if region.startswith("10"):
        return region != "100000"
    return region.startswith("34") and region[:4] not in ANHUI_PREFECTURES


def _check_digits(code: str) -> Iterator[Finding]:
    if all(letter in ALPHABET for letter in code[8:17]):
        expected = organisation_check(code[8:16])
        if code[16] != expected:
            message = N_(
                "第9至17位主体标识码的校验位（第17位）不符：按前8位应为“%(expected)s”，现为“%(found)s”。"
            )
            data: dict[str, str | int] = {"expected": expected, "found": code[16]}
            yield Finding("inner_check", message, data=data)
    if all(letter in ALPHABET for letter in code):
        expected = credit_check(code[:17])
        if code[17] != expected:
            message = N_("第18位校验码不符：按前17位应为“%(expected)s”，现为“%(found)s”。")
            data = {"expected": expected, "found": code[17]}
            yield Finding("outer_check", message, data=data)
