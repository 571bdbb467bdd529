"""What a file's cells mean, and everything that is to be said of a row that is not in order."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Refused
from portal.core.remember import MOST, Remembered
from portal.ingest import content
from portal.ingest.rules.columns import read_columns
from portal.ingest.rules.findings import NAMES, Finding
from portal.ingest.rules.forms import find_field, find_layout
from portal.ingest.rules.originals import original_writer
from portal.ingest.rules.report import report_row
from portal.ingest.rules.rows import Row, RowReader
from portal.ingest.rules.values import LONG_TERM, amount_reader, date_reader, show_amount
from portal.ingest.service import readers
from tests.factories import make_code
from tests.ingest import files
from tests.ingest.files import FIRM, OFFICE

# Hypothesis tries a hundred cases a test.
pytestmark = pytest.mark.limit(5)

TODAY = date(2026, 11, 20)
FORMS = content.forms()
DICTIONARY = Path(__file__).parents[3] / "shared/data/dict_double_publicity_fields.csv"
BLANKS = content.words("blanks")
dates = date_reader(content.words("long_term"), BLANKS)
amounts = amount_reader(BLANKS)


def reader_of(text: str, kind: str | None = None, *, is_suspicious: bool = True) -> RowReader:
    header = next(csv.reader(io.StringIO(text)))
    layout = find_layout([header], FORMS.values() if kind is None else [FORMS[kind]])
    return RowReader(
        layout, readers(layout.form, None), blanks=BLANKS, today=TODAY, is_suspicious=is_suspicious
    )


def read(text: str) -> list[Row]:
    reader = reader_of(text)
    return [reader.read(cells) for cells in list(csv.reader(io.StringIO(text)))[1:]]


def rules_of(text: str) -> list[str]:
    (row,) = read(text)
    return [found.rule for found in row.findings]


# Cells


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024/3/5", date(2024, 3, 5)),
        ("2024-03-05", date(2024, 3, 5)),
        ("2024.3.5", date(2024, 3, 5)),
        ("20240305", date(2024, 3, 5)),
        ("2024年3月5日", date(2024, 3, 5)),
        ("２０２４／０３／０５", date(2024, 3, 5)),
        ("2024-03-05 00:00:00", date(2024, 3, 5)),
        ("45356", date(2024, 3, 5)),
        ("45356.0", date(2024, 3, 5)),
        ("2099/12/31", LONG_TERM),
        ("9999-12-31", LONG_TERM),
        ("9999", LONG_TERM),
        ("长期", LONG_TERM),
        ("2150-01-01", LONG_TERM),
        ("N/A", None),
        ("无", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_every_usual_shape(cell: str, day: date | None) -> None:
    assert dates[cell] == (day, ())


@pytest.mark.parametrize(
    "cell", ["2024-02-30", "05/03/2024", "三月五日", "1024-01-01", "99999", "-1"]
)
def test_what_is_no_date_says_how_to_write_one(cell: str) -> None:
    value, (remark,) = dates[cell]
    assert value is None
    assert remark.rule == "date"


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("0.5", 500_000),
        ("0.000001", 1),
        ("5E-05", 50),
        ("1,234.5", 1_234_500_000),
        ("２．５万元", 2_500_000),
        ("0", 0),
        ("/", None),
        ("", None),
    ],
)
def test_an_amount_in_ten_thousand_yuan_becomes_fen_exactly(cell: str, fen: int | None) -> None:
    assert amounts[cell] == (fen, ())


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("-0.5", "amount"),
        ("0.0000001", "amount"),
        ("五千", "amount"),
        ("1,23", "amount"),
        ("999999999999", "amount"),
        ("2000元", "amount_in_yuan"),
    ],
)
def test_a_wrong_amount_is_refused(cell: str, rule: str) -> None:
    value, (remark,) = amounts[cell]
    assert value is None
    assert remark.rule == rule


@given(st.integers(0, 10**15))
def test_an_amount_is_shown_as_it_is_read(fen: int) -> None:
    assert amounts[show_amount(fen)].value == fen


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    doubled = Remembered(lambda number: number * 2)
    assert [doubled[number] for number in range(MOST + 5)][-1] == 2 * (MOST + 4)
    assert len(doubled) == 5


def test_what_is_done_together_is_what_is_done_one_by_one() -> None:
    asked: list[Sequence[int]] = []

    def of_even(numbers: Sequence[int]) -> dict[int, int]:
        asked.append(numbers)
        return {number: number * 2 for number in numbers if number % 2 == 0}

    doubled = Remembered(lambda number: number * 2, of_even)
    assert doubled.of([1, 2, 3, 4]) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert doubled.of([4, 5, 6]) == {4: 8, 5: 10, 6: 12}
    assert asked == [[1, 2, 3, 4], [5, 6]]
    doubled.of(range(MOST))
    assert len(doubled) <= MOST


# Headers


@pytest.mark.parametrize(
    ("label", "kind", "code"),
    [
        ("CF_WSH", "penalty", "CF_WSH"),
        ("cf_wsh", "penalty", "CF_WSH"),
        ("行政处罚决定文书号", "penalty", "CF_WSH"),
        ("＊行政处罚决定书 文号", "penalty", "CF_WSH"),
        ("罚款金额（万元）", "penalty", "CF_NR_FK"),
        ("罚款金额 (万元)", "penalty", "CF_NR_FK"),
        ("处罚结果", "penalty", "CF_NR"),
        ("行政处罚决定书文号(CF_WSH)", "penalty", "CF_WSH"),
        ("处罚机关（盖章单位）", "penalty", "CF_CFJG"),
        ("CF_FR_SFZH", "penalty", "CF_FR_ZJHM"),
        ("代码_1 统一社会信用代码", "licence", "XK_XDR_SHXYM"),
        ("行政相对人代码_3(组织机构代码)", "licence", "XK_XDR_ZZJG"),
        ("xkjzq", "licence", "XK_YXQZI"),
        ("法定代表人", "enterprise", "QY_FRDB"),
    ],
)
def test_a_label_is_found_in_any_spelling(label: str, kind: str, code: str) -> None:
    place = find_field(label, FORMS[kind])
    assert place is not None
    assert FORMS[kind].fields[place].code == code


@pytest.mark.skipif(not DICTIONARY.exists(), reason="needs ../shared/data, which is not here")
def test_every_spelling_of_the_collected_dictionary_is_known() -> None:
    kinds = {"XK": "licence", "CF": "penalty"}
    with DICTIONARY.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            form = FORMS[kinds[row["表"]]]
            old = row["旧版/别名"].split("(")[0].replace("/", " ").split()
            for label in (row["字段码"], row["中文名"], *old):
                place = find_field(label, form)
                assert place is not None, label
            assert find_field(row["字段码"], form) == find_field(row["中文名"], form), row


def test_no_two_fields_of_a_form_share_a_spelling() -> None:
    for form in FORMS.values():
        for place, each in enumerate(form.fields):
            for label in (each.code, each.label, *each.aliases):
                assert find_field(label, form) == place, label


@pytest.mark.parametrize("kind", ["penalty", "licence", "enterprise", "record"])
def test_every_form_is_recognised_by_its_header_and_refuses_without_a_needed_column(
    kind: str,
) -> None:
    form = FORMS[kind]
    labels = [each.label for each in form.fields]
    assert find_layout([labels], FORMS.values()).form.kind == kind
    needed = next(each for each in form.fields if each.needed and each.to != "name")
    labels.remove(needed.label)
    with pytest.raises(Refused) as refused:
        find_layout([labels], [form])
    assert refused.value.data["columns"] == needed.label


def test_a_title_above_the_header_is_passed_over() -> None:
    layout = find_layout(
        [["行政处罚信息公示表"], ["填报单位：", ""], files.codes_of("penalty")], FORMS.values()
    )
    assert (layout.form.kind, layout.header_row) == ("penalty", 3)


def test_unknown_and_absent_columns_are_named() -> None:
    header = [code for code in files.codes_of("penalty") if code != "CF_YXQ"]
    layout = find_layout([[*header, "办案人员", "", "电话", ""]], FORMS.values())
    assert layout.unknown == ("办案人员", "第31列", "电话")
    assert layout.absent == ("处罚有效期",)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ([["甲", "乙", "丙"]], "header_unknown"),
        ([], "header_unknown"),
        ([[*files.codes_of("penalty"), "处罚文号"]], "columns_repeated"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(header: list[list[str]], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        find_layout(header, FORMS.values())
    assert refused.value.reason == reason


def test_nothing_is_found_without_a_form() -> None:
    with pytest.raises(Refused):
        find_layout([["甲"]], [])


# Rows


def test_a_good_row_has_values_and_no_findings() -> None:
    (row,) = read(files.penalties({}))
    assert row.findings == []
    assert row.values is not None
    assert row.values[FORMS["penalty"].place("fine_fen") or 0] == 500_000


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"CF_XDR_MC": ""}, ["blank_required"]),
        ({"CF_XDR_MC": " N/A "}, ["blank_required"]),
        ({"CF_XDR_SHXYM": ""}, ["no_credit_code"]),
        ({"CF_XDR_SHXYM": "", "CF_XDR_GSZC": "340400000012345"}, ["no_credit_code"]),
        ({"CF_XDR_SHXYM": FIRM[:-1] + "8"}, ["outer_check"]),
        ({"CF_XDR_SHXYM": "91340400MA2HNXA14A"}, ["inner_check"]),
        ({"CF_XDR_SHXYM": FIRM[:-1]}, ["code_misplaced"]),
        ({"CF_XDR_SHXYM": "9.13404E+17"}, ["excel"]),
        ({"CF_XDR_SHXYM": "913404001502282000"}, ["excel"]),
        ({"CF_XDR_SHXYM": "340400000012345"}, ["old_number"]),
        ({"CF_XDR_SHXYM": "340403199001011234"}, ["personal_identity"]),
        ({"CF_XDR_SHXYM": "G1340400MA2HNXA137"}, ["code", "outer_check"]),
        ({"CF_XDR_SHXYM": FIRM.lower()}, ["lower_case"]),
        ({"CF_CFJGDM": OFFICE[:-1] + "*"}, ["code", "region"]),
        ({"CF_XDR_ZZJG": "123456789"}, ["organisation_code"]),
        ({"CF_XDR_ZZJG": "MA2HNXA1-3"}, []),
        ({"CF_XDR_ZZJG": "12345"}, []),
        ({"CF_XDR_LB": "个体工商户"}, ["category_mismatch"]),
        ({"CF_XDR_LB": "集体"}, ["category"]),
        ({"CF_XDR_LB": "02"}, []),
        ({"CF_JDRQ": "2026/11/21"}, ["future_date"]),
        ({"CF_JDRQ": "2026/13/01"}, ["date"]),
        ({"CF_YXQ": "2026/08/31"}, ["period"]),
        ({"CF_GSJZQ": "2026/08/31"}, ["period"]),
        ({"CF_NR_FK": ""}, ["fine_missing"]),
        ({"CF_NR_FK": "0"}, ["fine_missing"]),
        ({"CF_NR_FK": "", "CF_CFLB": "警告"}, []),
        ({"CF_NR_FK": "-1"}, ["amount", "fine_missing"]),
        ({"CF_NR_FK": "5000"}, ["amount_in_yuan"]),
        ({"CF_NR_FK": "600"}, ["amount_large"]),
        ({"CF_NR_FK": "150"}, []),
        ({"CF_WSH": "x" * 129}, ["too_long"]),
        ({"CF_WSH": "身份证340403199001011234"}, ["personal_data"]),
        ({"CF_SXLB": "特别严重"}, ["class"]),
        ({"CF_SXLB": "严重失信"}, []),
        ({"CF_SY": "坏\ufffd字"}, ["garbled"]),
        ({"CF_SY": "坏\0字"}, ["control_character"]),
        ({"CF_XDR_LB": "自然人", "CF_XDR_SHXYM": "", "CF_FRDB": ""}, ["natural_person"]),
        (
            {"CF_XDR_LB": "", "CF_XDR_SHXYM": "", "CF_XDR_ZJHM": "340403199001011234"},
            ["natural_person"],
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named_for_what_it_is(change: dict[str, str], rules: list[str]) -> None:
    found = rules_of(files.penalties(change))
    # One wrong letter spoils the check digit of the whole; the rule is named once for each.
    assert sorted(set(found)) == sorted(set(rules))


def test_every_fault_of_a_row_is_named_not_only_the_first() -> None:
    change = {"CF_WSH": "", "CF_JDRQ": "2027/01/01", "CF_NR_FK": "", "CF_CFJGDM": FIRM[:-1] + "8"}
    assert set(rules_of(files.penalties(change))) == {
        "blank_required", "future_date", "fine_missing", "outer_check", "period",
    } - {"period"}  # fmt: skip


def test_a_natural_person_leaves_nothing_of_itself_in_the_finding() -> None:
    change = {"CF_XDR_MC": "李四", "CF_XDR_LB": "自然人", "CF_XDR_ZJHM": "340403199001011234"}
    (row,) = read(files.penalties(change))
    assert row.values is None
    assert "李四" not in str(row.findings)
    assert "3404" not in str(row.findings)


def test_in_a_shifted_row_only_the_shift_is_told() -> None:
    text = files.enterprises({"统一社会信用代码": "坏\ufffd街58号", "注册日期": "合肥"})
    assert rules_of(text) == ["garbled", "code_misplaced"]


def test_a_row_of_another_width_is_told_with_what_it_does_to_the_code() -> None:
    header, row, _ = files.enterprises({}).split("\r\n")
    assert rules_of(f"{header}\r\n{row},多\r\n") == ["column_count"]
    assert rules_of(f"{header}\r\n{row},,\r\n") == []
    assert rules_of(f"{header}\r\n甲,乙\r\n") == ["column_count", "code_misplaced"]


def test_garbled_text_in_an_otherwise_good_row_is_told_beside_other_faults() -> None:
    change = {"企业名称": "坏\ufffd公司", "注册日期": "2004-02-30"}
    assert rules_of(files.enterprises(change)) == ["garbled", "date"]


def test_values_in_findings_are_masked() -> None:
    change = {
        "CF_FRDB": "王" * 60,
        "CF_SY": "电话13912345678" + "x" * 5000,
        "CF_XDR_SHXYM": "340403199001011234",
    }
    (row,) = read(files.penalties(change))
    shown = " ".join(found.value for found in row.findings)
    assert "13912345678" not in shown
    assert "340403199001011234" not in shown
    assert "王王" not in shown


def test_an_identity_number_in_a_finding_is_masked_whole_or_damaged() -> None:
    reader = reader_of(files.penalties({}))
    place = reader.identity or 0
    assert reader.finding(place, "34040319900101123", "too_long", "").value == "34***********1123"


def test_every_rule_has_a_name() -> None:
    assert all(NAMES.values())
    assert Finding("", "outer_check", "", "").name == "第18位校验错"


def test_a_register_checks_the_day_of_registration_and_the_words_for_a_state() -> None:
    change = {"注册日期": "2027-01-01", "经营状态": "迷失"}
    assert rules_of(files.enterprises(change)) == ["status", "future_date"]


def test_the_general_form_checks_its_dates_and_its_kind() -> None:
    change = {
        "信息类别": "行政处罚",
        "移出日期": "2026-01-01",
        "有效期自": "2026-05-01",
        "有效期至": "2026-04-01",
    }
    assert sorted(rules_of(files.records(change))) == ["kind", "period", "period"]


# Many rows at once

CELLS = {
    "CF_XDR_MC": ["虚构县商贸有限公司", "", "N/A", "x" * 201, "电话13912345678"],
    "CF_XDR_LB": ["法人及非法人组织", "个体工商户", "自然人", "", "怪"],
    "CF_XDR_SHXYM": [FIRM, FIRM.lower(), FIRM[:-1] + "8", "", make_code("92")],
    "CF_XDR_ZZJG": ["", "123456789"],
    "CF_XDR_ZJHM": ["", "340403199001011234"],
    "CF_NR_FK": ["0.5", "", "5000", "-1", "600", "/"],
    "CF_CFLB": ["罚款", "警告", ""],
    "CF_JDRQ": ["2026/09/01", "2027/01/01", "x", "45356"],
    "CF_YXQ": ["2027/09/01", "2020/01/01", "长期"],
    "CF_SY": ["事实", "坏\ufffd", "空\0", " 有空格 "],
}
ROWS = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()})


@given(st.lists(ROWS, min_size=1, max_size=8), st.lists(st.integers(0, 7)))
def test_rows_read_together_are_read_as_each_by_itself(
    changes: list[dict[str, str]], ragged: list[int]
) -> None:
    text = files.penalties(*changes)
    rows = list(csv.reader(io.StringIO(text)))[1:]
    for place in ragged:
        rows[place % len(rows)] = [*rows[place % len(rows)], "多"]
    reader = reader_of(text)
    together = read_columns(reader, rows)
    alone = [reader.read(cells) for cells in rows]
    clean = [row.values for row in alone if row.values is not None and not row.findings]
    assert [list(values) for values in zip(*together.columns, strict=True)] == clean
    assert list(together.is_clean) == [row.values is not None and not row.findings for row in alone]


def test_a_column_of_nothing_but_blanks_is_read_as_missing() -> None:
    text = files.penalties({"CF_WFXW": ""}, {"CF_WFXW": ""})
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert read_columns(reader_of(text), rows).is_clean == [False, False]


def test_a_file_without_suspicious_bytes_is_not_searched_for_them() -> None:
    text = files.penalties({"CF_SY": "坏\ufffd"})
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert read_columns(reader_of(text, is_suspicious=False), rows).is_clean == [True]


# What is kept, and what is reported


@pytest.mark.parametrize(
    ("number", "kept_as"), [("340403199001011234", "34************1234"), ("", None)]
)
def test_the_original_keeps_every_cell_but_masks_the_numbers_of_persons(
    number: str, kept_as: str | None
) -> None:
    text = files.penalties({"CF_FR_ZJHM": number, "办案人员": '说"好"\n'})
    header, cells = csv.reader(io.StringIO(text))
    write = original_writer(find_layout([header], FORMS.values()))
    kept = json.loads(write([cells])[0])
    told = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    assert kept == (told | {"CF_FR_ZJHM": kept_as} if number else told)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_report_is_a_formula(start: str) -> None:
    cells = report_row(7, Finding("栏", "date", f"{start}cmd()", "说明"))
    assert cells == ("7", "未收", "栏", "date", "日期错", f"'{start}cmd()", "说明")


def test_a_notice_is_reported_as_taken() -> None:
    found = Finding("栏", "lower_case", "", "说明", is_notice=True)
    assert report_row(2, found)[1] == "已收，请留意"


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_the_template_of_each_form_has_its_labels(kind: str) -> None:
    template = content.template(kind)
    with template.open(encoding="utf-8-sig", newline="") as file:
        (header,) = csv.reader(file)
    assert header == [each.label for each in FORMS[kind].fields if not _is_old(each)]


def _is_old(field: Any) -> bool:
    return field.code in {"CF_CFLB2", "DQZT", "QY_YNF", "QY_YHH"}
