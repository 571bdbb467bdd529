"""Credit codes: what is valid, what is said about the rest, and how fast."""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.core.digits import CREDIT_ALPHABET, credit_check, organisation_check
from portal.subjects.rules import codes
from portal.subjects.rules.codes import batch, check, is_valid, make, normalise, parts, subject_kind

# Hypothesis tries a hundred cases a test.
pytestmark = pytest.mark.limit(5)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
GOOD = "92340403MA2NRT016E"

VALID = [
    ("91340400MA2HNXA137", "enterprise"),
    ("92340403MA2NRT016E", "individual_business"),
    ("52340400MJB123456U", "social_organisation"),
    ("11340400003012349Y", "government"),
    ("1234040048600123XL", "government"),
    ("93340422MA8P00020L", "cooperative"),
    ("91340406MA8QRT124P", "enterprise"),
    ("92340421MA2WXY0371", "individual_business"),
    ("N2340422MF1234567D", None),
]


@pytest.mark.parametrize(("code", "kind"), VALID)
def test_a_worked_example_is_valid_without_a_remark(code: str, kind: str | None) -> None:
    assert check(code) == codes.CodeCheck(code, ())
    assert is_valid(code)
    assert subject_kind(code) == kind


FINDINGS = [
    ("", ["empty"]),
    (" - ", ["empty"]),
    ("91340400MA2HNXA138", ["outer_check"]),
    ("91340400MA2HNXA14A", ["inner_check"]),  # the outer digit was made to fit: stdnum accepts it
    ("91340400MA2HNXA147", ["inner_check", "outer_check"]),
    ("91349900MA2HNXA13G", ["region_unknown"]),  # stdnum accepts it in silence
    ("91340400ma2hnxa137", ["lower_case"]),
    ("９１３４０４００ＭＡ２ＨＮＸＡ１３７", ["full_width"]),
    ("91340400-MA2HNXA13-7", ["separators"]),
    (" 91340400 MA2HNXA137\t", ["separators"]),
    ("'91340400MA2HNXA137", ["separators"]),
    ("92340403MA2NRTO16E", ["letter"]),
    ("92340403MA2NRT01SE", ["letter"]),
    ("92340403MA2中RT016E", ["letter"]),
    ("92340403MA2NRT016", ["length"]),
    ("92340403MA2NRT016EE", ["length"]),
    ("9234040O", ["length", "letter"]),
    ("淮南市田家庵区某路一号", ["length", "not_a_code"]),
    ("淮\ufffd\ufffd市", ["garbled"]),
    ("9.1340E+17", ["excel_scientific"]),
    ("9.1340e+17", ["excel_scientific"]),
    ("913404001502282000", ["excel_rounded"]),
    ("913404001502282000.0", ["excel_rounded"]),
    ("150228246.0", ["excel_decimal"]),
    ("3984527", ["excel_leading_zeros"]),
    ("3984529", ["length"]),
    ("150228246", ["organisation_code"]),
    ("150228247", ["length"]),
    ("340400000012345", ["registration_number"]),
    ("3404002000123", ["registration_number"]),
    ("34040315022824X", ["length"]),
    ("340403783086812", ["registration_number"]),
    ("34040348600123X", ["tax_number"]),
    ("340402199001010019", ["personal_identity"]),
    ("340402650101123", ["personal_identity"]),
    ("B1340400MA2HNXA137", ["authority", "outer_check"]),
    ("94340400MA2HNXA137", ["kind", "outer_check"]),
    ("91990400MA2HNXA137", ["province", "outer_check"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "keys"), FINDINGS)
def test_every_fault_is_named(text: str, keys: list[str]) -> None:
    assert [found.key for found in check(text).findings] == keys


@pytest.mark.parametrize(("text", "_keys"), FINDINGS)
def test_every_sentence_can_be_filled(text: str, _keys: list[str]) -> None:
    assert all("%" not in found.text for found in check(text).findings)


def test_a_sentence_names_the_place_and_the_likely_letter() -> None:
    (found,) = check("92340403MA2NRTO16E").findings
    assert found.text == "第15位的“O”不会出现在代码中，可能应为“0”。"
    assert check("92340403MA2NRT016F").findings[0].data == {"expected": "E", "found": "F"}


def test_an_identity_number_is_never_repeated_in_the_answer() -> None:
    (found,) = check("340402199001010019").findings
    assert "1990" not in found.text
    assert not found.data


REGIONS = [
    ("340402", []),
    ("340100", []),
    ("110105", []),
    ("100000", []),
    ("340000", []),
    ("342421", []),  # the prefecture of Lu'an as it was
    ("341521", ["region_former"]),
    ("342422", ["region_former"]),
    ("340499", ["region_fictional"]),
    ("340498", ["region_unknown"]),
    ("349900", ["region_unknown"]),
    ("100100", ["region_unknown"]),
    ("34A400", ["region_unknown"]),
    ("990000", ["province"]),
]


@pytest.mark.parametrize(("region", "keys"), REGIONS)
def test_regions_have_a_history(region: str, keys: list[str]) -> None:
    found = check(make("91", region, "MA2HNXA1")).findings
    assert [each.key for each in found] == keys
    assert all(each.severity == "notice" for each in found) or keys == ["province"]


def test_a_former_region_names_the_present_one() -> None:
    (found,) = check(make("91", "341521", "MA2HNXA1")).findings
    assert found.data == {"region": "341521", "name": "寿县（原属六安市）", "now": "340422"}


def test_a_notice_leaves_the_code_valid_and_an_error_does_not() -> None:
    lower = check("91340400ma2hnxa137")
    assert lower.is_valid
    assert lower.code == "91340400MA2HNXA137"
    assert [found.key for found in lower.notices] == ["lower_case"]
    wrong = check("91340400MA2HNXA138")
    assert not wrong.is_valid
    assert wrong.has("outer_check")
    assert not wrong.has("length")


@pytest.mark.parametrize(
    ("code", "region_label"),
    [(GOOD, "田家庵区"), (make("91", "110105", "MA2HNXA1"), "北京市")],
)
def test_the_parts_of_a_code_have_labels(code: str, region_label: str) -> None:
    assert parts(code).region_label == region_label
    assert parts(GOOD).authority == "市场监管"
    assert parts(GOOD).kind == "个体工商户"


def test_all_540_single_substitutions_are_caught() -> None:
    others = [
        GOOD[:place] + letter + GOOD[place + 1 :]
        for place in range(18)
        for letter in CREDIT_ALPHABET
        if letter != GOOD[place]
    ]
    assert len(others) == 540
    assert not any(map(is_valid, others))


def test_all_pairwise_swaps_are_caught() -> None:
    for first in range(18):
        for second in range(first + 1, 18):
            letters = list(GOOD)
            letters[first], letters[second] = letters[second], letters[first]
            swapped = "".join(letters)
            assert swapped == GOOD or not is_valid(swapped)


letters = st.text(CREDIT_ALPHABET, min_size=8, max_size=8)
almost = st.text(CREDIT_ALPHABET + "IOSVZ-中", min_size=16, max_size=20)


@given(
    st.sampled_from(["91", "92", "11", "N2", "Y1"]), st.sampled_from(["340403", "110000"]), letters
)
def test_a_made_code_is_valid(kind: str, region: str, organisation: str) -> None:
    assert is_valid(make(kind, region, organisation))


@given(
    st.one_of(almost, st.text(max_size=20), letters.map(lambda part: make("99", "820000", part)))
)
@example("00" + "0" * 16)
def test_the_fast_way_and_the_full_check_agree(text: str) -> None:
    code = normalise(text)
    assert is_valid(code) is check(code).is_valid


@given(st.lists(st.one_of(almost, letters.map(lambda part: make("92", "340421", part)))))
@example([])
@example([make("92", "340421", "MA2NRT01")[:16] + "A" + "0"])
def test_the_batch_agrees_with_the_single_answer(many: list[str]) -> None:
    assert batch(many) == [is_valid(code) for code in many]


def test_the_batch_finds_every_damaged_code_among_many() -> None:
    chance = random.Random(340400)
    good = [
        make("91", "340404", "MA" + "".join(chance.choices(CREDIT_ALPHABET, k=6)))
        for _ in range(9000)
    ]
    spoilt = [
        code
        if chance.random() < 0.5
        else code[:place] + chance.choice("09AZ中") + code[place + 1 :]
        for code in good
        for place in [chance.randrange(18)]
    ]
    assert all(batch(good))
    assert batch(spoilt) == [is_valid(code) for code in spoilt]


def test_a_wrong_end_of_the_organisation_part_is_caught_though_its_sum_fits() -> None:
    # 'A' in the 17th place counts as 10 in the standard's alphabet, as X does among check digits.
    first17 = "91340400" + "MA2HNXA1" + "A"
    assert organisation_check("MA2HNXA1") != "A"
    assert batch([first17 + credit_check(first17)]) == [False]


needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="needs ../shared/data beside the checkout"
)


@needs_shared
def test_all_real_codes_of_the_old_register_pass() -> None:
    with (SHARED / "huainan_enterprises_1978_2004.csv").open(encoding="utf-8") as file:
        real = [row["统一社会信用代码"] for row in csv.DictReader(file)]
    assert len(real) == 1931
    assert all(check(code).is_valid for code in real)
    assert all(batch(real))


@needs_shared
def test_each_defect_of_the_real_files_is_named_for_what_it_is() -> None:
    named = {"第18位校验错": "outer_check", "代码含小写": "lower_case", "乱码": "garbled"}
    folder = SHARED
    with (folder / "anhui_enterprise_rows_with_defects.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    with (folder / "anhui_enterprise_rows_with_defects_expected.csv").open(
        encoding="utf-8"
    ) as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 27
    for line in expected:
        found = check(rows[int(line["row"]) - 1][1])
        keys = [key for label, key in named.items() if label in line["defect"]] or ["inner_check"]
        assert all(found.has(key) for key in keys)
        assert found.is_valid is (keys == ["lower_case"])
