"""What masking hides, and what it must leave alone."""

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.core import masking
from portal.core.digits import credit_check, identity_check, organisation_check
from portal.core.masking import (
    BANK_CARD,
    EMAIL,
    IDENTITY,
    MOBILE,
    mask_identity,
    mask_person,
    mask_text,
)

# Hypothesis tries a hundred cases a test.
pytestmark = pytest.mark.limit(5)

HIDDEN = [
    ("身份证34040219900101001X，", f"身份证{IDENTITY}，"),
    ("身份证34040219900101001x。", f"身份证{IDENTITY}。"),
    ("340402 19900101 0019", IDENTITY),
    ("340402-19900101-0019", IDENTITY),
    ("３４０４０２１９９００１０１００１Ｘ", IDENTITY),
    ("3 4 0 4 0 2 1 9 9 0 0 1 0 1 0 0 1 9", IDENTITY),
    ("12 340402199001010019 3", f"12 {IDENTITY} 3"),
    ("340402650101123", IDENTITY),
    ("(340402199001010019)", f"({IDENTITY})"),
    ("电话13812345678", f"电话{MOBILE}"),
    ("138 1234 5678", MOBILE),
    ("138-1234-5678", MOBILE),
    ("138—1234—5678", MOBILE),
    ("138\u200b1234\u200b5678", MOBILE),
    ("１３８１２３４５６７８", MOBILE),
    ("+86 13812345678", MOBILE),
    ("008613812345678", MOBILE),
    ("013812345678", MOBILE),
    ("13812345678,13912345678", f"{MOBILE},{MOBILE}"),
    ("1.13812345678", f"1.{MOBILE}"),
    ("王女士13812345678元旦值班", f"王女士{MOBILE}元旦值班"),
    ("34040219900101001X13812345678", f"{IDENTITY}{MOBILE}"),
    ("卡号6222021234567890128", f"卡号{BANK_CARD}"),
    ("卡号 6222 0212 3456 7890 128", f"卡号 {BANK_CARD}"),
    ("邮箱zhang.san@example.cn", f"邮箱{EMAIL}"),
    ("zhang＠example.com.cn", EMAIL),
]

KEPT = [
    "91340400MA2HNXA137",
    "统一社会信用代码：913404001502282463。",
    "0554-6644123",
    "0554-6644123-8001、0554-6644124",
    "淮市监处罚〔2026〕12号",
    "皖淮住建罚字〔2025〕第0012号",
    "淮执〔2026〕13812345678号",
    "JY13404020012345",
    "2026-03-12 2026-04-15 2026-05-16",
    "自2026-11-22至2029-11-21",
    "罚款人民币13812345678.00元",
    "¥13812345678",
    "13812345678元整",
    "150 2026-11-22",
    "340402199013010019",
    "6222021234567890129",
    "注册资本1,000万元",
    "",
    "没有数字的一句话",
]


@pytest.mark.parametrize(("text", "masked"), HIDDEN)
def test_personal_numbers_in_free_text_are_hidden(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_public_numbers_are_left_alone(text: str) -> None:
    assert mask_text(text) == text


def test_an_identity_number_inside_a_longer_run_of_digits_is_hidden() -> None:
    number = "34040219900101001" + identity_check("34040219900101001")
    assert mask_text(f"99{number}13812345678") == f"99{IDENTITY}{MOBILE}"


def test_masking_twice_changes_nothing_more() -> None:
    for text, masked in HIDDEN:
        assert mask_text(mask_text(text)) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("张", "张"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("买买提·艾力", "买**·**"),
        ("𠮷田一郎", "𠮷***"),
        ("葛\U000e0100亮", "葛*"),
        (" 李四 ", "李*"),
        ("", ""),
    ],
)
def test_a_person_keeps_the_surname_only(name: str, masked: str) -> None:
    assert mask_person(name) == masked


def test_a_masked_identity_number_keeps_its_ends() -> None:
    assert mask_identity("34040219900101001X") == "34************001X"
    assert mask_identity("340402650101123") == "34*********1123"


def test_a_number_too_short_to_be_cut_is_hidden_whole() -> None:
    assert mask_identity("6644123") == "*******"


dates = st.dates(date(1900, 1, 1), date(2099, 12, 31))
words = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=8)
separators = st.sampled_from(["", " ", "-", "　", "－"])


def with_separator(number: str, cuts: tuple[int, ...], separator: str) -> str:
    pieces = [number[a:b] for a, b in zip((0, *cuts), (*cuts, None), strict=True)]
    return separator.join(pieces)


@given(
    words, st.sampled_from(["110101", "340402", "340422", "650101"]), dates,
    st.integers(0, 999), st.sampled_from("0123456789Xx"), separators, words,
)  # fmt: skip
@example("", "340402", date(1990, 1, 1), 1, "x", "－", "")
def test_no_identity_number_survives(
    before: str, region: str, day: date, serial: int, last: str, separator: str, after: str
) -> None:
    number = f"{region}{day:%Y%m%d}{serial:03d}{last}"
    text = f"{before}、{with_separator(number, (6, 14), separator)}、{after}"
    assert number[6:14] not in re.sub(r"\D", "", mask_text(text))


@given(words, st.sampled_from("3456789"), st.integers(0, 10**9 - 1), separators, words)
def test_no_mobile_number_survives(
    before: str, second: str, rest: int, separator: str, after: str
) -> None:
    number = f"1{second}{rest:09d}"
    masked = mask_text(f"{before}电话{with_separator(number, (3, 7), separator)}，{after}")
    assert MOBILE in masked
    assert number not in re.sub(r"\D", "", masked)


credit_letters = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)


@given(words, st.sampled_from(["91340400", "92340403", "11340422", "51341521"]), credit_letters)
@example("", "91340400", "15022824")
def test_a_credit_code_always_survives(before: str, prefix: str, organisation: str) -> None:
    first17 = prefix + organisation + organisation_check(organisation)
    code = first17 + credit_check(first17)
    assert code in mask_text(f"{before}，{code}。")


@given(st.text())
def test_masking_never_fails_and_is_stable(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked


def test_the_labels_hold_no_digit() -> None:
    for label in (masking.IDENTITY, masking.MOBILE, masking.BANK_CARD, masking.EMAIL):
        assert not re.search(r"\d|@", label)


@pytest.mark.parametrize("text", [text for text, _masked in HIDDEN])
def test_several_texts_are_masked_like_each_by_itself(text: str) -> None:
    others = [
        "",
        "虚市监罚〔2026〕12345678号",
        "许可证JY13404030012345",
        "货值1380元\0，",
        "1",
        "38",
    ]
    for texts in ([text], [text, *others[:3]], [*others, text], others):
        assert list(masking.mask_texts(texts)) == list(map(mask_text, texts))


def test_numbers_of_two_texts_do_not_make_one() -> None:
    texts = ["电话13912", "345678"]
    assert masking.mask_texts(texts) is texts
    assert list(masking.mask_texts([])) == []
